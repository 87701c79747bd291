/**
 * What a ruleset of nftables does with a new connection, as far as it can be understood: `nft -j list ruleset` walked as the kernel
 * would. A match that is not understood never accepts and never drops, so a doubt is told as "blocked" rather than hidden. Pure.
 */
import { contains } from "../system/address.ts";
import type { Need } from "./firewall_needs.ts";

// deno-lint-ignore no-explicit-any -- foreign JSON of many shapes; every field is looked at before it is used
type Json = any;

export interface Chain {
  readonly family: string;
  readonly table: string;
  readonly chain: string;
}

type Verdict = "accept" | "drop" | "continue";

/** Deeper is a loop, which the kernel would refuse. */
const DEEPEST = 16;
/** Where pods' packets come in and go out: of this server's pods, and of the other machines', by IP version. */
const POD_DEVICES = {
  4: ["cni0", "flannel.1"],
  6: ["cni0", "flannel-v6.1"],
} as const;

/** A chain that iptables made. */
export function isIptables({ family, table, chain }: Chain): boolean {
  return family !== "inet" && table === "filter" &&
    (chain === "INPUT" || chain === "FORWARD");
}

/** The chain that drops what is needed; null: it passes. */
export function droppingChain(json: string, need: Need): Chain | null {
  let items: Json[];
  try {
    items = JSON.parse(json).nftables ?? [];
  } catch {
    return null;
  }
  const hook = need.through === undefined ? "input" : "forward";
  const bases = items.map((item) => item.chain).filter((chain) =>
    chain?.hook === hook && concerns(chain.family, need)
  ).sort((a, b) => a.prio - b.prio);
  const devices = need.through === undefined
    ? [null]
    : POD_DEVICES[isSix(need) ? 6 : 4];
  // Every base chain of the hook is asked: each may drop.
  for (const base of bases) {
    const at = { family: base.family, table: base.table, chain: base.name };
    // Flannel puts an accept of its own to the end of this one, so its policy is nothing to pods; a rule that drops is.
    const policy = hook === "forward" && isIptables(at)
      ? "accept"
      : base.policy ?? "accept";
    for (const device of devices) {
      const verdict = walk({ items, need, device }, at, 0);
      if ((verdict === "continue" ? policy : verdict) === "drop") return at;
    }
  }
  return null;
}

interface World {
  readonly items: readonly Json[];
  readonly need: Need;
  /** Of what is passed on: where it comes in ("from" pods), or goes out ("to" pods). */
  readonly device: string | null;
}

function isSix({ from }: Need): boolean {
  return from.includes(":");
}

function concerns(family: string, need: Need): boolean {
  return family === "inet" || family === (isSix(need) ? "ip6" : "ip");
}

function walk(world: World, at: Chain, depth: number): Verdict {
  if (depth > DEEPEST) return "continue";
  for (const { rule } of world.items) {
    if (
      rule?.family !== at.family || rule.table !== at.table ||
      rule.chain !== at.chain
    ) continue;
    const verdict = judge(world, rule.expr ?? [], { at, depth });
    if (verdict !== "continue") return verdict;
  }
  return "continue";
}

/** One rule: its expressions from left to right until one does not hold. */
function judge(
  world: World,
  expressions: readonly Json[],
  { at, depth }: { readonly at: Chain; readonly depth: number },
): Verdict {
  for (const expression of expressions) {
    if ("accept" in expression) return "accept";
    if ("drop" in expression || "reject" in expression) return "drop";
    const target = expression.jump?.target ?? expression.goto?.target;
    if (target) {
      const verdict = walk(world, { ...at, chain: target }, depth + 1);
      if (verdict !== "continue") return verdict;
      continue;
    }
    if ("counter" in expression || "log" in expression) continue;
    if ("comment" in expression) continue;
    // iptables' comments; any other extension is beyond us.
    if (expression.xt) {
      if (expression.xt.name === "comment") continue;
      if (expression.xt.type === "target" && expression.xt.name === "LOG") {
        continue;
      }
      return "continue";
    }
    if (!expression.match || !holds(world, expression.match, at)) {
      return "continue";
    }
  }
  return "continue";
}

function holds(world: World, match: Json, at: Chain): boolean {
  const { need, device } = world;
  const positive = match.op === "==" || match.op === "in";
  const { left } = match;
  const values = valuesOf(world, match.right, at);
  if (left?.payload?.field === (need.through === "to" ? "daddr" : "saddr")) {
    return values.some((value) => isWithin(need.from, value)) === positive;
  }
  if (left?.payload?.field === "dport") {
    if (need.protocol === "all") return false;
    const { protocol } = left.payload;
    if (protocol !== need.protocol && protocol !== "th") return false;
    return values.some((value) => covers(value, need)) === positive;
  }
  if (left?.meta?.key === "l4proto" || left?.payload?.field === "protocol") {
    return need.protocol !== "all" &&
      values.includes(need.protocol) === positive;
  }
  if (left?.meta?.key === "nfproto") {
    return values.includes(isSix(need) ? "ipv6" : "ipv4") === positive;
  }
  if (left?.ct?.key === "state") return values.includes("new") === positive;
  const way = need.through === "to" ? ["oif", "oifname"] : ["iif", "iifname"];
  if (way.includes(left?.meta?.key)) {
    if (device !== null) return values.includes(device) === positive;
    // It comes by the network, whichever interface that is.
    return values.includes("lo") ? !positive : false;
  }
  return false;
}

/** Literals, sets in place, and named sets. */
function valuesOf(world: World, right: Json, at: Chain): Json[] {
  if (typeof right === "string" && right.startsWith("@")) {
    const set = world.items.map((item) => item.set).find((each) =>
      each?.name === right.slice(1) && each.table === at.table &&
      each.family === at.family
    );
    return (set?.elem ?? []).map((entry: Json) => entry?.elem?.val ?? entry);
  }
  if (right?.set) return right.set;
  return Array.isArray(right) ? right : [right];
}

function isWithin(from: string, value: Json): boolean {
  const address = from.split("/")[0]!;
  if (typeof value === "string") return contains(value, address);
  const { addr, len } = value?.prefix ?? {};
  return addr !== undefined && contains(`${addr}/${len}`, address);
}

function covers(value: Json, { port, last }: Need): boolean {
  if (typeof value === "number") return value === port && value === last;
  const [low, high] = value?.range ?? [];
  return typeof low === "number" && low <= port && last <= high;
}
