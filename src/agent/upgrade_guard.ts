/**
 * `hakit upgrade-guard`: a process of the old executable that waits for the new agent's answer, and puts the old executable back when
 * there is none. It outlives the agent (systemd's KillMode=process).
 */
import { join } from "node:path";
import { z } from "zod";
import { AGENT_URL, agentFetch } from "../api/client.ts";
import { upgradeInfo } from "../api/schemas.ts";
import { now, sleep } from "../system/clock.ts";
import { createLog } from "../system/log.ts";
import { paths } from "../system/paths.ts";
import { running } from "../system/processes.ts";
import { putBack } from "./exchange.ts";
import { endTrial } from "./trial.ts";

const watchSchema = z.object({
  target: z.string(),
  previous: z.string(),
  staged: z.string(),
  home: z.string().nullable(),
  pid: z.int(),
  digest: z.string(),
});

/** An orderly end may take as long as scripts may. */
const END_MS = 600_000;
/** From then until modules have begun. */
const BEGIN_MS = 60_000;
const LOOK_EVERY_MS = 500;
const TERM_MS = 10_000;

export interface GuardLimits {
  readonly beginMs: number;
}

export async function runGuard(
  text: string,
  { beginMs }: GuardLimits = { beginMs: BEGIN_MS },
): Promise<number> {
  const watch = watchSchema.parse(JSON.parse(text));
  const where = paths(watch.home ?? undefined);
  const log = createLog(join(where.log, "agent.log"));
  const start = now();
  while (isAlive(watch.pid) && now() - start < END_MS) {
    await sleep(LOOK_EVERY_MS);
  }
  const ended = now();
  while (now() - ended < beginMs) {
    if (await answers(watch.home, watch.digest)) {
      await endTrial(where, watch.digest);
      return 0;
    }
    await sleep(LOOK_EVERY_MS);
  }
  log.error(
    `upgrade: the new agent did not answer within ${
      beginMs / 1000
    } s; the old executable is put back`,
  );
  await putBack(watch);
  await endTrial(where, watch.digest);
  // One that hangs would never be started again. The services and replicators are left alone.
  for (const pid of agentsOf(watch.target, watch.home)) await end(pid);
  return 0;
}

async function answers(home: string | null, digest: string): Promise<boolean> {
  using agent = agentFetch(paths(home ?? undefined));
  try {
    const answer = await agent.fetch(`${AGENT_URL}/api/upgrade`, {
      signal: AbortSignal.timeout(5000),
    });
    const info = upgradeInfo.parse(await answer.json());
    return info.ready && info.running.digest === digest;
  } catch {
    return false;
  }
}

/** Agents of that executable and that home; by what the kernel says of them. */
function agentsOf(target: string, home: string | null): number[] {
  return running().filter(({ pid, argv }) => {
    const [program, what] = argv;
    if (argv.length !== 2 || program !== target || what !== "agent") {
      return false;
    }
    try {
      const environment = Deno.readTextFileSync(`/proc/${pid}/environ`)
        .split("\0");
      const mine = environment.find((line) => line.startsWith("HAKIT_HOME="));
      return (mine?.slice("HAKIT_HOME=".length) ?? null) === home;
    } catch {
      return false;
    }
  }).map(({ pid }) => pid);
}

async function end(pid: number): Promise<void> {
  const signal = (name: Deno.Signal) => {
    try {
      Deno.kill(pid, name);
    } catch {
      // It has ended.
    }
  };
  signal("SIGTERM");
  const start = now();
  while (isAlive(pid) && now() - start < TERM_MS) await sleep(100);
  if (isAlive(pid)) signal("SIGKILL");
}

function isAlive(pid: number): boolean {
  try {
    const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
    // A zombie has ended, whoever has not noticed yet.
    return !/\) [ZX] /.test(stat);
  } catch {
    return false;
  }
}
