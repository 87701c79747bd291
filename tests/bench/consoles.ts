/**
 * What open consoles cost the agent: `deno run -A tests/bench/consoles.ts [--consoles 50] [--minutes 2]`. Two real agents; each console is
 * a page, its event stream and what the page asks for; the state changes all the while. Processor time is the agent's own, so that what
 * else runs on the machine does not count. Exit code 1: more than is promised.
 */
import { parseArgs } from "node:util";
import { twoAgents } from "../console/agents.ts";
import { processorTime, resident, TICKS } from "./measure.ts";

/** Promised: of one core, and of memory. */
const MOST_PERCENT = 5;
const MOST_MIB = 150;
const CHANGE_EVERY_MS = 5000;

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
  readonly mebibytes: number;
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

const idle = await measure(0);
const busy = await measure(consoles);
const { text } = await agents.hakit(1, "metrics");
const losses = [...text.matchAll(/^hakit_link_losses_total\{.*\} (\d+)$/gm)]
  .reduce((sum, [, count]) => sum + Number(count), 0);
const log = await Deno.readTextFile(`${agents.home(1)}/log/agent.log`);
const silences = log.match(/node2 is (late|lost)/g)?.length ?? 0;
const extra = busy.percent - idle.percent;
const good = extra < MOST_PERCENT && busy.mebibytes < MOST_MIB &&
  losses === 0 && silences === 0;
// deno-lint-ignore no-console -- its report
console.log(
  `${consoles} consoles, ${values.minutes} min${built ? "" : ", from sources"}
processor: ${idle.percent.toFixed(1)} % of a core without, ${
    busy.percent.toFixed(1)
  } % with them: ${extra.toFixed(1)} % (at most ${MOST_PERCENT})
memory: ${idle.mebibytes.toFixed(0)} MiB without, ${
    busy.mebibytes.toFixed(0)
  } MiB with them (at most ${MOST_MIB})
events received: ${busy.events}
links lost: ${losses}; node2 late or lost: ${silences}
${good ? "as promised" : "MORE THAN PROMISED"}`,
);
Deno.exitCode = good ? 0 : 1;

/** The agent of node 1 with so many readers, while a switch is turned to and fro. */
async function measure(readers: number): Promise<Used> {
  const script = new URL("consoles_readers.ts", import.meta.url).pathname;
  const stop = new AbortController();
  const child = readers === 0 ? null : new Deno.Command("ip", {
    args: [
      ...["netns", "exec", agents.namespace, Deno.execPath(), "run", "-A"],
      ...["--no-check", "--quiet", script, agents.url(1), key],
      ...[`${agents.home(1)}/etc/ca.pem`, String(readers)],
    ],
    stdin: "null",
    stdout: "piped",
    signal: stop.signal,
  }).spawn();
  // Pages are loaded and streams opened before it counts.
  await pause(readers === 0 ? 5000 : 20_000);
  const pids = [agentPid()];
  const before = processorTime(pids);
  const start = performance.now();
  for (let turn = 0; performance.now() - start < phaseMs; turn++) {
    const value = turn % 2 === 0 ? "off" : "on";
    await agents.hakit(1, "boot", value, "--module", "plain");
    await pause(CHANGE_EVERY_MS);
  }
  const seconds = (performance.now() - start) / 1000;
  const percent = (processorTime(pids) - before) / TICKS / seconds * 100;
  const mebibytes = resident(pids) / (1 << 20);
  let events = 0;
  if (child) {
    child.kill("SIGTERM");
    const { stdout } = await child.output();
    events = Number(new TextDecoder().decode(stdout));
  }
  return { percent, mebibytes, events };
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
