/**
 * At a shutdown systemd would stop K3s, its datastore and the volumes before hakit is told: nobody could ask pods to leave any more,
 * those of a StatefulSet would wait for this server's return, and clients for the slowest of these stops. Therefore a unit of its own
 * that is stopped before all of them: pods leave, then primary and secondary change places.
 */
import type { Places } from "../cluster/places.ts";
import type { Module } from "../module/schema.ts";
import { now, sleep } from "../system/clock.ts";
import { exists } from "../system/files.ts";
import { messageOf } from "../system/message.ts";
import { EXECUTABLE } from "../system/unit.ts";
import type { Step } from "../cluster/step.ts";
import { K3S } from "./files.ts";
import { leave, type Station } from "./node_work.ts";
import {
  enabledState,
  isActive,
  isShuttingDown,
  outdated,
  removeIfPresent,
  systemctl,
  type TextFile,
  writeFiles,
} from "./services.ts";
import { K3S_DESCRIPTION } from "./texts.ts";
import { areNoted, noteWritten } from "./written.ts";

const UNIT = "hakit-drain";
/** As lib/k3s.sh takes it: a stop of the module has 300 s for everything. */
const MOST_SECONDS = 150;
const USUAL_SECONDS = 60;
/** Beyond that: asking who is there, and closing the node to new pods. */
const SPARE_SECONDS = 20;
/** A swap takes a few seconds. One that does not end is broken off by the agent's own end. */
const SWAP_SECONDS = 20;
/** What pods that stayed get to end by themselves, at least; and K3s' end before that, and by force after it. */
const END_SECONDS = 10;
const END_SPARE_SECONDS = 25;

export const DRAIN_UNIT: TextFile = {
  path: `/etc/systemd/system/${UNIT}.service`,
  text: drainUnit(),
};

function drainUnit(): string {
  return `[Unit]
Description=hakit: pods leave and the other server takes over before this one shuts down
# Stopped in the reverse order: what pods and their leaving need is there until they have gone, or their time is over.
After=network-online.target hakit.service k3s.service mariadb.service mysql.service nfs-server.service

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/true
# Does nothing unless the whole server stops.
ExecStop=-${EXECUTABLE} k3s-node shutdown
# DRAIN_SECONDS in the module's module.yaml ends it before, 60 s unless it says otherwise.
TimeoutStopSec=${
    MOST_SECONDS + SPARE_SECONDS + SWAP_SECONDS + END_SECONDS +
    END_SPARE_SECONDS + 10
  }

[Install]
WantedBy=multi-user.target
`;
}

/** How long pods are asked to leave at a shutdown, or why they are not. A shutdown is a stop. Pure. */
export function drainOf(
  variables: Module["variables"],
): { readonly seconds: number } | { readonly reason: string } {
  const when = variables["DRAIN"] ?? "stop";
  if (!when.split(" ").includes("stop")) {
    return { reason: `DRAIN is "${when}"` };
  }
  const said = variables["DRAIN_SECONDS"] ?? `${USUAL_SECONDS}`;
  const seconds = /^\d{1,6}s?$/.test(said)
    ? Number.parseInt(said, 10)
    : USUAL_SECONDS;
  return { seconds: Math.min(seconds, MOST_SECONDS) };
}

/** Ends what is left of pods, within so many seconds and a few more. */
export type EndPods = (seconds: number) => Promise<unknown>;

export const endPodsMs = (seconds: number) =>
  (seconds + END_SPARE_SECONDS) * 1000;

/** What the shutdown of a server waits for. It fails never, and returns in time whatever hangs. */
export async function shutdown(
  station: Station,
  variables: Module["variables"],
  { endPods, ...limits }: {
    readonly endPods: EndPods;
    readonly spareMs?: number;
    readonly swapMs?: number;
  },
): Promise<void> {
  const begun = now();
  if (!await isShuttingDown()) {
    station.say("Nothing is done: this server does not shut down");
    return;
  }
  await tellAgent(station);
  await askPods(station, variables, limits.spareMs ?? SPARE_SECONDS * 1000);
  await inTime(limits.swapMs ?? SWAP_SECONDS * 1000, {
    work: handOver(station),
    late: () => station.say("The swap goes on for too long"),
  });
  // Where nobody could take them, as on the last server, they have not been asked, and have all of their time.
  const drain = drainOf(variables);
  const left = "reason" in drain
    ? 0
    : Math.ceil(drain.seconds - (now() - begun) / 1000);
  await endPods(Math.max(END_SECONDS, left))
    .catch((error) => station.say(`Pods do not end: ${messageOf(error)}`));
}

