/** The sum of what this node knows, in one object and in plain sentences: what holds now and, where it waits, what to do. Pure. */
import { bytes, seconds } from "../system/units.ts";
import type { Arbiter } from "../machine/arbiter.ts";
import type { ModuleView } from "../machine/state.ts";
import type {
  ClusterState,
  LinkState,
  ModuleState,
  NodeState,
  ResourceInfo,
} from "../api/state.ts";
import { compare } from "../replication/identity.ts";

export interface Known {
  readonly cluster: string;
  readonly timeoutMs: number;
  readonly local: {
    readonly name: string;
    readonly version: string;
    readonly addresses: readonly string[];
    readonly modules: readonly ModuleView[];
  };
  readonly peer: {
    readonly name: string;
    readonly version: string | null;
    readonly addresses: readonly string[];
    /** What it last said of its modules. */
    readonly modules: readonly ModuleView[];
    readonly verdict: "alive" | "late" | "lost" | "unknown";
  };
  /** heartbeat.timeout as the peer last said it; null: not known. */
  readonly peerTimeoutMs: number | null;
  /** Parts of cluster.yaml that are not the same on the peer. */
  readonly differs: readonly string[];
  readonly links: readonly LinkState[];
  readonly arbiter: Arbiter;
  /** null: not known yet. */
  readonly arbiterAnswers: boolean | null;
  /** Virtual addresses, module by module. */
  readonly addresses: Readonly<{ [module: string]: readonly string[] }>;
  /** Resources of this node, module by module. */
  readonly resources: Readonly<{ [module: string]: readonly ResourceInfo[] }>;
  /** Modules without mirrored folders: they have no data that could be old. */
  readonly unmirrored: readonly string[];
  /** 0 or 1: this node's place in cluster.yaml. */
  readonly index: 0 | 1;
  /** What else is wrong: a module that cannot be read, a configuration that differs. */
  readonly problems: readonly string[];
}

export function clusterState(known: Known): ClusterState {
  const { local, peer } = known;
  const alive = peer.verdict === "alive" || peer.verdict === "late";
  const here: NodeState = {
    name: local.name,
    local: true,
    reachable: true,
    version: local.version,
    addresses: local.addresses,
    modules: local.modules.map((view) => moduleState(view, known, true)),
  };
  const there: NodeState = {
    name: peer.name,
    local: false,
    reachable: alive,
    version: peer.version,
    addresses: peer.addresses,
    modules: peer.modules.map((view) => moduleState(view, known, false)),
  };
  const names = [
    ...new Set([...local.modules, ...peer.modules].map((view) => view.module)),
  ];
  const sentences: { [module: string]: string } = {};
  for (const name of names) {
    const mine = local.modules.find((view) => view.module === name) ?? null;
    const theirs = peer.modules.find((view) => view.module === name) ?? null;
    sentences[name] = moduleSentence(name, mine, theirs, known);
  }
  const warnings = warningsOf(known, alive);
  return {
    cluster: known.cluster,
    nodes: known.index === 0 ? [here, there] : [there, here],
    links: known.links,
    arbiter: arbiterSentence(known),
    sentence: names.length === 0
      ? 'No module is installed: see "hakit help module".'
      : Object.values(sentences).join(" "),
    sentences,
    warnings,
  };
}

function moduleState(
  view: ModuleView,
  { addresses, unmirrored: without, resources }: Known,
  local: boolean,
): ModuleState {
  const unmirrored = without.includes(view.module);
  return {
    name: view.module,
    role: view.role,
    status: view.status,
    upToDate: view.identity.upToDate || unmirrored,
    reason: view.reason,
    identity: view.identity,
    session: view.session,
    resync: view.resync,
    lastResync: view.lastResync,
    proven: view.proven ?? null,
    differences: view.differences ?? 0,
    dirtyBytes: view.dirtyBytes,
    salvage: view.salvage ?? null,
    failover: view.failover ?? true,
    addresses: (addresses[view.module] ?? []).map((address) => ({
      address,
      held: view.addresses,
    })),
    resources: local
      ? resources[view.module] ?? []
      : (view.watch?.resources ?? []).map((one) => ({ ...one, since: null })),
    maintenance: view.watch?.maintenance ?? [],
  };
}

