/**
 * How long each way to a new role takes, from the decision to Ready. The timeline is made of these lines; what the last takeover took is
 * kept, because it is the best answer to how long the next one will take.
 */
import { z } from "zod";
import type { ModuleView } from "../machine/state.ts";
import { readIfPresent, writeDurably } from "../system/files.ts";
import type { Log } from "../system/log.ts";

const schema = z.object({ takeoverMs: z.number().min(0) });

export class ReadyTime {
  #way: {
    readonly from: string | null;
    readonly role: string;
    /** Null: it is Ready. */
    readonly since: number | null;
  } | null = null;
  #takeoverMs: number | undefined;

  constructor(readonly file: string, readonly log: Pick<Log, "info">) {}

  /** Of the last time when this node went on in the other one's place; undefined: none has been seen. */
  get takeoverMs(): number | undefined {
    return this.#takeoverMs;
  }

  /** What was measured before this agent; a file that cannot be read is as good as none. */
  async begin(): Promise<void> {
    const text = await readIfPresent(this.file).catch(() => null);
    try {
      this.#takeoverMs = schema.parse(JSON.parse(text ?? "")).takeoverMs;
    } catch {
      // Nothing is foretold.
    }
  }

  look({ role, status }: Pick<ModuleView, "role" | "status">, now: number) {
    const ready = status === "Ready";
    if (role !== this.#way?.role) {
      const from = this.#way?.role ?? null;
      this.#way = { from, role, since: from === null || ready ? null : now };
    }
    const { from, since } = this.#way;
    if (!ready || since === null) return;
    this.#way = { from, role, since: null };
    const ms = now - since;
    this.log.info(`${role} is ready after ${(ms / 1000).toFixed(2)} s`);
    // In a swap the other node has stopped in order, and nothing is to be recovered.
    if (from !== "SECOND" || role !== "ALONE") return;
    this.#takeoverMs = Math.round(ms);
    const text = JSON.stringify({ takeoverMs: this.#takeoverMs }) + "\n";
    // A full disk keeps nothing but the memory of it.
    writeDurably(this.file, text, { mode: 0o640 }).catch(() => {});
  }
}
