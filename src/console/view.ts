/**
 * ClusterState → what the page says: words, tone, numbers. Every tone has its word and its shape, colour only repeats them.
 * Runs on the server and in the browser. Pure.
 */
import { serves, standing } from "../api/standing.ts";
import { bytes, seconds } from "../system/units.ts";
import type {
  ClusterState,
  ModuleState,
  NodeState,
  ResourceInfo,
} from "../api/state.ts";
import type { ResyncProgress } from "../replication/control.ts";
import { cannotBeTold } from "../rules/rule.ts";
import type { Texts } from "./text/en.ts";

/** good: both copies; busy: on the way; risk: it runs, one more failure stops it; bad: it does not run; off: as wanted or unknown. */
export type Tone = "good" | "busy" | "risk" | "bad" | "off";

export interface Headline {
  readonly tone: Tone;
  readonly text: string;
}

/** One module on one node, with the same module on the other. */
export interface Place {
  readonly node: NodeState;
  readonly module: ModuleState | undefined;
  readonly other: NodeState | undefined;
  readonly otherModule: ModuleState | undefined;
}

/** In the order of nodes[0]; a module that only the other node has comes last. */
export function moduleNames(state: ClusterState): string[] {
  const names = state.nodes.flatMap((node) =>
    node.modules.map((module) => module.name)
  );
  return [...new Set(names)];
}

export function places(state: ClusterState, name: string): Place[] {
  const on = (node: NodeState | undefined) =>
    node?.modules.find((module) => module.name === name);
  return state.nodes.map((node) => {
    const other = state.nodes.find((entry) => entry.name !== node.name);
    return { node, module: on(node), other, otherModule: on(other) };
  });
}

/** True for a node whose words are known now; else they are what it said last. */
export function answers(node: NodeState): boolean {
  return node.local || node.reachable;
}

const WORST: readonly Tone[] = ["bad", "risk", "busy", "off", "good"];

/** The cluster in one or two words: those of the module that is worst off. */
export function headline(state: ClusterState, t: Texts): Headline {
  const names = moduleNames(state);
  if (names.length === 0) return { tone: "off", text: t.overview.noModuleYet };
  const worst = (toneOf: (both: readonly Place[]) => Tone) => {
    const tones = names.map((name) => toneOf(places(state, name)));
    return WORST.find((tone) => tones.includes(tone)) ?? "off";
  };
  const tone = worst(moduleTone);
  // What runs on a node that is not heard is not known.
  if (tone === "bad" && !state.nodes.every(answers)) {
    return { tone, text: t.overview.notRunningHere };
  }
  // Both copies may be there: what is missing then is no safety net.
  const text = tone === worst(copiesTone)
    ? t.overview.headlines[tone]
    : t.overview.broken;
  return { tone, text };
}

export interface Trouble extends ResourceInfo {
  readonly node: string;
  /** bad: down; risk: what it is cannot be told. */
  readonly tone: "bad" | "risk";
}

/** What checkers found down, or cannot tell, on nodes that answer. */
export function troubles(both: readonly Place[]): Trouble[] {
  return both.flatMap(({ node, module }) =>
    (answers(node) ? module?.resources ?? [] : []).filter((one) =>
      one.state === "down" || cannotBeTold(one)
    ).map((one): Trouble => ({
      ...one,
      node: node.name,
      tone: one.state === "down" ? "bad" : "risk",
    }))
  );
}

/** A checker may have no consequence, or its rule be held back: the roles alone would call it well. */
export function moduleTone(both: readonly Place[]): Tone {
  const tone = copiesTone(both);
  const doubtful = tone === "good" || tone === "busy";
  return doubtful && both.some(isBroken) ? "risk" : tone;
}

/** One that is on its way has been down a moment ago, and is looked at again. What cannot be told may be well. */
function isBroken(place: Place): boolean {
  if (stuck(place.module) !== null) return true;
  return place.module?.status === "Ready" &&
    troubles([place]).some(({ tone }) => tone === "bad");
}

/** It serves, and nobody gets anything of that: its writes wait for the other node, or clients do not find it. */
function stuck(
  module: ModuleState | undefined,
): "hangs" | "unreached" | null {
  if (!module || !serves(module) || module.status !== "Transient") return null;
  if (module.role === "PRIM" && module.session === "lost") return "hangs";
  // On the way to a role nothing is wrong with the address yet.
  const away = module.addresses.some(({ held }) => !held);
  return away && module.reason !== null ? "unreached" : null;
}

function copiesTone(both: readonly Place[]): Tone {
  const heard = both.filter(({ node }) => answers(node));
  const running = heard.find(({ module }) =>
    module?.role === "PRIM" || module?.role === "ALONE"
  );
  if (running?.module?.status === "Ready") {
    const second = heard.find(({ module }) => module?.role === "SECOND");
    if (second?.module?.status === "Ready") {
      // One more failure would serve a copy that is not right, or nothing at all.
      const differ = running.module.differences + second.module.differences > 0;
      const { failover, hindered } = second.module;
      if (differ || !failover || hindered) return "risk";
      return running.module.role === "PRIM" ? "good" : "busy";
    }
    return "risk";
  }
  if (running || heard.some(({ module }) => module?.status === "Transient")) {
    return "busy";
  }
  const stopped = heard.every(({ module }) =>
    !module || module.role === "STOP"
  );
  return stopped && heard.length === both.length ? "off" : "bad";
}

