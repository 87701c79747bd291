/**
 * `deno task soak --minutes 60`: every core is busy with other work and one of two links loses 30 % of its packets, while clients write.
 * Nothing may come of it: no failover, no restart, no process that ended.
 */
import { parseArgs } from "node:util";
import { now, sleep } from "../../../src/system/clock.ts";
import { readIfPresent } from "../../../src/system/files.ts";
import { offences } from "./history.ts";
import { type NodeNumber, type Part, World } from "./world.ts";

const NODES: readonly NodeNumber[] = [1, 2];
const PARTS: readonly Part[] = ["agent", "replicator", "guard", "counter"];
/** What the guard says when it has taken something away: a healthy primary must never see it. */
const FENCED = /: fenced /;
const LOOK_MS = 1_000;

export interface SoakResult {
  readonly minutes: number;
  readonly acknowledged: number;
  readonly longestSilenceMs: number;
  readonly looks: number;
  /** Of these looks: the primary was without its mirror. */
  readonly alone: number;
}

/** Throws with one line for the first thing that came of it. */
export async function soak(
  world: World,
  minutes: number,
): Promise<SoakResult> {
  const primary = await world.ready(60_000);
  const before = everyProcess(world);
  for (const node of NODES) {
    await world.filter(node, [{ way: "in", links: [1], percent: 30 }]);
  }
  const burners = Array.from(
    { length: navigator.hardwareConcurrency },
    () =>
      new Deno.Command("sh", {
        args: ["-c", "while :; do :; done"],
        stdin: "null",
        // A session of its own each: the kernel shares the cores by session.
        detached: true,
      }).spawn(),
  );
  let looks = 0, alone = 0;
  try {
    world.startClients(2);
    const end = now() + minutes * 60_000;
    while (now() < end) {
      await sleep(LOOK_MS);
      const after = everyProcess(world);
      if (after !== before) {
        throw new Error(`a process ended: ${before} before, ${after} now`);
      }
      const view = await world.view(primary);
      // An answer that does not come within a second is a busy machine.
      if (view === null) continue;
      looks++;
      // The data connection may run over the lossy link and break: then it goes on alone for a moment, and that is told.
      if (view.role === "ALONE") alone++;
      else if (view.role !== "PRIM") {
        throw new Error(`node${primary} is ${view.role}: ${view.reason}`);
      }
    }
  } finally {
    for (const burner of burners) burner.kill("SIGKILL");
    await Promise.all(burners.map(({ status }) => status));
  }
  for (const node of NODES) await world.unfilter(node);
  await world.stopClients();
  if (await world.ready(60_000) !== primary) throw new Error("a failover");
  for (const node of NODES) {
    const log = await readIfPresent(`${world.home(node)}/log/guard.log`) ?? "";
    if (FENCED.test(log)) throw new Error(`node${node} was fenced: ${log}`);
  }
  const wrong = offences(world.history, await world.rows(primary));
  if (wrong.length > 0) throw new Error(wrong.join("\n"));
  const ends = world.history.filter(({ kind }) => kind === "ack")
    .map(({ end }) => end).toSorted((a, b) => a - b);
  return {
    minutes,
    looks,
    alone,
    acknowledged: ends.length,
    longestSilenceMs: Math.round(
      ends.reduce(
        (most, end, index) =>
          index === 0 ? 0 : Math.max(most, end - ends[index - 1]!),
        0,
      ),
    ),
  };
}

function everyProcess(world: World): string {
  return NODES.flatMap((node) =>
    PARTS.flatMap((part) =>
      world.pids(node, part).map((pid) => `node${node} ${part} ${pid}`)
    )
  ).join(", ");
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: { minutes: { type: "string", default: "60" } },
  });
  const minutes = Number(values.minutes);
  // deno-lint-ignore no-console -- a program for the terminal
  const say = (line: string) => console.log(line);
  if (!(minutes > 0)) {
    say("expected: --minutes NUMBER");
    Deno.exit(2);
  }
  const world = new World("soak");
  await world.up();
  try {
    say(JSON.stringify(await soak(world, minutes)));
  } catch (error) {
    say(`FAILED: ${error instanceof Error ? error.message : error}`);
    say(world.tail(30));
    Deno.exitCode = 1;
  } finally {
    await world.down();
  }
}
