/**
 * ClusterState → what the page says: words, tone, numbers. Every tone has its word and its shape, colour only repeats them.
 * Runs on the server and in the browser. Pure.
 */
import type { ClusterState, ModuleState, NodeState } from "../api/state.ts";
import type { ResyncProgress } from "../replication/control.ts";

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
const HEADLINES: Readonly<{ [tone in Tone]: string }> = {
  good: "Protected",
  busy: "Changing",
  risk: "Running without a safety net",
  bad: "Not running",
  off: "Stopped",
};

/** The cluster in one or two words: those of the module that is worst off. */
export function headline(state: ClusterState): Headline {
  const names = moduleNames(state);
  if (names.length === 0) return { tone: "off", text: "No module yet" };
  const tones = names.map((name) => moduleTone(places(state, name)));
  const tone = WORST.find((worst) => tones.includes(worst)) ?? "off";
  return { tone, text: HEADLINES[tone] };
}

export function moduleTone(both: readonly Place[]): Tone {
  const heard = both.filter(({ node }) => answers(node));
  const running = heard.find(({ module }) =>
    module?.role === "PRIM" || module?.role === "ALONE"
  );
  if (running?.module?.status === "Ready") {
    const second = heard.find(({ module }) => module?.role === "SECOND");
    if (second?.module?.status === "Ready") {
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

export function placeTone({ node, module }: Place): Tone {
  if (!answers(node)) return "bad";
  if (!module || module.role === "STOP") return "off";
  if (module.status === "NotReady" || module.role === "WAIT") return "bad";
  if (module.status === "Transient") return "busy";
  return module.role === "ALONE" ? "risk" : "good";
}

/** What the role means, for somebody who does not know the words. */
export function roleMeaning(place: Place): string {
  const { node, module, other } = place;
  if (!answers(node)) {
    return module
      ? `Does not answer. It was ${module.role} when it was last heard.`
      : "Does not answer.";
  }
  if (!module) return "Not installed here.";
  const moving = module.status === "Transient";
  const peer = other?.name ?? "the other node";
  switch (module.role) {
    case "PRIM":
      return moving ? "Becoming primary." : "Runs the service.";
    case "ALONE":
      return moving
        ? "Taking over."
        : `Runs the service alone: what is written now is not on ${peer}.`;
    case "SECOND":
      if (moving) return "Becoming level with the primary.";
      return `Ready to take over from ${peer}.`;
    case "WAIT":
      return "Waits.";
    case "STOP":
      return moving ? "Stopping." : "Stopped.";
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
export function dataState(place: Place): DataState {
  const { module, other, otherModule } = place;
  const peer = other?.name ?? "the other node";
  if (!module) return { text: "unknown", resync: null };
  const say = (text: string) => ({ text, resync: null });
  const receives = module.role !== "PRIM" && module.role !== "ALONE";
  const resync = module.resync ?? otherModule?.resync ?? null;
  if (resync && receives) {
    return { text: `being copied from ${peer}`, resync };
  }
  if (!answers(place.node)) return say("unknown until it answers");
  if (module.session === "mirrored") return say(`identical with ${peer}`);
  if (module.session === "lost") return say(`writes wait for ${peer}`);
  if (module.identity.current === null) {
    const works = module.role !== "STOP" && module.role !== "WAIT";
    return say(works ? "nothing mirrored yet" : "empty");
  }
  if (!module.identity.consistent) return say("half copied, not usable yet");
  if (!receives) {
    return module.dirtyBytes > 0
      ? say(`newest copy, ${bytes(module.dirtyBytes)} of it only here`)
      : say("newest copy");
  }
  if (module.upToDate) return say("up to date");
  const behind = otherModule?.dirtyBytes ?? 0;
  return say(
    behind > 0 ? `${bytes(behind)} behind ${peer}` : `behind ${peer}`,
  );
}

/** Whole percent, never 100 before the end. */
export function percent({ bytesDone, bytesTotal }: ResyncProgress): number {
  if (bytesTotal <= 0) return 0;
  return Math.min(99, Math.floor((bytesDone / bytesTotal) * 100));
}

export function resyncText(resync: ResyncProgress): string {
  if (resync.stage === "names") return "comparing names";
  const left = resync.secondsLeft === null
    ? "time left unknown"
    : `${seconds(resync.secondsLeft)} left`;
  return `${percent(resync)} % · ${bytes(resync.bytesDone)} of ${
    bytes(resync.bytesTotal)
  } · ${bytes(resync.bytesPerSecond)}/s · ${left}`;
}

/** 1536 → "1.5 KiB". */
export function bytes(count: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let value = Math.max(0, count);
  let unit = 0;
  while (value >= 1023.95 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** 75 → "1 min 15 s". */
export function seconds(total: number): string {
  const whole = Math.max(0, Math.round(total));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** No line break between a number and its unit: "3 s" stays together. */
export function unbroken(text: string): string {
  return text.replace(
    /(\d) (s|min|h|%|B|[KMGT]iB)(?![A-Za-z])/g,
    "$1\u00a0$2",
  );
}