export function placeTone(place: Place): Tone {
  const { node, module } = place;
  if (!answers(node)) return "bad";
  if (!module || module.role === "STOP") return "off";
  if (module.status === "NotReady" || module.role === "WAIT") return "bad";
  if (stuck(module) !== null) return "risk";
  if (module.status === "Transient") return "busy";
  const risky = module.role === "ALONE" || module.hindered;
  return risky || isBroken(place) ? "risk" : "good";
}

/** What the role means, for somebody who does not know the words. */
export function roleMeaning(place: Place, t: Texts): string {
  const { node, module, other } = place;
  const { meanings } = t;
  if (!answers(node)) {
    return module ? meanings.silentSince(module.role) : meanings.silent;
  }
  if (!module) return meanings.missing;
  const moving = module.status === "Transient";
  const peer = other?.name ?? t.overview.otherNode;
  const fault = stuck(module);
  if (fault === "hangs") return meanings.hangs(peer);
  if (fault === "unreached") return meanings.unreached;
  switch (module.role) {
    case "PRIM":
      return moving ? meanings.becomesPrimary : meanings.primary;
    case "ALONE":
      return moving ? meanings.takesOver : meanings.alone(peer);
    case "SECOND":
      if (moving) return meanings.becomesLevel;
      return module.hindered
        ? meanings.hindered(peer, module.hindered)
        : meanings.secondary(peer);
    case "WAIT":
      return meanings.waits;
    case "STOP":
      return moving ? meanings.stops : meanings.stopped;
    default:
      return module.role satisfies never;
  }
}

export interface DataState {
  readonly text: string;
  /** A copy being made level here. */
  readonly resync: ResyncProgress | null;
}

/** The state of the copy on this node. `dirtyBytes` is what the *other* side lacks, as the running node counts it. */
export function dataState(place: Place, t: Texts): DataState {
  const { module, other, otherModule } = place;
  const { copies } = t;
  const peer = other?.name ?? t.overview.otherNode;
  if (!module) return { text: copies.unknown, resync: null };
  const say = (text: string) => ({ text, resync: null });
  if (!answers(place.node)) return say(copies.silent);
  const receives = module.role !== "PRIM" && module.role !== "ALONE";
  // The source counts; what it said last before it fell silent is no copy under way.
  const told = other && answers(other) ? otherModule?.resync : null;
  const resync = module.resync ?? told ?? null;
  if (resync && receives) {
    return { text: copies.copied(peer), resync };
  }
  if (module.session === "mirrored") {
    const differ = module.differences + (otherModule?.differences ?? 0);
    return say(differ > 0 ? copies.differ(differ) : copies.identical(peer));
  }
  if (module.session === "lost") return say(copies.waits(peer));
  // A first copy that broke off has no generation yet: it is half, not empty.
  if (!module.identity.consistent) return say(copies.half);
  if (module.identity.current === null) {
    const works = module.role !== "STOP" && module.role !== "WAIT";
    return say(works ? copies.nothing : copies.empty);
  }
  if (!receives) {
    return module.dirtyBytes > 0
      ? say(copies.onlyHere(bytes(module.dirtyBytes)))
      : say(copies.newest);
  }
  const heard = other !== undefined && answers(other);
  const worth = standing(module, heard ? otherModule : undefined);
  switch (worth) {
    case "newest":
      return say(copies.level);
    case "equal":
      return say(copies.asStopped);
    case "newer":
      return say(copies.newer(peer));
    case "behind": {
      const behind = otherModule?.dirtyBytes ?? 0;
      return say(
        behind > 0 ? copies.behindBy(bytes(behind), peer) : copies.behind(peer),
      );
    }
    case "apart":
      return say(copies.apart(peer));
    case "doubtful":
      return say(copies.doubtful);
    case "unknown":
      return say(heard ? copies.asStopped : copies.unsure(peer));
    default:
      return worth satisfies never;
  }
}

/** Whole percent, never 100 before the end. */
export function percent({ bytesDone, bytesTotal }: ResyncProgress): number {
  if (bytesTotal <= 0) return 0;
  return Math.min(99, Math.floor((bytesDone / bytesTotal) * 100));
}

export function resyncText(resync: ResyncProgress, { copies }: Texts): string {
  if (resync.stage === "names") {
    return resync.paused ? copies.paused(copies.names) : copies.names;
  }
  const left = resync.secondsLeft === null
    ? copies.leftUnknown
    : copies.left(seconds(resync.secondsLeft));
  const done = copies.progress(
    bytes(resync.bytesDone),
    bytes(resync.bytesTotal),
  );
  const share = `${percent(resync)} % · ${done}`;
  // A rate of before the pause, and a time left, would say that it goes on.
  if (resync.paused) return copies.paused(share);
  return `${share} · ${bytes(resync.bytesPerSecond)}/s · ${left}`;
}

/** No line break between a number and its unit: "3 s" stays together. */
export function unbroken(text: string): string {
  return text.replace(
    /(\d) (s|min|h|%|B|[KMGT]iB)(?![A-Za-z])/g,
    "$1\u00a0$2",
  );
}