function warningsOf(known: Known, alive: boolean): string[] {
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
      `heartbeat.timeout is ${timeoutMs} ms on ${known.local.name} and ${peerTimeoutMs} ms on ${known.peer.name}: make it the same in cluster.yaml of both and restart their agents; until then leases follow the shorter one.`,
    );
  }
  for (const link of known.links) {
    if (link.state === "down" && alive) {
      warnings.push(
        `The link ${link.local} to ${link.remote} is down: the nodes still hear each other on another one; check cable, switch and firewall.`,
      );
    }
  }
  if (known.links.length === 1) {
    warnings.push(
      "There is only one link between the nodes: add a second one, so that one broken cable cannot part them.",
    );
  }
  if (known.arbiter.kind === "none") warnings.push(arbiterSentence(known));
  else if (known.arbiterAnswers === false) {
    warnings.push(arbiterSentence(known));
  }
  return warnings;
}

/** Both copies count as up to date, and one of them is not: nobody may overlook it. */
function differencesOf({ local, peer }: Known, alive: boolean): string[] {
  const views = [...local.modules, ...(alive ? peer.modules : [])];
  return views.filter(({ differences }) => differences).map((view) =>
    `The copies of ${view.module} DIFFER in ${view.differences} places (its log names them): "hakit verify ${view.module} --repair" levels the secondary's from the primary's; look for a failing disk.`
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
    } on ${peer.name}: it counts for nothing until it is the same in cluster.yaml of both and their agents have been restarted.`,
  ];
}

/** Of the same version: another one may read it otherwise. */
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
    }): make it the same on both, then "systemctl restart hakit" on each; what is mirrored goes on meanwhile.`,
  ];
}

