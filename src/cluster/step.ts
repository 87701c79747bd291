/**
 * Setting up as a list of steps. Each looks whether it is done before it does anything, so that every command may be run again
 * after a failure, a reboot or for no reason at all, and says what it found.
 */
import type { Output } from "../cli/output.ts";
import { CommandError } from "../system/command.ts";
import type { Log } from "../system/log.ts";
import { messageOf } from "../system/message.ts";

export interface Step {
  /** As a heading: "MariaDB secured". */
  readonly name: string;
  /** What holds already, in a few words ("uid 860"), or null when there is something to do. Changes nothing. */
  done(): Promise<string | null>;
  /** Instead of `done` in a dry run, where that one has to start a program: what is known without; null: not known. */
  glance?(): Promise<string | null>;
  /** Does it; throws when it could not. May be repeated after an interruption at any point. */
  do(say: (text: string) => void): Promise<void>;
  /** Called when `do` failed: takes back what it began and a reboot would start, or the next run would stumble over. */
  undo?(): Promise<void>;
}

export interface StepResult {
  readonly name: string;
  readonly result: "already done" | "done" | "to do";
  readonly detail: string;
}

/** Of a failed program's own words. */
const LOGGED_LINES = 100;

/** Runs steps in order; the first that fails ends it, with its name in the message. */
export async function runSteps(
  steps: readonly Step[],
  { out, log, dryRun = false, quiet = false }: {
    readonly out: Output;
    /** Of the run; a dry run has none. */
    readonly log?: Log | undefined;
    /** Looks only. */
    readonly dryRun?: boolean;
    /** For --json: lines go to standard error. */
    readonly quiet?: boolean;
  },
): Promise<readonly StepResult[]> {
  const line = (text: string) => quiet ? out.error(text) : out.line(text);
  const results: StepResult[] = [];
  for (const [index, step] of steps.entries()) {
    const place = `${index + 1} of ${steps.length}`;
    const glances = dryRun && step.glance !== undefined;
    const look = () => glances ? step.glance!() : step.done();
    const found = await attempt(step, look, log);
    if (found !== null) {
      log?.info(`${place}: ${step.name}: already done (${found})`);
      line(
        `${out.style("dim", "=")} ${step.name}: already done` +
          (found ? ` (${found})` : ""),
      );
      results.push({ name: step.name, result: "already done", detail: found });
    } else if (dryRun) {
      const would = glances
        ? "would be looked at, and done where it is not"
        : "would be done";
      line(`${out.style("cyan", "+")} ${step.name}: ${would}`);
      results.push({ name: step.name, result: "to do", detail: "" });
    } else {
      if (out.terminal) line(`  ${place}: ${step.name} ...`);
      log?.info(`${place}: ${step.name}: begins`);
      let detail = "";
      try {
        await attempt(step, () => step.do((text) => detail = text), log);
      } catch (error) {
        await takeBack(step, { line, log });
        throw error;
      }
      log?.info(`${place}: ${step.name}: done (${detail})`);
      line(
        `${out.style("green", "+")} ${step.name}: done` +
          (detail ? ` (${detail})` : ""),
      );
      results.push({ name: step.name, result: "done", detail });
    }
  }
  return results;
}

async function takeBack(step: Step, { line, log }: {
  readonly line: (text: string) => void;
  readonly log: Log | undefined;
}): Promise<void> {
  if (!step.undo) return;
  try {
    await step.undo();
    log?.info(`${step.name}: what it began is taken back`);
    line(`- ${step.name}: what it began is taken back`);
  } catch (error) {
    // The step's own failure is what is reported; this one must not hide it.
    const text = messageOf(error);
    log?.error(`${step.name}: cannot be taken back: ${text}`);
    line(`- ${step.name}: what it began cannot be taken back: ${text}`);
  }
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

async function attempt<T>(
  step: Step,
  action: () => Promise<T>,
  log: Log | undefined,
): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    const text = messageOf(cause);
    log?.error(`${step.name}: ${text}`);
    // People see the first line; whoever looks for the reason needs them all.
    if (cause instanceof CommandError) {
      for (const line of cause.stderr.split("\n").slice(-LOGGED_LINES)) {
        if (line.trim() !== "") log?.error(`  ${line}`);
      }
    }
    throw new Error(`${step.name}: ${text}`, { cause });
  }
}
