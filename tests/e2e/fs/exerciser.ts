/**
 * Random file-system operations on a mount and, call by call, on a plain
 * directory as the model: every answer, every byte and every attribute must be
 * the same. It runs as a process of its own, because its calls block:
 *
 *   deno run -A tests/e2e/fs/exerciser.ts --mount DIR --model DIR
 *     [--seed N] [--operations N] [--check-every N] [--holes exact|ignored]
 *     [--trace FILE] [--as-root]
 *
 * Both directories must be equal at the start, empty or not. The model should
 * be on the same kind of file system as the mount's backing. The same seed on
 * the same start repeats the run. Exit code 0: all equal; 1: the difference,
 * the last calls and the seed are printed.
 */
import { parseArgs } from "node:util";
import * as c from "./libc.ts";
import { MOST_ENTRIES, OPERATIONS } from "./operations.ts";
import { World } from "./world.ts";

export interface ExerciseOptions {
  readonly mount: string;
  readonly model: string;
  readonly seed: number;
  readonly operations: number;
  /** Operations between two comparisons of everything. */
  readonly checkEvery: number;
  readonly holes: "exact" | "ignored";
  /** Every third operation is made by one of three other users unless this is set. */
  readonly asRoot?: boolean;
  /** As WorldOptions.lateMs. */
  readonly lateMs?: number;
  readonly trace?: (line: string) => void;
}

export interface Exercise {
  readonly seed: number;
  readonly operations: number;
  readonly seconds: number;
  /** Longest single call on the mount. */
  readonly longestMs: number;
  readonly entries: number;
  /** How often each operation ran. */
  readonly counts: Readonly<Record<string, number>>;
}

/** Raised with everything that is needed to repeat the run. */
export class ExerciseError extends Error {
  override readonly name = "ExerciseError";
}

/** Runs the operations; throws ExerciseError at the first difference. */
export function exercise(options: ExerciseOptions): Exercise {
  const world = new World(options);
  const started = performance.now();
  const counts: Record<string, number> = {};
  let done = 0;
  const umask = c.umask(0);
  try {
    openRoots(world);
    world.tree.rebuild(world.roots[1]);
    world.takeOver();
    world.compareAll();
    for (; done < options.operations; done++) {
      const operation = next(world);
      counts[operation.name] = (counts[operation.name] ?? 0) + 1;
      c.umask(world.random.pick([0, 0o022, 0o027]));
      const foreign = !options.asRoot && world.random.chance(0.33);
      world.as(
        foreign ? world.someUser() : null,
        () => operation.run(world),
      );
      if ((done + 1) % options.checkEvery === 0) world.compareAll();
    }
    world.compareAll();
  } catch (cause) {
    if (!(cause instanceof Error)) throw cause;
    throw new ExerciseError(
      `seed ${options.seed}, operation ${done}: ${cause.message}\n` +
        `last calls:\n  ${world.history.join("\n  ")}`,
      { cause },
    );
  } finally {
    c.umask(umask);
    world.close();
  }
  return {
    seed: options.seed,
    operations: done,
    seconds: (performance.now() - started) / 1000,
    longestMs: Math.round(world.longestMs),
    entries: world.tree.size,
    counts,
  };
}

/** The full tree gets smaller before it grows on: checks stay fast. */
function next(world: World) {
  if (world.tree.size > MOST_ENTRIES && world.random.chance(0.3)) {
    const name = world.random.chance(0.5) ? "unlink" : "rmdir";
    return OPERATIONS.find((operation) => operation.name === name)!;
  }
  return world.random.weighted(OPERATIONS);
}

/** Everybody may create names at the top; both tops get the same attributes. */
function openRoots(world: World) {
  const time = { seconds: 1_000_000_000, nanoseconds: 1 };
  world.both("chmod .", (root) => c.chmod(root, ".", 0o777));
  world.both("utimens .", (root) => c.utimens(root, ".", time, time));
}

function main(): number {
  const { values } = parseArgs({
    args: Deno.args,
    options: {
      mount: { type: "string" },
      model: { type: "string" },
      seed: { type: "string" },
      operations: { type: "string", default: "10000" },
      "check-every": { type: "string", default: "5000" },
      holes: { type: "string", default: "exact" },
      trace: { type: "string" },
      "as-root": { type: "boolean", default: false },
      late: { type: "string", default: "0" },
    },
  });
  if (!values.mount || !values.model) {
    say("Cannot start: expected --mount DIR and --model DIR");
    return 2;
  }
  const seed = Number(values.seed ?? Date.now() % 1_000_000);
  const trace = values.trace
    ? Deno.openSync(values.trace, { create: true, write: true, truncate: true })
    : undefined;
  const encoder = new TextEncoder();
  try {
    const result = exercise({
      mount: values.mount,
      model: values.model,
      seed,
      operations: Number(values.operations),
      checkEvery: Number(values["check-every"]),
      holes: values.holes === "ignored" ? "ignored" : "exact",
      asRoot: values["as-root"],
      lateMs: Number(values.late),
      ...(trace
        ? { trace: (line) => void trace.writeSync(encoder.encode(line + "\n")) }
        : {}),
    });
    say(JSON.stringify(result));
    return 0;
  } catch (error) {
    say(error instanceof ExerciseError ? error.message : String(error));
    return 1;
  } finally {
    trace?.close();
  }
}

function say(line: string) {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

if (import.meta.main) Deno.exit(main());
