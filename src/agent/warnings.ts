/** What a person is to know beside what holds now, each with what to do about it. Pure. */
import { arbiterSentence, unlikeSentence } from "./arbiter_sentence.ts";
import type { Known } from "./status.ts";

export function warningsOf(known: Known, alive: boolean): string[] {
  const warnings = [
    ...maintenanceOf(known, alive),
    ...differencesOf(known, alive),
    ...versionsOf(known, alive),
    ...keepsOf(known, alive),
    ...configurationsOf(known, alive),
    ...salvageOf(known, alive),
    ...known.problems,
  ];
  const { timeoutMs, peerTimeoutMs } = known;
  if (peerTimeoutMs !== null && peerTimeoutMs !== timeoutMs) {
    warnings.push(
      `heartbeat.timeout is ${timeoutMs} ms on ${known.local.name} and ${peerTimeoutMs} ms on ${known.peer.name}: make it the same in cluster.yaml of both, then "hakit upgrade --restart" on one; until then leases follow the shorter one.`,
    );
  }
  for (const link of known.links) {
    const { local, remote, blackHoleBytes: bytes } = link;
    if (bytes !== undefined && alive) {
      warnings.push(
        `A packet of ${bytes} bytes does not pass the link ${local} to ${remote}, small ones do: heartbeats go on, and the mirror's connection opens and stands still; mend the switch or the tunnel in between, or on both nodes "ip link set INTERFACE mtu ${
          smallerMtu(bytes)
        }", and the same in the network's configuration.`,
      );
    }
    if (link.state === "down" && alive) {
      warnings.push(
        `The link ${local} to ${remote} is down: the nodes still hear each other on another one; check cable, switch and firewall.`,
      );
    }
  }
  if (known.links.length === 1) {
    warnings.push(
      'There is only one link between the nodes, so one broken cable can part them: with every module stopped, give each node a second address in cluster.yaml of both, then "hakit upgrade --restart".',
    );
  }
  if (known.arbiter.kind === "none") warnings.push(arbiterSentence(known));
  else if (known.arbiterAnswers === false || unlikeSentence(known) !== null) {
    warnings.push(arbiterSentence(known));
  }
  return warnings;
}

/** Both copies count as up to date, and one of them is not: nobody may overlook it. */
function differencesOf({ local, peer }: Known, alive: boolean): string[] {
  const views = [...local.modules, ...(alive ? peer.modules : [])];
  return views.filter(({ differences }) => differences).map((view) =>
    `The copies of ${view.module} DIFFER in ${view.differences} places (its log names them). First find the failing disk (on both nodes: dmesg, smartctl). If it is the primary's, "hakit swap ${view.module}" first; then "hakit verify ${view.module} --repair", which overwrites the secondary's differing places with the primary's and keeps nothing of them.`
  );
}

/** What only one of them says, or each another, decides nothing: it would let both stay, or both yield. */
function keepsOf({ local, peer }: Known, alive: boolean): string[] {
  const mine = local.modules[0]?.keeps;
  const theirs = peer.modules[0]?.keeps;
  if (!alive || mine === undefined || theirs === undefined) return [];
  if (mine === theirs) return [];
  const says = (keeps: string | null) => keeps ?? "nothing";
  return [
    `split_brain.keep is ${says(mine)} on ${local.name} and ${
      says(theirs)
    } on ${peer.name}, so it counts for nothing: make it the same in cluster.yaml of both, then "hakit upgrade --restart" on one.`,
  ];
}

/** Of the same version: another one may read it otherwise. Never systemd's restart: an agent that ends takes its modules along. */
function configurationsOf(
  { local, peer, differs }: Known,
  alive: boolean,
): string[] {
  if (!alive || differs.length === 0 || peer.version !== local.version) {
    return [];
  }
  return [
    `cluster.yaml differs between ${local.name} and ${peer.name} (${
      differs.join(", ")
    }): make it the same on both, then "hakit upgrade --restart" on one: the agents begin again one after the other, and services change places.`,
  ];
}

/** Until a person has looked: nobody may find out years later that data was put aside. */
function salvageOf({ local, peer }: Known, alive: boolean): string[] {
  return [local, ...alive ? [peer] : []].flatMap(({ name, modules }) =>
    modules.filter(({ salvage }) => salvage !== undefined).map((view) =>
      `KEPT DATA of ${view.module} on ${name}: it was written on both nodes apart, and what only ${name} wrote is not in use but kept; there, "hakit salvage show ${view.module}/${view.salvage}" lists it, "hakit salvage export ${view.module}/${view.salvage} FILE" saves it as an archive; "hakit salvage drop ${view.module}/${view.salvage}" destroys the only copy, and ends this warning.`
    )
  );
}

/** For as long as an upgrade takes, and no longer. */
function versionsOf({ local, peer }: Known, alive: boolean): string[] {
  if (!alive || peer.version === null || peer.version === local.version) {
    return [];
  }
  return [
    `${local.name} runs hakit ${local.version} and ${peer.name} ${peer.version}: finish with "hakit upgrade FILE", or take it back with "hakit upgrade --back".`,
  ];
}

/** Jumbo frames stop where one switch does not take them, and what every switch takes passes; below that it is a tunnel's header. */
function smallerMtu(bytes: number): number {
  return bytes > 1500 ? 1500 : bytes - 100;
}

/** First of all: whoever forgets a switch has no failover when it counts. */
function maintenanceOf({ local, peer }: Known, alive: boolean): string[] {
  const sides = alive ? [local, peer] : [local];
  return sides.flatMap(({ name, modules }) =>
    modules.flatMap(({ module, watch }) =>
      (watch?.maintenance ?? []).map((entry) => {
        const [what = "", how] = entry.split(" ");
        // It may be auto in module.yaml: neither on nor off is the same.
        const back = what === "boot" ? "auto" : how === "off" ? "on" : "off";
        return `MAINTENANCE: ${entry.toUpperCase()} for ${module} on ${name}: ${
          MEANING[entry] ?? "not as module.yaml says"
        }; "hakit ${what} ${back} -m ${module}" ends it.`;
      })
    )
  );
}

const MEANING: Readonly<{ [entry: string]: string }> = {
  "errd off": "a process that dies has no consequence",
  "checker off": "what checkers find has no consequence",
  "failover off":
    "if its node dies the service is down until a person moves it",
  "boot off": "it is not started at boot",
};
