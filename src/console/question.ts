/** What may be asked of a module now, and the question before it, which names the cost. Runs on both sides. Pure. */
import type { ClusterState } from "../api/state.ts";
import type { UserRole } from "../api/users.ts";
import { answers, type Place, places } from "./view.ts";

export type Command =
  | "start"
  | "stop"
  | "swap"
  | "prim"
  | "restart"
  | "stopstart"
  | "primforce"
  | "second"
  /** second, and everything is copied. */
  | "full"
  | SwitchCommand;

export const SWITCHES = ["errd", "checker", "failover", "boot"] as const;
export type SwitchName = typeof SWITCHES[number];
export type SwitchCommand = `${SwitchName} ${"on" | "off"}`;

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
  /** Data may be lost by it: this word is typed first. */
  readonly typed?: string;
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

/** The rarer ones, behind "More": services anew, forced roles, and the switches for maintenance. */
export function moreFor(place: Place, role: UserRole): Command[] {
  const { node, module } = place;
  if (!answers(node) || !module || role === "viewer") return [];
  const off = (name: SwitchName) => module.maintenance.includes(`${name} off`);
  const switches = SWITCHES.map((name): Command =>
    off(name) ? `${name} on` : `${name} off`
  );
  if (module.status === "Transient") return switches;
  const administrator = role === "administrator";
  switch (module.role) {
    case "PRIM":
    case "ALONE":
      return ["restart", "stopstart", ...switches];
    case "SECOND":
      return [
        "restart",
        "stopstart",
        ...administrator ? ["full" as const] : [],
        ...switches,
      ];
    default:
      return administrator
        ? ["second", "full", "primforce", ...switches]
        : switches;
  }
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
    commandsFor(place, "administrator").includes(command) ||
    moreFor(place, "administrator").includes(command);
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
      if (!possible(wish.command)) return null;
      return moreQuestion(wish.command, { place, name, node, peer });
  }
}

type More = Exclude<Command, "swap" | "start" | "prim" | "stop">;

interface Subject {
  readonly place: Place;
  readonly name: string;
  readonly node: string;
  readonly peer: string;
}

function moreQuestion(
  command: More,
  { place, name, node, peer }: Subject,
): Question {
  const serves = place.module?.role === "PRIM" ||
    place.module?.role === "ALONE";
  switch (command) {
    case "restart":
      return {
        title: `Restart ${name} on ${node}?`,
        cost: serves
          ? `Its services stop and start on ${node}, without a failover: no service for as long as that takes. Nothing written is lost.`
          : `What ${name} runs on ${node} beside the service stops and starts. The service on ${peer} goes on.`,
        confirm: `Restart on ${node}`,
        grave: serves,
      };
    case "stopstart":
      return {
        title: `Stop ${name} on ${node} and start it again?`,
        cost: serves
          ? `${peer} takes over if its copy is up to date; otherwise there is no service until ${node} has started again. Nothing written is lost.`
          : `Until ${node} is level again, what is written on ${peer} has no second copy.`,
        confirm: `Stop and start on ${node}`,
        grave: true,
      };
    case "second":
      return {
        title: `Make ${node} the secondary of ${name}?`,
        cost:
          `${peer}'s copy counts as the good one. What only ${node} has written is set aside on ${node} and replaced by a copy of ${peer}'s data.`,
        confirm: `Follow ${peer}`,
        grave: true,
        typed: node,
      };
    case "full":
      return {
        title: `Copy everything of ${name} to ${node} again?`,
        cost:
          `All of ${node}'s copy is compared and replaced from ${peer}. Until that has ended ${node} cannot take over: one failure of ${peer} stops the service. What only ${node} has written is set aside.`,
        confirm: `Copy everything to ${node}`,
        grave: true,
        typed: node,
      };
    case "primforce":
      return {
        title: `Force ${node} to be the primary of ${name}?`,
        cost: place.module?.identity.consistent === false
          ? `${node}'s copy is half made: files in it may be older, newer or torn, and a database may refuse to start on it. Everything that only ${peer} has is set aside there and replaced. Use it only when ${peer}'s data is gone for good.`
          : `${node}'s copy becomes the good one even if it is older. What ${peer} has written since is set aside there and replaced. Use it only when ${peer} does not come back.`,
        confirm: `Force ${node}`,
        grave: true,
        typed: node,
      };
    default:
      return switchQuestion(command, name);
  }
}

const SWITCH_COST: { readonly [name in SwitchName]: string } = {
  errd: "Processes that die are not noticed by rules any more",
  checker: "Checkers that find something down are not acted upon any more",
  failover:
    "When the primary dies, nobody takes over: the service stays down until a person moves it",
  boot: "After a reboot it does not start by itself",
};

/** On both nodes: half switched off is worse to understand than off. */
function switchQuestion(command: SwitchCommand, name: string): Question {
  const [which, value] = command.split(" ") as [SwitchName, "on" | "off"];
  return {
    title: `Switch ${which} ${value} for ${name}?`,
    cost: value === "off"
      ? `${
        SWITCH_COST[which]
      }, on both nodes, until it is switched on again. This page says so all the while.`
      : `As the configuration says, on both nodes, from now on.`,
    confirm: `Switch ${which} ${value}`,
    grave: value === "off",
  };
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
