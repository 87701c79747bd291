/**
 * Runs a program that may hang: own process group, time limit for the whole group, bounded output, and never waited for longer than
 * the limit and a few seconds, whatever it is stuck in.
 */
import { withinLimit } from "../actions/time_limit.ts";
import { sleep } from "../system/clock.ts";
import { CannotTell } from "./reading.ts";
import { messageOf } from "../system/message.ts";

export interface LimitedRun {
  readonly argv: readonly string[];
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** Ends it early. */
  readonly signal: AbortSignal;
}

export interface LimitedResult {
  readonly code: number;
  readonly timedOut: boolean;
  /** The end of what it printed. */
  readonly output: string;
  /** Resolves when the process is really gone: one that hangs in the kernel outlives its KILL. */
  readonly gone: Promise<unknown>;
}

const MAX_OUTPUT = 4096;
const KILL_AFTER_MS = 1000;
const STUCK_AFTER_MS = 1000;
/** Something in the background may hold the output open: its starter has ended, that is enough. */
const LAST_WORDS_MS = 200;

/** The agent is protected from the out-of-memory killer; what it runs must not be. Both outputs become one. */
const BECOME = '(echo 0 >/proc/$$/oom_score_adj) 2>/dev/null; exec "$@" 2>&1';

/** Rejects with CannotTell, and only when nothing can be started at all. */
export async function runLimited(run: LimitedRun): Promise<LimitedResult> {
  const child = start(run);
  let output = "";
  const reader = child.stdout.getReader();
  const decoder = new TextDecoder();
  const read = (async () => {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      // Read on when it is too much: a full pipe would hold the program up.
      output = (output + decoder.decode(value, { stream: true }))
        .slice(-MAX_OUTPUT);
    }
  })().catch(() => {});
  const { code, timedOut } = await withinLimit(child, {
    timeoutMs: run.timeoutMs,
    killAfterMs: KILL_AFTER_MS,
    stuckAfterMs: STUCK_AFTER_MS,
    signal: run.signal,
  });
  const words = new AbortController();
  await Promise.race([
    read.then(() => words.abort()),
    sleep(LAST_WORDS_MS, words.signal),
  ]);
  await reader.cancel().catch(() => {});
  return { code, timedOut, output, gone: child.status };
}

function start(run: LimitedRun) {
  try {
    return new Deno.Command("/bin/sh", {
      args: ["-c", BECOME, "sh", ...run.argv],
      ...(run.cwd ? { cwd: run.cwd } : {}),
      env: { ...run.env },
      stdin: "null",
      stdout: "piped",
      stderr: "null",
      detached: true,
    }).spawn();
  } catch (error) {
    const why = messageOf(error);
    throw new CannotTell(`no program can be started: ${why}`, { cause: error });
  }
}
