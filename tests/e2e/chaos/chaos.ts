/**
 * Random faults on a real cluster for so many minutes, under a seed, with clients that write and read all the time. After each round
 * everything is healed and the cluster must be ready again by itself; at the end the history is held against the rows.
 */
import { now, sleep } from "../../../src/system/clock.ts";
import { lots, plan, type Planned } from "./faults.ts";
import { excused, offences } from "./history.ts";
import type { NodeNumber, World } from "./world.ts";

/** Far more than it takes: also where a machine runs much else. */
const READY_MS = 60_000;
const DECIDED_MS = 10_000;
const WRITERS = 3;
/** After healing, somebody's row must be acknowledged within this. */
const SERVED_MS = 5_000;

export interface ChaosResult {
  readonly seed: number;
  readonly rounds: number;
  readonly faults: number;
  readonly acknowledged: number;
  readonly rows: number;
  readonly longestToReadyMs: number;
  readonly longestSilenceMs: number;
}

export async function chaos(
  world: World,
  { seed, minutes, say }: {
    readonly seed: number;
    readonly minutes: number;
    readonly say: (line: string) => void;
  },
): Promise<ChaosResult> {
  const began = now();
  const tell = (text: string) =>
    say(`${((now() - began) / 1000).toFixed(1).padStart(7)} s  ${text}`);
  const draw = lots(seed);
  const end = began + minutes * 60_000;
  world.startClients(WRITERS);
  const watch = new AbortController();
  const two = watchAddress(world, watch.signal);
  let primary = await world.ready(READY_MS);
  let faults = 0, rounds = 0, longestToReadyMs = 0;
  for (; now() < end; rounds++) {
    // A round from the middle of the list on is as good as one from its begin.
    const planned = plan(draw, rounds + seed);
    faults += planned.length;
    await sleep(500 + draw() * 1500);
    await together(world, planned, primary, { draw, tell });
    const healedAt = now();
    const before = primary;
    primary = await world.ready(READY_MS);
    const took = now() - healedAt;
    longestToReadyMs = Math.max(longestToReadyMs, took);
    await served(world);
    tell(
      `healed; ready after ${
        (took / 1000).toFixed(1)
      } s, primary node${primary}${primary === before ? "" : " (another one)"}`,
    );
    // Else every fault is two.
    await world.decided(DECIDED_MS);
    if (rounds % 5 === 4) await sound(world, primary);
  }
  watch.abort();
  const held = await two;
  await world.stopClients();
  primary = await world.ready(READY_MS);
  const rows = await world.rows(primary);
  await sound(world, primary);
  const wrong = [...held, ...offences(world.history, rows, world.pauses)];
  if (wrong.length > 0) throw new Error(wrong.join("\n"));
  const acks = world.history.filter(({ kind }) => kind === "ack");
  return {
    seed,
    rounds,
    faults,
    acknowledged: acks.length,
    rows,
    longestToReadyMs: Math.round(longestToReadyMs),
    longestSilenceMs: Math.round(silence(acks.map(({ end }) => end))),
  };
}

/** All faults of a round: each begins somewhere within the one before, and each is undone at its own time. */
async function together(
  world: World,
  planned: readonly Planned[],
  primary: NodeNumber,
  { draw, tell }: { draw: () => number; tell: (text: string) => void },
): Promise<void> {
  const delays = planned.map((_, index) =>
    index === 0 ? 0 : draw() * planned[index - 1]!.holdMs
  );
  const turn = await Promise.allSettled(
    planned.map(async ({ fault, target, holdMs }, index) => {
      await sleep(delays[index]!);
      const second = primary === 1 ? 2 : 1;
      const nodes: NodeNumber[] = target === "both"
        ? [1, 2]
        : [target === "primary" ? primary : second];
      tell(
        `${fault.name}: ${target} (node ${nodes.join(" and ")}) for ${
          (holdMs / 1000).toFixed(1)
        } s`,
      );
      await Promise.all(nodes.map((node) => fault.begin(world, node)));
      await sleep(holdMs);
      await Promise.all(nodes.map((node) => fault.end?.(world, node)));
    }),
  );
  await heal(world, planned);
  for (const { status, reason } of turn as PromiseRejectedResult[]) {
    if (status === "rejected") throw reason;
  }
}

/** Whatever two faults left behind: everything is on, plugged in and running. */
async function heal(world: World, planned: readonly Planned[]): Promise<void> {
  for (const node of [1, 2] as const) {
    world.continueAll(node);
    await world.unfilter(node);
    if (!world.isOn(node)) await world.lab("start", String(node));
    await world.cables(node, "up", [1, 2, "witness"]);
    if (filled(planned)) await world.emptyDisk(node);
  }
  if (!world.witnessRuns()) await world.lab("witness", "start");
}

function filled(planned: readonly Planned[]): boolean {
  return planned.some(({ fault }) => fault.name === "disk full");
}

async function served(world: World): Promise<void> {
  const from = now();
  while (
    !world.history.some(({ kind, end, node }) =>
      kind === "ack" && end > from && node === undefined
    )
  ) {
    if (now() - from > SERVED_MS) {
      throw new Error(
        `nothing is acknowledged although both nodes are ready, for ${
          SERVED_MS / 1000
        } s`,
      );
    }
    await sleep(50);
  }
}

/** Both copies are the same, byte by byte, while they are written. */
async function sound(world: World, primary: NodeNumber): Promise<void> {
  await world.hakit(["verify", "counter"], primary);
}

/** Never the address on both nodes: seen here, there, and here again. (A machine that stands still has it, and answers nobody.) */
async function watchAddress(
  world: World,
  signal: AbortSignal,
): Promise<string[]> {
  const found: string[] = [];
  while (!signal.aborted) {
    world.lookForGuards();
    const from = now();
    const one = await world.holds(1);
    const two = await world.holds(2);
    const both = two && one && await world.holds(1) && await world.holds(2);
    if (both && !excused(world.pauses, { from, to: now() })) {
      found.push(`both nodes hold the address at ${(now() / 1000).toFixed(3)}`);
    }
    await sleep(60, signal);
  }
  return found.slice(0, 5);
}

function silence(ends: readonly number[]): number {
  const sorted = ends.toSorted((a, b) => a - b);
  return sorted.reduce(
    (most, end, index) =>
      index === 0 ? 0 : Math.max(most, end - sorted[index - 1]!),
    0,
  );
}
