/** What may be asked of a module now, and the question before it, which names the cost. Runs on both sides. Pure. */
import type { ClusterState } from "../api/state.ts";
import type { UserRole } from "../api/users.ts";
import { answers, type Place, places } from "./view.ts";

export type Command = "start" | "stop" | "swap" | "prim";

/** Something the user pointed at; `node` says where it is done. */
export interface Wish {
  readonly command: Command;
  readonly module: string;
  readonly node: string;
}

export interface Question {
  readonly title: string;
  /** What it costs, in plain words. */
  readonly cost: string;
  /** The word on the button that does it. */
  readonly confirm: string;
  /** Stops the service or gives up data. */
  readonly grave: boolean;
}

/** Commands of one node's card that this user may give. What may give up newer data is the administrator's. */
export function commandsFor(
  { node, module }: Place,
  role: UserRole,
): Command[] {
  if (!answers(node) || !module || role === "viewer") return [];
  if (module.role === "STOP") {
    return module.status === "Transient" ? [] : ["start"];
  }
  if (module.role === "WAIT") {
    return role === "administrator" ? ["prim", "stop"] : ["stop"];
  }
  return ["stop"];
}

/** The node to swap from, or null: both must do their work and be level. */
export function swapFrom(both: readonly Place[]): string | null {
  const second = both.find(isStandby);
  return second?.otherModule?.role === "PRIM" &&
      second.otherModule.status === "Ready"
    ? second.other?.name ?? null
    : null;
}

/** Could take over now. */
function isStandby({ node, module, otherModule }: Place): boolean {
  if (!answers(node) || module?.role !== "SECOND") return false;
  if (module.status !== "Ready") return false;
  // A module that mirrors nothing has no data to be behind with.
  return module.upToDate || otherModule?.identity.current === null;
}

/** Null when the wish makes no sense any more, for the state may change while the question is open. */
export function question(state: ClusterState, wish: Wish): Question | null {
  const both = places(state, wish.module);
  const place = both.find(({ node }) => node.name === wish.node);
  if (!place) return null;
  const { module: name, node } = wish;
  const peer = place.other?.name ?? "the other node";
  // Whether the user may was decided where the button is, and is decided again by the agent.
  const possible = (command: Command) =>
    commandsFor(place, "administrator").includes(command);
  switch (wish.command) {
    case "swap":
      if (swapFrom(both) !== node) return null;
      return {
        title: `Swap ${name}?`,
        cost:
          `${name} stops on ${node} and starts on ${peer}: a few seconds without service, open connections break. Nothing written is lost.`,
        confirm: `Swap to ${peer}`,
        grave: true,
      };
    case "start":
      if (!possible("start")) return null;
      return { ...startQuestion(place, name), grave: false };
    case "prim":
      if (!possible("prim")) return null;
      return {
        title: `Make ${node} the primary of ${name}?`,
        cost: isFirstStart(place)
          ? `Neither node has data yet: ${name} starts with what is in ${node}'s folders, and what is in ${peer}'s is replaced by a copy of it.`
          : `${node}'s copy becomes the good one. What only ${peer} has written is set aside there and replaced by ${node}'s copy. Do it only if ${peer} does not come back soon, or if you know that ${node} has the right data.`,
        confirm: `Use ${node}'s data`,
        grave: true,
      };
    case "stop":
      if (!possible("stop")) return null;
      return { ...stopQuestion(place, name), grave: true };
    default:
      return wish.command satisfies never;
  }
}

function isFirstStart({ module, otherModule }: Place): boolean {
  return module?.identity.current === null &&
    otherModule?.identity.current === null;
}

function startQuestion({ node, other, otherModule }: Place, name: string) {
  const running = other && answers(other) &&
    (otherModule?.role === "PRIM" || otherModule?.role === "ALONE");
  const cost = running
    ? `${node.name} copies what it lacks from ${other.name}, then stands by. The service on ${other.name} goes on meanwhile.`
    : `${node.name} starts the service if its copy is the newest; otherwise it waits and says why.`;
  return {
    title: `Start ${name} on ${node.name}?`,
    cost,
    confirm: `Start on ${node.name}`,
  };
}

function stopQuestion(place: Place, name: string) {
  const { node, module, other, otherModule } = place;
  const peer = other?.name ?? "the other node";
  const peerReady = other !== undefined && isStandby({
    node: other,
    module: otherModule,
    other: node,
    otherModule: module,
  });
  const ask = (cost: string) => ({
    title: `Stop ${name} on ${node.name}?`,
    cost,
    confirm: `Stop on ${node.name}`,
  });
  if (module?.role === "PRIM" || module?.role === "ALONE") {
    if (peerReady) {
      return ask(
        `${peer} takes over: a few seconds without service. Then it runs alone: what is written has no second copy until ${node.name} is started again.`,
      );
    }
    return ask(
      `${name} stops for everybody: ${peer} cannot take over now.`,
    );
  }
  if (module?.role === "SECOND") {
    return ask(
      `The service on ${peer} goes on, but alone: what is written has no second copy until ${node.name} is started again.`,
    );
  }
  return ask(`${name} no longer waits here. Nothing else changes.`);
}
