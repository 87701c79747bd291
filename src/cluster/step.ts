/**
 * Setting up as a list of steps. Each looks whether it is done before it does anything, so that every command may be run again
 * after a failure, a reboot or for no reason at all, and says what it found.
 */
import type { Output } from "../cli/output.ts";

export interface Step {
  /** As a heading: "MariaDB secured". */
  readonly name: string;
  /** What holds already, in a few words ("uid 860"), or null when there is something to do. Changes nothing. */
  done(): Promise<string | null>;
  /** Does it; throws when it could not. May be repeated after an interruption at any point. */
  do(say: (text: string) => void): Promise<void>;
}

export interface StepResult {
  readonly name: string;
  readonly result: "already done" | "done" | "to do";
  readonly detail: string;
}

/** Runs steps in order; the first that fails ends it, with its name in the message. */
export async function runSteps(
  steps: readonly Step[],
  { out, dryRun = false, quiet = false }: {
    readonly out: Output;
    /** Looks only. */
    readonly dryRun?: boolean;
    /** For --json: lines go to standard error. */
    readonly quiet?: boolean;
  },
): Promise<readonly StepResult[]> {
  const line = (text: string) => quiet ? out.error(text) : out.line(text);
  const results: StepResult[] = [];
  for (const step of steps) {
    const found = await attempt(step, () => step.done());
    if (found !== null) {
      line(
        `${out.style("dim", "=")} ${step.name}: already done` +
          (found ? ` (${found})` : ""),
      );
      results.push({ name: step.name, result: "already done", detail: found });
    } else if (dryRun) {
      line(`${out.style("cyan", "+")} ${step.name}: would be done`);
      results.push({ name: step.name, result: "to do", detail: "" });
    } else {
      if (out.terminal) line(`  ${step.name} ...`);
      let detail = "";
      await attempt(step, () => step.do((text) => detail = text));
      line(
        `${out.style("green", "+")} ${step.name}: done` +
          (detail ? ` (${detail})` : ""),
      );
      results.push({ name: step.name, result: "done", detail });
    }
  }
  return results;
}

/** "Nothing was changed: all 9 steps were done already." */
export function summary(results: readonly StepResult[]): string {
  const count = (result: StepResult["result"]) =>
    results.filter((entry) => entry.result === result).length;
  const already = count("already done");
  if (count("to do") > 0) {
    return `Dry run: ${
      count("to do")
    } steps to do, ${already} done already. Nothing was changed.`;
  }
  return count("done") === 0
    ? `Nothing was changed: all ${already} steps were done already.`
    : `${count("done")} steps done, ${already} were done already.`;
}

async function attempt<T>(step: Step, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    const text = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`${step.name}: ${text}`, { cause });
  }
}