/** Until a person has looked: nobody may find out years later that data was put aside. */
function salvageOf({ local, peer }: Known, alive: boolean): string[] {
  return [local, ...alive ? [peer] : []].flatMap(({ name, modules }) =>
    modules.filter(({ salvage }) => salvage !== undefined).map((view) =>
      `KEPT DATA of ${view.module} on ${name}: it was written on both nodes apart, and what only ${name} wrote is not in use but kept; there, "hakit salvage show ${view.module}/${view.salvage}" lists it, "hakit salvage drop ${view.module}/${view.salvage}" ends this warning.`
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
  "failover off": "it stays where it is if its node dies",
  "boot off": "it is not started at boot",
};

/** Who decides when the nodes are parted, and what that cannot exclude. */
function arbiterSentence(
  { arbiter, arbiterAnswers, local, peer }: Known,
): string {
  switch (arbiter.kind) {
    case "none":
      return "There is no arbiter: if all links break at once, both nodes may become primary. On reconnect one of them yields, and what it alone wrote is kept aside.";
    case "ping": {
      const names = arbiter.addresses.join(", ");
      const word = arbiterAnswers === false
        ? `The arbiter does not answer from ${local.name} (ping ${names}): when the links break now, this node stops.`
        : `The arbiter is a ping of ${names}: a node that is cut off stops.`;
      return `${word} It cannot exclude two primaries: when only the links between the nodes break, both reach it.`;
    }
    case "witness": {
      const name = `witness ${arbiter.address}`;
      if (arbiter.retired) {
        return `The ${name} is being removed: until that is done on both nodes, neither goes on without the other; say "hakit witness remove" again.`;
      }
      const entitled = [...local.modules, ...peer.modules].every((view) =>
        view.claim !== undefined || !isPrimary(view)
      );
      if (arbiterAnswers === false || arbiterAnswers === null) {
        return `The ${name} does not answer ${local.name}: two primaries stay excluded and mirrored modules run on, but should the other node die now, the service stops until the ${name} is back.`;
      }
      return entitled
        ? `The ${name} decides: two primaries are excluded; should it and a node fail together, the service stops.`
        : `The ${name} answers and has not been told yet who is up to date; that follows when both nodes are level.`;
    }
    default:
      return arbiter satisfies never;
  }
}

/** What holds for one module. `mine` null: not installed here; `theirs` null: the peer said nothing of it. */
function moduleSentence(
  name: string,
  mine: ModuleView | null,
  theirs: ModuleView | null,
  known: Pick<Known, "local" | "peer" | "timeoutMs">,
): string {
  const { local, peer } = known;
  const alive = peer.verdict === "alive" || peer.verdict === "late";
  const there = alive ? theirs : null;
  const sides = [
    { node: local.name, other: peer.name, view: mine, others: there },
    { node: peer.name, other: local.name, view: there, others: mine },
  ];
  const primaries = sides.filter(({ view }) => isPrimary(view));
  if (primaries.length === 2) {
    return `${name} runs on BOTH nodes (ALONE on ${local.name} and on ${peer.name}): they were parted; one of them yields now, and what it alone wrote is kept aside.`;
  }
  const [primary] = primaries;
  if (primary) {
    return primarySentence(name, primary.view!, {
      node: primary.node,
      other: primary.other,
      others: primary.others,
      otherAlive: primary.node === local.name ? alive : true,
      timeoutMs: known.timeoutMs,
    });
  }
  return idleSentence(name, { ...known, mine, there, alive });
}

function isPrimary(view: ModuleView | null): boolean {
  return view?.role === "PRIM" || view?.role === "ALONE";
}

/** When the service answers again is foretold only from a takeover that was measured. */
function takeover(
  node: string,
  { takeoverMs }: Pick<ModuleView, "takeoverMs">,
  timeoutMs: number,
): string {
  const about = (ms: number) => `about ${Math.ceil(ms / 1000)} s`;
  return takeoverMs === undefined
    ? `begins to take over ${about(timeoutMs)} after ${node} dies`
    : `serves ${
      about(timeoutMs + takeoverMs)
    } after ${node} dies (its last takeover took ${
      (takeoverMs / 1000).toFixed(1)
    } s)`;
}

function primarySentence(
  name: string,
  view: ModuleView,
  { node, other, others, otherAlive, timeoutMs }: {
    readonly node: string;
    readonly other: string;
    readonly others: ModuleView | null;
    readonly otherAlive: boolean;
    readonly timeoutMs: number;
  },
): string {
  if (view.status !== "Ready") {
    return `${name} is on its way to ${view.role} on ${node}.${because(view)}`;
  }
  if (view.role === "PRIM") {
    if (others?.role === "SECOND" && others.status === "Ready") {
      const takes = others.failover === false
        ? `does not take over if ${node} dies: failover is off`
        : takeover(node, others, timeoutMs);
      return `${name} runs on ${node} (PRIM); ${other} ${
        holding(view, others)
      } and ${takes}.${because(view)}`;
    }
    return `${name} runs on ${node} (PRIM); ${other} is not ready to take over now.${
      because(view)
    }`;
  }
  const resync = view.resync ?? others?.resync ?? null;
  if (otherAlive && others?.role === "SECOND" && resync) {
    return `${name} runs ALONE on ${node}; ${other} is being brought up to date: ${
      progress(resync, name)
    }. Until then ${other} cannot take over.`;
  }
  const behind = view.dirtyBytes > 0
    ? ` (${bytes(view.dirtyBytes)} so far)`
    : "";
  if (!otherAlive) {
    return `${name} runs ALONE on ${node}: ${other} is not reachable, nothing written now has a second copy${behind}; start ${other}, or repair the links between the nodes.`;
  }
  if (others === null) {
    return `${name} runs ALONE on ${node}: it is not installed on ${other}, nothing written now has a second copy; install it there with "hakit module install".`;
  }
  if (others.role === "SECOND") {
    return `${name} runs ALONE on ${node}; ${other} connects to be brought up to date${behind}.${
      because(others)
    }`;
  }
  if (others.role === "STOP") {
    return `${name} runs ALONE on ${node}: it is stopped on ${other}, nothing written now has a second copy${behind}; say "hakit start ${name}" on ${other}.${
      because(others)
    }`;
  }
  return `${name} runs ALONE on ${node}; ${other} waits.${because(others)}`;
}

/** What the secondary has. Without mirrored folders there is nothing to copy. */
function holding(primary: ModuleView, secondary: ModuleView): string {
  if (primary.identity.current === null) return "stands by";
  const differences = (primary.differences ?? 0) + (secondary.differences ?? 0);
  return differences > 0
    ? `holds a copy that DIFFERS in ${differences} places`
    : "holds an identical copy";
}

function idleSentence(
  name: string,
  { local, peer, mine, there, alive }: Pick<Known, "local" | "peer"> & {
    readonly mine: ModuleView | null;
    readonly there: ModuleView | null;
    readonly alive: boolean;
  },
): string {
  const away = alive ? "" : ` ${peer.name} is not reachable.`;
  if (mine === null) {
    return `${name} is not installed on ${local.name} and does not run on ${peer.name}.${
      because(there)
    }`;
  }
  if (mine.role === "SECOND") {
    return `${name} runs nowhere: ${local.name} is secondary and sees no primary.${away}${
      because(mine)
    }`;
  }
  if (mine.role === "WAIT") {
    if (mine.status === "Transient") {
      const doing = mine.goal === "run" ? "starting" : "stopping";
      return `${name} is ${doing} on ${local.name}.${away}${because(mine)}`;
    }
    return `${name} runs nowhere: ${local.name} waits.${because(mine) || away}`;
  }
  if (there?.role === "WAIT" || there?.role === "SECOND") {
    return `${name} runs nowhere: it is stopped on ${local.name}, and ${peer.name} waits.${
      because(there)
    }`;
  }
  const newer = newerSide(mine, there, { local, peer });
  return `${name} is stopped on ${
    there ? "both nodes" : local.name
  }: say "hakit start ${name}"${newer}.${away}${because(mine)}`;
}

/** Which of two stopped nodes must be started for the newest data. */
function newerSide(
  mine: ModuleView,
  theirs: ModuleView | null,
  { local, peer }: Pick<Known, "local" | "peer">,
): string {
  if (!theirs) return "";
  const { kind } = compare(mine.identity, theirs.identity);
  if (kind === "mine-newer") {
    return ` on both; ${local.name} has the newer data`;
  }
  if (kind === "theirs-newer") {
    return ` on both; ${peer.name} has the newer data`;
  }
  return " on both";
}

function because(view: ModuleView | null): string {
  if (!view?.reason) return "";
  const text = view.reason.trim();
  // A name keeps its spelling at the beginning of a sentence, too.
  const isName = /^\S*\d/.test(text) || text.startsWith(view.module);
  const sentence = isName ? text : text.charAt(0).toUpperCase() + text.slice(1);
  return ` ${sentence}${/[.!?]$/.test(sentence) ? "" : "."}`;
}

function progress(
  resync: NonNullable<ModuleView["resync"]>,
  module: string,
): string {
  const { bytesDone, bytesTotal, bytesPerSecond, secondsLeft, stage } = resync;
  const percent = Math.min(99, Math.floor(bytesDone / bytesTotal * 100));
  if (resync.paused) {
    const done = bytesTotal > 0
      ? ` at ${percent} % of ${bytes(bytesTotal)}`
      : "";
    return `paused${done}, "hakit resync continue ${module}" lets it go on`;
  }
  if (stage === "names") return "names are compared first";
  if (bytesTotal === 0) return "almost done";
  const left = secondsLeft === null ? "" : `, ${seconds(secondsLeft)} left`;
  return `${percent} % of ${bytes(bytesTotal)} at ${
    bytes(bytesPerSecond)
  }/s${left}`;
}
