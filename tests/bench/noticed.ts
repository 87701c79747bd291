/**
 * How long it takes until the other node's agent knows of an end that says so itself: a clean stop, and a process that is killed while
 * its machine lives. No time-out of silence is waited for: a farewell, or the end of a connection, tells it. Aim: 300 ms.
 *
 *   deno run -A tests/bench/noticed.ts [--rounds N]
 *
 * Counted from before the command or the kill until the first answer in which a role, a status or a session is another one.
 */
import { parseArgs } from "node:util";
import type { ClusterState } from "../../src/api/state.ts";
import { connect } from "../../src/cli/agent_client.ts";
import { HAKIT, hakit } from "../e2e/lab.ts";
import { lacking, run } from "../e2e/replicator/shell.ts";
import { median } from "./report.ts";

const LAB = "bench";
const MODULE = "counter";
const AIM_MS = 300;
const LIMIT_MS = 30_000;
const READY_MS = 120_000;
const LOOK_EVERY_MS = 5;

type Node = 1 | 2;

interface End {
  readonly name: string;
  /** Whose end it is. */
  readonly of: "PRIM" | "SECOND";
  readonly happen: (node: Node) => Promise<unknown>;
  /** For the next round. */
  readonly mend: (node: Node) => Promise<unknown>;
}

const nothing = () => Promise.resolve();

const ENDS: readonly End[] = [
  {
    name: "the module is stopped on the primary",
    of: "PRIM",
    happen: (node) => say(node, "stop"),
    mend: (node) => say(node, "start"),
  },
  {
    name: "the module is stopped on the secondary",
    of: "SECOND",
    happen: (node) => say(node, "stop"),
    mend: (node) => say(node, "start"),
  },
  {
    name: "the primary's replicator is killed",
    of: "PRIM",
    happen: killReplicator,
    mend: nothing,
  },
  {
    name: "the secondary's replicator is killed",
    of: "SECOND",
    happen: killReplicator,
    mend: nothing,
  },
];

const home = (node: Node) => `/var/lib/hakit-${LAB}/node${node}`;
const other = (node: Node): Node => node === 1 ? 2 : 1;

function say(node: Node, command: "start" | "stop") {
  return connect(home(node)).role({ module: MODULE, command, wait: false });
}

/** By its own machine's numbers, which this one sees, too. */
async function killReplicator(node: Node): Promise<void> {
  const pattern = `replicator ${home(node)}/`;
  const { stdout } = await run("pgrep", ["-f", pattern]);
  for (const pid of stdout.trim().split("\n")) Deno.kill(+pid, "SIGKILL");
}

/** What must be another one when something has ended. */
function essence(state: ClusterState): string {
  return JSON.stringify(
    state.nodes.map(({ name, reachable, modules }) => [
      name,
      reachable,
      modules.map(({ role, status, session }) => [role, status, session]),
    ]),
  );
}

async function until<T>(
  limitMs: number,
  what: string,
  look: () => Promise<T | null>,
): Promise<T> {
  const end = performance.now() + limitMs;
  while (performance.now() < end) {
    const found = await look().catch(() => null);
    if (found !== null) return found;
    await new Promise((done) => setTimeout(done, LOOK_EVERY_MS));
  }
  throw new Error(`Not within ${limitMs / 1000} s: ${what}`);
}

/** PRIM and SECOND, both Ready and both of one opinion; where the primary is. */
function bothReady(): Promise<Node> {
  return until(READY_MS, "PRIM and SECOND, both Ready", async () => {
    const states = await Promise.all(
      ([1, 2] as const).map((node) => connect(home(node)).state()),
    );
    if (essence(states[0]!) !== essence(states[1]!)) return null;
    const modules = states[0]!.nodes.map((node) => node.modules[0]);
    if (modules.some((module) => module?.status !== "Ready")) return null;
    const primary = modules.findIndex((module) => module?.role === "PRIM");
    const secondary = modules.some((module) => module?.role === "SECOND");
    return primary >= 0 && secondary ? primary + 1 as Node : null;
  });
}

async function round({ of, happen, mend }: End): Promise<number> {
  const primary = await bothReady();
  // Between two heartbeats, not always at the same moment of one.
  await new Promise((done) => setTimeout(done, 1000 + Math.random() * 1000));
  const node = of === "PRIM" ? primary : other(primary);
  const there = connect(home(other(node)));
  const before = essence(await there.state());
  const since = performance.now();
  const happened = happen(node);
  await until(
    LIMIT_MS,
    "the other node's agent knows of it",
    async () => essence(await there.state()) === before ? null : true,
  );
  const took = performance.now() - since;
  await happened;
  await mendUntilDone(() => mend(node));
  return took;
}

/** A node that is still stopping refuses to be started. */
async function mendUntilDone(mend: () => Promise<unknown>): Promise<void> {
  await until(READY_MS, "the module may be started again", async () => {
    await mend();
    return true;
  });
}

async function inLab(...args: string[]): Promise<void> {
  const { code, out, err } = await hakit(["lab", ...args], {
    env: { HAKIT_LAB: LAB },
  });
  if (code !== 0) throw new Error(`hakit lab ${args.join(" ")}: ${err}${out}`);
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    args: Deno.args,
    options: { rounds: { type: "string", default: "5" } },
  });
  const rounds = Number(values.rounds);
  if (!(rounds >= 1)) {
    tell(`--rounds "${values.rounds}": expected a number above 0`);
    return 2;
  }
  const obstacle = await Deno.stat(HAKIT).then(
    () => null,
    () => "dist/hakit is missing: deno task build",
  ) ?? lacking("ip", "pgrep");
  if (obstacle) {
    tell(`Cannot measure: ${obstacle}`);
    return 1;
  }
  await inLab("down");
  await inLab("up", "--module", MODULE, "--quiet");
  try {
    tell(`| known on the other node, ms (aim: ${AIM_MS}) | median | worst |`);
    tell("| --- | --- | --- |");
    for (const end of ENDS) {
      const times: number[] = [];
      for (let i = 0; i < rounds; i++) times.push(await round(end));
      const [middle, worst] = [median(times), Math.max(...times)];
      tell(`| ${end.name} | ${middle.toFixed(0)} | ${worst.toFixed(0)} |`);
    }
    return 0;
  } finally {
    await inLab("down");
  }
}

function tell(text: string): void {
  // deno-lint-ignore no-console -- the table is what this program is for
  console.log(text);
}

if (import.meta.main) Deno.exit(await main());
