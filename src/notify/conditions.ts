/**
 * What about this node is worth telling somebody, as values by key: "served shop" = "node1", "alone shop" = "yes". A notification is a
 * key whose value has changed and stayed so; so nothing is told twice after a restart, and nothing that happened meanwhile is lost.
 * Each node speaks for itself: what concerns both is told by the one that serves, or by the first of two that hear each other. Pure.
 */
import type {
  ClusterState,
  LinkState,
  ModuleState,
  NodeState,
} from "../api/state.ts";
import type { KINDS, LEVELS } from "../module/notifications.ts";
import { cannotBeTold } from "../rules/rule.ts";
import { oneLine } from "../system/message.ts";

/** Of scripts' and peers' words in one message. */
const MAX_WORDS = 500;

export type Kind = (typeof KINDS)[number];
export type Level = (typeof LEVELS)[number];

export interface Condition {
  readonly kind: Kind;
  /** What is compared; "ok" where all is well. */
  readonly value: string;
  readonly level: Level;
  /** It must stay so long: roles pass through others on their way. */
  readonly holdMs: number;
  readonly module: string | null;
  readonly text: string;
}

export interface Facts {
  readonly state: ClusterState;
  /** The first of cluster.yaml's nodes. */
  readonly first: boolean;
  readonly takeovers: readonly {
    readonly module: string;
    readonly reason: "failover" | "handover";
    readonly lastSeconds: number | null;
    readonly lastAt: number | null;
  }[];
  /** Free part of the disks with hakit's own state and logs, 0 to 1, by folder. */
  readonly disks: Readonly<{ [folder: string]: number }>;
  /** Until this node's certificates end, by name. */
  readonly certificates: Readonly<{ [name: string]: number }>;
  /** The newest salvage folder of each module on this node. */
  readonly salvage: Readonly<{ [module: string]: string }>;
}

const ROLE_MS = 15_000;
const SHORT_MS = 3000;
/**
 * Told before Kubernetes acts: with 5 % free K3s' kubelet evicts pods until there is 10 % more, and on both nodes at once, because the
 * mirror fills both disks alike (K3s, pkg/daemons/agent: eviction-hard, eviction-minimum-reclaim).
 */
const DISK_LEAST = 0.15;
/** The kubelet itself frees a disk of which so much is used (images), within minutes: nobody need hear of that. */
const COLLECTION_MS = 10 * 60_000;
/** Here there is no time for that. */
const DISK_URGENT = 0.05;
const CERTIFICATE_DAYS = 30;
/** A check that cannot tell moves nothing: who is never told of it believes the service watched (root of the database has got a password). */
const BLIND_MS = 10 * 60_000;

export function conditions(facts: Facts): Map<string, Condition> {
  const { state } = facts;
  const here = state.nodes.find(({ local }) => local)!;
  const there = state.nodes.find(({ local }) => !local)!;
  const all = new Map<string, Condition>();
  const add = (
    key: string,
    condition: Omit<Condition, "module"> & { readonly module?: string },
  ) => all.set(key, { module: null, ...condition });
  // Whoever is alone speaks for both.
  const speaks = facts.first || !there.reachable;

  for (const module of here.modules) {
    const other = there.reachable
      ? there.modules.find(({ name }) => name === module.name)
      : undefined;
    ofModule(add, { facts, here: here.name, there, module, other });
  }
  add("peer", {
    kind: "peer",
    value: there.reachable ? "ok" : "lost",
    level: "critical",
    holdMs: SHORT_MS,
    text: there.reachable
      ? `${here.name} hears ${there.name} again`
      : `${here.name} does not hear ${there.name} any more`,
  });
  for (const link of speaks && there.reachable ? state.links : []) {
    if (link.state === "unknown") continue;
    const name = `${link.local} to ${link.remote}`;
    const [value, text] = linkWords(link, name);
    add(`link ${name}`, {
      kind: "link",
      value,
      level: "warning",
      holdMs: ROLE_MS,
      text,
    });
  }
  if (speaks && there.reachable) {
    add("arbiters", {
      kind: "peer",
      value: state.unlike === undefined ? "ok" : "unlike",
      level: "critical",
      holdMs: ROLE_MS,
      text: state.unlike?.replace(/\.$/, "") ??
        `${here.name} and ${there.name} heed the same arbiter`,
    });
  }
  for (const [folder, free] of Object.entries(facts.disks)) {
    const full = free < DISK_LEAST;
    add(`disk ${folder}`, {
      kind: "disk",
      value: full ? "full" : "ok",
      level: "warning",
      holdMs: free < DISK_URGENT ? SHORT_MS : COLLECTION_MS,
      text: full
        ? `the disk of "${folder}" on ${here.name} is nearly full (${
          Math.floor(free * 100)
        } % free)`
        : `the disk of "${folder}" on ${here.name} has room again`,
    });
  }
  for (const [name, days] of Object.entries(facts.certificates)) {
    const soon = days < CERTIFICATE_DAYS;
    add(`certificate ${name}`, {
      kind: "certificate",
      value: soon ? "expires" : "ok",
      level: "warning",
      holdMs: 0,
      text: soon
        ? `the certificate "${name}" of ${here.name} ${
          days < 0 ? "has expired" : `expires in ${Math.floor(days)} days`
        }: see "hakit help cert"`
        : `the certificate "${name}" of ${here.name} is renewed`,
    });
  }
  return all;
}

function linkWords(
  link: LinkState,
  name: string,
): readonly [value: string, text: string] {
  if (link.state !== "up") {
    return [
      "down",
      `the link ${name} is down: check cable, switch and firewall`,
    ];
  }
  const { blackHoleBytes: bytes } = link;
  return bytes === undefined ? ["ok", `the link ${name} works again`] : [
    "narrow",
    `the link ${name} lets small packets pass and none of ${bytes} bytes: the mirror stands still on it; "hakit state" says what to do`,
  ];
}

