/** Questions to the system's tools. A busy server is not a broken one: who does not answer in time is named, and nothing is concluded from it. */
import { command, CommandError } from "../system/command.ts";

/** A tool that works at all answers in a fraction of a second; one that waits for the processor may not. */
const ANSWER_MS = 20_000;
/** Of CommandError, when the time is over. */
const TIMED_OUT = 124;

export class Tools {
  readonly #late = new Set<string>();

  /** Names of those that did not answer. */
  get late(): string[] {
    return [...this.#late].sort();
  }

  /** Null: no answer within `timeoutMs`. A tool that is not installed has failed, without a word. */
  async ask(
    argv: readonly string[],
    timeoutMs = ANSWER_MS,
  ): Promise<{ readonly ok: boolean; readonly text: string } | null> {
    try {
      const { code, stdout } = await command(argv, {
        anyCode: true,
        timeoutMs,
      });
      return { ok: code === 0, text: stdout.trim() };
    } catch (error) {
      if (!(error instanceof CommandError && error.code === TIMED_OUT)) {
        return { ok: false, text: "" };
      }
      this.#late.add(argv[0]!);
      return null;
    }
  }

  /** What it printed; "" also where it does not answer. */
  async said(argv: readonly string[], timeoutMs?: number): Promise<string> {
    return (await this.ask(argv, timeoutMs))?.text ?? "";
  }
}
