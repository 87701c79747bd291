/** A test with a pair of replicators: left out, with the reason in its name, where the machine lacks something. */
import { strictEqual } from "node:assert/strict";
import type { Exercise } from "../fs/exerciser.ts";
import { cannotPair, type Node, Pair, type PairOptions } from "./pair.ts";
import { run } from "./shell.ts";

export interface OnPair extends PairOptions {
  readonly name: string;
  /** A reason why it cannot run here. */
  readonly lacking?: string | null;
  /** Files before the first start. */
  readonly fill?: (node: Node, index: number) => void | Promise<void>;
  /** Leave both idle at the start: the test says who begins. */
  readonly idle?: boolean;
  readonly run: (pair: Pair) => Promise<void>;
}

/** Registers the test; `run` gets a mirrored pair with `a` as primary. */
export function onPair(test: OnPair) {
  const reason = cannotPair() ?? test.lacking ?? null;
  Deno.test({
    name: reason ? `${test.name} (left out: ${reason})` : test.name,
    ignore: reason !== null,
    async fn() {
      const pair = await Pair.create(test, test.fill);
      try {
        if (!test.idle) await pair.begin();
        await test.run(pair);
      } catch (error) {
        // Why the test failed is told, whatever its pair does at the end.
        await pair[Symbol.asyncDispose]()
          .catch((cause) => tell(`left behind: ${cause}`));
        throw error;
      }
      await pair[Symbol.asyncDispose]();
    },
  });
}

/** What a test begins now and waits for later: should it fail before that, a rejection of this is no error of its own. */
export function later<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}

/** Both copies the same, as words so that a failure shows them. */
export async function equalCopies(pair: Pair) {
  // Zeros travel as holes in a resync.
  const holes = pair.root.startsWith("/dev/shm") ? "loose" : "ignored";
  strictEqual((await pair.differences({ holes })).join("\n"), "");
}

const EXERCISER = new URL("../fs/exerciser.ts", import.meta.url).pathname;

export interface PairExercise {
  readonly seed: number;
  readonly operations: number;
  readonly seconds: number;
  readonly longestMs: number;
}

/**
 * Runs exercisers on the primary's mount, each in a folder of its own, at the
 * same time; the models stay for the next run.
 */
export async function exercisePair(
  pair: Pair,
  options: {
    readonly operations: number;
    readonly seed?: number;
    readonly writers?: number;
    /** As WorldOptions.lateMs. */
    readonly lateMs?: number;
  },
): Promise<PairExercise> {
  const writers = options.writers ?? 2;
  const seed = (options.seed ?? Number(
    Deno.env.get("HAKIT_SEED") ??
      Date.now(),
  )) % 1_000_000;
  const runs = Array.from(
    { length: writers },
    (_, writer) =>
      exerciseOne(pair, {
        folder: `w${writer}`,
        seed: seed + writer,
        operations: Math.ceil(options.operations / writers),
        lateMs: options.lateMs ?? 0,
      }),
  );
  const results: Exercise[] = [];
  for (const settled of await Promise.allSettled(runs)) {
    if (settled.status === "rejected") throw settled.reason;
    results.push(settled.value);
  }
  return {
    seed,
    operations: results.reduce((sum, result) => sum + result.operations, 0),
    seconds: Math.max(...results.map((result) => result.seconds)),
    longestMs: Math.max(...results.map((result) => result.longestMs)),
  };
}

async function exerciseOne(
  pair: Pair,
  options: {
    readonly folder: string;
    readonly seed: number;
    readonly operations: number;
    readonly lateMs: number;
  },
): Promise<Exercise> {
  const model = `${pair.root}/model/${options.folder}`;
  const mount = `${pair.primary.data}/${options.folder}`;
  await Deno.mkdir(model, { recursive: true });
  await Deno.mkdir(mount, { recursive: true });
  const { code, stdout, stderr } = await run(Deno.execPath(), [
    ...["run", "-A", "--quiet", EXERCISER],
    ...["--mount", mount, "--model", model],
    ...["--seed", String(options.seed)],
    ...["--operations", String(options.operations)],
    ...["--late", String(options.lateMs)],
    ...["--holes", pair.root.startsWith("/dev/shm") ? "exact" : "ignored"],
  ], { allowFailure: true, timeoutMs: 400_000 });
  if (code !== 0) {
    throw new Error(`${stdout}${stderr}\n${await pair.said()}`);
  }
  return JSON.parse(stdout.trim().split("\n").at(-1)!) as Exercise;
}

/** A line for whoever watches the tests. */
export function tell(line: string) {
  Deno.stderr.writeSync(new TextEncoder().encode(`  ${line}\n`));
}