/** Of both servers at once neither may take over from the other: systemd starts no datastore any more. */
async function tellAgent({ say }: Pick<Station, "say">): Promise<void> {
  try {
    await systemctl("kill", "--kill-who=main", "--signal=SIGUSR2", "hakit");
  } catch (error) {
    say(`The agent does not know of the shutdown: ${messageOf(error)}`);
  }
}

async function askPods(
  station: Station,
  variables: Module["variables"],
  spareMs: number,
): Promise<void> {
  const stay = (why: string) =>
    station.say(`Pods are not asked to leave: ${why}`);
  if (!await isActive("k3s")) return stay("K3s does not run");
  const drain = drainOf(variables);
  if ("reason" in drain) return stay(drain.reason);
  await inTime(drain.seconds * 1000 + spareMs, {
    work: leave(station, drain.seconds),
    late: () =>
      station.say(
        "Kubernetes does not answer in time: the shutdown goes on without",
      ),
  });
}

/** To a secondary that has everything: it serves seconds later, while what runs here takes its time to end. */
async function handOver(
  { api, module, say }: Pick<Station, "api" | "module" | "say">,
): Promise<void> {
  try {
    const { nodes } = await api.state();
    const ready = (local: boolean) => {
      const node = nodes.find((node) => node.local === local);
      const found = node?.modules.find(({ name }) => name === module);
      return node?.reachable && found?.status === "Ready" && found.upToDate
        ? found
        : null;
    };
    const there = ready(false);
    if (ready(true)?.role !== "PRIM" || there?.role !== "SECOND") return;
    if (!there.failover) {
      say("No swap: the other server takes nothing over, or shuts down, too");
      return;
    }
    await api.role({ module, command: "swap", wait: true });
    say("The other server serves");
  } catch (error) {
    say(`No swap: ${messageOf(error)}`);
  }
}

async function inTime(
  ms: number,
  { work, late }: { readonly work: Promise<void>; readonly late: () => void },
): Promise<void> {
  const limit = new AbortController();
  const over = sleep(ms, limit.signal).then(() => "over" as const);
  if (await Promise.race([work, over]) === "over") late();
  limit.abort();
}

export function drainStep(at: Places): Step {
  return {
    name: "Pods leave at a shutdown",
    async done() {
      if ((await outdated([DRAIN_UNIT])).length > 0) return null;
      if (await enabledState(UNIT) !== "enabled") return null;
      return await isActive(UNIT) ? `${UNIT}.service` : null;
    },
    do: () => put(at, DRAIN_UNIT),
  };
}

/** A hakit that was upgraded from one without this unit, or with another form of it. True: it was written. */
export async function renewDrainUnit(
  at: Places,
  { drain = DRAIN_UNIT, k3s = K3S.unit }: {
    readonly drain?: TextFile;
    readonly k3s?: string;
  } = {},
): Promise<boolean> {
  // Only where K3s was set up by hakit; "uninstall" takes both away.
  if (!await exists(k3s)) return false;
  const text = await Deno.readTextFile(k3s);
  if (!text.includes(K3S_DESCRIPTION)) return false;
  // One that was cut off after the file had not enabled it yet, and a unit that a person has disabled stays so.
  const right = (await outdated([drain])).length === 0;
  if (right && await areNoted(at, [drain])) return false;
  // Of a hakit that kept no record, whose set-up has enabled it: whatever it is now, a person wanted.
  if (right && !await exists(at.writtenFiles)) {
    await noteWritten(at, [drain]);
    return false;
  }
  // One that is cut off from here on must not be taken for such a unit.
  if (!right) await noteWritten(at, [{ ...drain, text: "" }]);
  await put(at, drain);
  return true;
}

async function put(at: Places, unit: TextFile): Promise<void> {
  await writeFiles([unit]);
  await systemctl("daemon-reload");
  await systemctl("enable", UNIT);
  // Only what was started is stopped. The agent that asks may be one that this unit is ordered after.
  await systemctl("start", "--no-block", UNIT);
  await noteWritten(at, [unit]);
}

export async function removeDrainUnit(): Promise<void> {
  if (!await exists(DRAIN_UNIT.path)) return;
  await systemctl("disable", "--now", UNIT);
  await removeIfPresent(DRAIN_UNIT.path);
}
