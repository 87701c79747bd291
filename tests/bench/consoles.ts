/**
 * What open consoles cost the agent: `deno run -A tests/bench/consoles.ts [--consoles 50] [--minutes 2]`; `--minutes 60` is the hour that is
 * promised. Two real agents; each console is a page, its event stream and what the page asks for; the state changes all the while.
 * Processor time is the agent's own, so that what else runs on the machine does not count. How it goes is said every five minutes. Exit
 * code 1: more than is promised.
 */
import { parseArgs } from "node:util";
import { twoAgents, type Which } from "../console/agents.ts";
import { processorTime, resident, TICKS } from "./measure.ts";

/** Promised: of one core, and of memory. */
const MOST_PERCENT = 5;
const MOST_MIB = 150;
const CHANGE_EVERY_MS = 5000;
/** Without consoles nothing grows: a few minutes tell what it costs. */
const MOST_IDLE_MS = 2 * 60_000;
/** The loss that is told is that of the last minute. */
const LOSS_EVERY_MS = 60_000;
const TELL_EVERY_MS = 5 * 60_000;

const { values } = parseArgs({
  options: {
    consoles: { type: "string", default: "50" },
    minutes: { type: "string", default: "2" },
  },
});
const consoles = Number(values.consoles);
const phaseMs = Number(values.minutes) * 60_000;

interface Used {
  readonly percent: number;
  /** The most that was seen. */
  readonly mebibytes: number;
  /** Of the heartbeats of either node, in the worst minute; null: not known. */
  readonly missedPercent: number | null;
  readonly events: number;
}

// The executable where it is built: from its sources the agent also holds what it was translated from.
const executable = new URL("../../dist/hakit", import.meta.url).pathname;
const built = await Deno.stat(executable).then(() => true, () => false);
await using agents = await twoAgents(built ? { executable } : {});
agents.start(1);
agents.start(2);
const { key } = JSON.parse(
  await again(() => agents.hakit(1, "key", "create", "bench", "--json")),
);
await again(() => agents.hakit(1, "start", "plain"));
await again(() => agents.hakit(2, "start", "plain"));

// What came of the agents' own beginning does not count.
const before = await failures();
const idle = await measure(0, Math.min(phaseMs, MOST_IDLE_MS));
const busy = await measure(consoles, phaseMs);
const losses = await failures() - before;
const extra = busy.percent - idle.percent;
const missed = busy.missedPercent ?? NaN;
const good = extra < MOST_PERCENT && busy.mebibytes < MOST_MIB &&
  missed === 0 && losses === 0;
// deno-lint-ignore no-console -- its report
console.log(
  `${consoles} consoles, ${values.minutes} min${built ? "" : ", from sources"}
processor: ${idle.percent.toFixed(1)} % of a core without, ${
    busy.percent.toFixed(1)
  } % with them: ${extra.toFixed(1)} % (at most ${MOST_PERCENT})
memory: ${idle.mebibytes.toFixed(0)} MiB without, at most ${
    busy.mebibytes.toFixed(0)
  } MiB with them (promised: ${MOST_MIB})
heartbeats missed: ${missed} % in the worst minute, without consoles ${
    idle.missedPercent ?? NaN
  } %
a link lost, a node late or lost: ${losses} times
events received: ${busy.events}
${good ? "as promised" : "MORE THAN PROMISED"}`,
);
Deno.exitCode = good ? 0 : 1;

/** How often either node lost a link, or called the other one late or lost, since it began. */
async function failures(): Promise<number> {
  let sum = 0;
  for (const node of [1, 2] as const) {
    for (const lost of await metric(node, "hakit_link_losses_total")) {
      sum += lost;
    }
    const log = await Deno.readTextFile(`${agents.home(node)}/log/agent.log`);
    sum += log.match(/node\d is (late|lost)/g)?.length ?? 0;
  }
  return sum;
}

/** What that node's metrics say of it, link by link. */
async function metric(node: Which, name: string): Promise<number[]> {
  const { text } = await agents.hakit(node, "metrics");
  return [...text.matchAll(new RegExp(`^${name}\\{.*\\} (\\S+)$`, "gm"))]
    .map(([, value]) => Number(value));
}

/** The agent of node 1 with so many readers, while a switch is turned to and fro. */
async function measure(readers: number, lastsMs: number): Promise<Used> {
  const script = new URL("consoles_readers.ts", import.meta.url).pathname;
  const child = readers === 0 ? null : new Deno.Command("ip", {
    args: [
      ...["netns", "exec", agents.namespace, Deno.execPath(), "run", "-A"],
      ...["--no-check", "--quiet", script, agents.url(1), key],
      ...[`${agents.home(1)}/etc/ca.pem`, String(readers)],
    ],
    stdin: "null",
    stdout: "piped",
  }).spawn();
  let gone = false;
  void child?.status.then(() => gone = true);
  // Pages are loaded and streams opened before it counts.
  await pause(readers === 0 ? 5000 : 20_000);
  const pids = [agentPid()];
  const before = processorTime(pids);
  const start = performance.now();
  const share = () =>
    (processorTime(pids) - before) / TICKS /
    ((performance.now() - start) / 1000) * 100;
  let mebibytes = 0, missedPercent: number | null = null;
  let looked = start, told = start;
  const look = async () => {
    looked = performance.now();
    for (const node of [1, 2] as const) {
      const ratios = await metric(node, "hakit_link_heartbeat_loss_ratio");
      for (const ratio of ratios) {
        missedPercent = Math.max(missedPercent ?? 0, ratio * 100);
      }
    }
  };
  for (let turn = 0; performance.now() - start < lastsMs; turn++) {
    // An hour without the readers would look like a good one.
    if (gone) throw new Error(`Not all ${readers} consoles stayed open`);
    const value = turn % 2 === 0 ? "off" : "on";
    await agents.hakit(1, "boot", value, "--module", "plain");
    await pause(CHANGE_EVERY_MS);
    mebibytes = Math.max(mebibytes, resident(pids) / (1 << 20));
    if (performance.now() - looked > LOSS_EVERY_MS) await look();
    if (performance.now() - told > TELL_EVERY_MS) {
      told = performance.now();
      const minutes = Math.round((told - start) / 60_000);
      // deno-lint-ignore no-console -- its progress
      console.error(
        `${minutes} min: ${share().toFixed(1)} % of a core, at most ${
          mebibytes.toFixed(0)
        } MiB, ${missedPercent ?? NaN} % of the heartbeats missed`,
      );
    }
  }
  const percent = share();
  await look();
  let events = 0;
  if (child) {
    child.kill("SIGTERM");
    const { stdout } = await child.output();
    events = Number(new TextDecoder().decode(stdout));
  }
  return { percent, mebibytes, missedPercent, events };
}

/** `ip netns exec` became the agent, or the shell that starts the executable again whenever it ends. */
function agentPid(): number {
  const pid = agents.pid(1);
  if (!built) return pid;
  return Number(
    Deno.readTextFileSync(`/proc/${pid}/task/${pid}/children`).split(" ")[0],
  );
}

async function again(
  run: () => Promise<{ code: number; text: string }>,
): Promise<string> {
  for (let tries = 0;; tries++) {
    const { code, text } = await run();
    if (code === 0) return text;
    if (tries === 60) throw new Error(text);
    await pause(500);
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