function ofModule(
  add: (
    key: string,
    condition: Omit<Condition, "module"> & { readonly module?: string },
  ) => void,
  { facts, here, there, module, other }: {
    readonly facts: Facts;
    readonly here: string;
    readonly there: NodeState;
    readonly module: ModuleState;
    readonly other: ModuleState | undefined;
  },
): void {
  const { name, role, status, reason } = module;
  const say = (kind: Kind, more: Omit<Condition, "module" | "kind">) =>
    add(`${kind} ${name}`, { kind, module: name, ...more });
  const serves = role === "PRIM" || role === "ALONE";
  const why = reason === null ? "" : `: ${oneLine(reason, MAX_WORDS)}`;

  if (serves && status === "Ready") {
    say("served", {
      value: here,
      level: "info",
      holdMs: 0,
      text: `${name} is served by ${here}${takenOver(facts, name)}`,
    });
  } else if (other && isServing(other)) {
    // The other one says it; here it is only remembered.
    say("served", { value: "elsewhere", level: "info", holdMs: 0, text: "" });
  }
  const nobody = !serves && !(other && isServing(other));
  const stopped = nobody && role === "STOP";
  // A node that is cut off cannot tell: the other one may serve.
  const elsewhere = there.reachable
    ? " and served by no node"
    : `; ${there.name} is not reachable`;
  const ended = role === "STOP"
    ? `${name} is served by ${there.name}`
    : `${name} is no longer stopped on ${here}`;
  say("stopped", {
    value: stopped ? "yes" : "ok",
    level: "critical",
    holdMs: ROLE_MS,
    text: stopped ? `${name} is stopped on ${here}${elsewhere}${why}` : ended,
  });
  const waits = role === "WAIT" && status === "NotReady";
  say("waiting", {
    value: waits ? "yes" : "ok",
    level: nobody ? "critical" : "warning",
    holdMs: ROLE_MS,
    text: waits
      ? `${name} waits on ${here}${why}`
      : `${name} waits no longer on ${here}`,
  });
  // It serves, and applications wait: for its disk, or for the other node.
  const held = serves && reason !== null;
  add(`held ${name}`, {
    kind: "waiting",
    module: name,
    value: held ? "yes" : "ok",
    level: "critical",
    // A disk that hangs is left 15 s after it was first told.
    holdMs: SHORT_MS,
    text: held
      ? `${name} on ${here}${why}`
      : `nothing of ${name} waits on ${here} any more`,
  });
  const alone = role === "ALONE";
  const lonely = status === "Ready"
    ? `${name} runs on ${here} alone: no second copy is up to date`
    : `${name} is to run on ${here} alone: no second copy is up to date`;
  const together = serves
    ? `${name} is on both nodes`
    : `${name} is no longer alone on ${here}`;
  // ALONE it may be Transient for long, as while its address is missing; a PRIM on its way may have lost its mirror: what was told stands.
  if (role !== "PRIM" || status === "Ready") {
    say("alone", {
      value: alone ? "yes" : "ok",
      level: "warning",
      holdMs: ROLE_MS,
      text: alone ? lonely : together,
    });
  }
  if (serves) {
    const { differences } = module;
    say("differences", {
      value: differences > 0 ? "yes" : "ok",
      level: "critical",
      holdMs: 0,
      text: differences > 0
        ? `the copies of ${name} differ in ${differences} places: see "hakit help verify"`
        : `the copies of ${name} differ no longer`,
    });
  }
  const kept = facts.salvage[name];
  if (kept !== undefined) {
    say("salvage", {
      value: kept,
      level: "critical",
      holdMs: 0,
      text:
        `${name} was written on both nodes apart; what only ${here} wrote is kept: see "hakit salvage list" on ${here}`,
    });
  }
  for (const resource of module.resources) {
    const found = resource.state === "up" || resource.state === "down";
    const blind = cannotBeTold(resource);
    // While nobody looks at it what was told last stands.
    if (!found && !blind) continue;
    const detail = resource.detail === null
      ? ""
      : `: ${oneLine(resource.detail, MAX_WORDS)}`;
    add(`blind ${name} ${resource.name}`, {
      kind: "resource",
      module: name,
      value: blind ? "yes" : "ok",
      level: "warning",
      holdMs: blind ? BLIND_MS : SHORT_MS,
      text: blind
        ? `${resource.name} of ${name} cannot be told on ${here}${detail}`
        : `${resource.name} of ${name} can be told again on ${here}`,
    });
    if (!found) continue;
    add(`resource ${name} ${resource.name}`, {
      kind: "resource",
      module: name,
      value: resource.state === "up" ? "ok" : "down",
      level: "warning",
      holdMs: SHORT_MS,
      text:
        `${resource.name} of ${name} is ${resource.state} on ${here}${detail}`,
    });
  }
}

function isServing({ role }: ModuleState): boolean {
  return role === "PRIM" || role === "ALONE";
}

/** A takeover that has just been measured. */
function takenOver({ takeovers }: Facts, module: string): string {
  const last =
    takeovers.filter((one) => one.module === module && one.lastAt !== null)
      .sort((a, b) => b.lastAt! - a.lastAt!)[0];
  if (!last || last.lastSeconds === null) return "";
  const word = last.reason === "failover"
    ? "a failover: the other node was lost"
    : "the other node gave way";
  return ` (${word}; ${
    last.lastSeconds.toFixed(1)
  } s from the decision to the service's start)`;
}
