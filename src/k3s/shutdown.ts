/**
 * At a shutdown systemd would stop K3s and its datastore before hakit is told: nobody could ask pods to leave any more, and those of
 * a StatefulSet would wait for this server's return. Therefore a unit of its own that is stopped before all of them.
 */
import type { Module } from "../module/schema.ts";
import { sleep } from "../system/clock.ts";
import { command } from "../system/command.ts";
import { EXECUTABLE } from "../system/unit.ts";
import type { Step } from "../cluster/step.ts";
import { exists } from "../cluster/facts.ts";
import { K3S } from "./files.ts";
import { leave, type Leaving } from "./node_work.ts";
import {
  enabledState,
  isActive,
  outdated,
  removeIfPresent,
  systemctl,
  type TextFile,
  writeFiles,
} from "./services.ts";
import { K3S_DESCRIPTION } from "./texts.ts";

const UNIT = "hakit-drain";
/** As lib/k3s.sh takes it: a stop of the module has 300 s for everything. */
const MOST_SECONDS = 150;
const USUAL_SECONDS = 60;
/** Beyond that: asking who is there, and closing the node to new pods. */
const SPARE_SECONDS = 20;

export const DRAIN_UNIT: TextFile = {
  path: `/etc/systemd/system/${UNIT}.service`,
  text: drainUnit(),
};

function drainUnit(): string {
  return `[Unit]
Description=hakit: pods leave before this server shuts down
# Stopped in the reverse order: what pods and their leaving need is there until they have gone, or their time is over.
After=network-online.target hakit.service k3s.service mariadb.service mysql.service nfs-server.service

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/true
# Does nothing unless the whole server stops.
ExecStop=-${EXECUTABLE} k3s-node shutdown
# DRAIN_SECONDS in the module's module.yaml ends it before, 60 s unless it says otherwise.
TimeoutStopSec=${MOST_SECONDS + 2 * SPARE_SECONDS}

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

/** Asks them, and returns in time whatever hangs. */
export async function shutdown(
  station: Leaving,
  variables: Module["variables"],
  { spareMs = SPARE_SECONDS * 1000 }: { readonly spareMs?: number } = {},
): Promise<void> {
  const stay = (why: string) =>
    station.say(`Pods are not asked to leave: ${why}`);
  if (!await isShuttingDown()) return stay("this server does not shut down");
  if (!await isActive("k3s")) return stay("K3s does not run");
  const drain = drainOf(variables);
  if ("reason" in drain) return stay(drain.reason);
  const limit = new AbortController();
  const late = sleep(drain.seconds * 1000 + spareMs, limit.signal)
    .then(() => true);
  if (await Promise.race([leave(station, drain.seconds), late]) === true) {
    station.say(
      "Kubernetes does not answer in time: the shutdown goes on without",
    );
  }
  limit.abort();
}

/** Whether all of this server stops, and not only the unit. */
async function isShuttingDown(): Promise<boolean> {
  const { stdout } = await command(["systemctl", "is-system-running"], {
    anyCode: true,
  });
  return stdout.trim() === "stopping";
}

export function drainStep(): Step {
  return {
    name: "Pods leave at a shutdown",
    async done() {
      if ((await outdated([DRAIN_UNIT])).length > 0) return null;
      if (await enabledState(UNIT) !== "enabled") return null;
      return await isActive(UNIT) ? `${UNIT}.service` : null;
    },
    do: put,
  };
}

/** A hakit that was upgraded from one without this unit, or with another form of it. True: it was written. */
export async function renewDrainUnit(): Promise<boolean> {
  // Only where K3s was set up by hakit; "uninstall" takes both away.
  if (!await exists(K3S.unit)) return false;
  const text = await Deno.readTextFile(K3S.unit);
  if (!text.includes(K3S_DESCRIPTION)) return false;
  if ((await outdated([DRAIN_UNIT])).length === 0) return false;
  await put();
  return true;
}

async function put(): Promise<void> {
  await writeFiles([DRAIN_UNIT]);
  await systemctl("daemon-reload");
  await systemctl("enable", UNIT);
  // Only what was started is stopped. The agent that asks may be one that this unit is ordered after.
  await systemctl("start", "--no-block", UNIT);
}

export async function removeDrainUnit(): Promise<void> {
  if (!await exists(DRAIN_UNIT.path)) return;
  await systemctl("disable", "--now", UNIT);
  await removeIfPresent(DRAIN_UNIT.path);
}
