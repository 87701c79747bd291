/** What may be asked of a module now, and the question before it, which names the cost. Runs on both sides. Pure. */
import type { ClusterState, ModuleState } from "../api/state.ts";
import type { UserRole } from "../api/users.ts";
import type { UserCommand } from "../machine/event.ts";
import { type Switch, SWITCHES } from "../module/switch.ts";
import type { Texts } from "./text/en.ts";
import { bytes } from "../system/units.ts";
import { answers, type Place, places } from "./view.ts";

export type Command =
  | UserCommand
  /** second, and everything is copied. */
  | "full"
  /** primforce, also of another folder than the mirrored one. */
  | "otherFolder"
  | SwitchCommand;

/** Of the others module.yaml says on or off, which is one of these two: only of `boot` it may say auto. */
export type SwitchCommand = `${Switch} ${"on" | "off"}` | "boot auto";

/** How the API is asked for it: the command there, and what its body says beside the node. */
export function orderOf(command: Exclude<Command, SwitchCommand>): {
  readonly command: UserCommand;
  readonly body: { readonly full?: true; readonly otherFolder?: true };
} {
  switch (command) {
    case "full":
      return { command: "second", body: { full: true } };
    case "otherFolder":
      return { command: "primforce", body: { otherFolder: true } };
    default:
      return { command, body: {} };
  }
}

export function isSwitch(command: Command): command is SwitchCommand {
  return command.includes(" ");
}

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
  /** What data it sets aside, as far as the state knows. */
  readonly loss?: string;
  /** The word on the button that does it. */
  readonly confirm: string;
  /** Stops the service or gives up data. */
  readonly grave: boolean;
  /** Data may be lost by it: this word is typed first. */
  readonly typed?: string;
}

/** Commands of one node's card that this user may give. What may give up newer data is the administrator's. */
export function commandsFor(place: Place, role: UserRole): Command[] {
  const { node, module } = place;
  if (!answers(node) || !module || role === "viewer") return [];
  if (module.role === "STOP") {
    return module.status === "Transient" ? [] : ["start"];
  }
  if (module.role === "WAIT") {
    // As the automaton refuses it: beside a primary, and of half a copy or another folder, which only force starts.
    const could = !otherServes(place) && module.identity.consistent &&
      !module.otherFolder;
    return role === "administrator" && could ? ["prim", "stop"] : ["stop"];
  }
  return ["stop"];
}

/** The rarer ones, behind "More": services anew, forced roles, and the switches for maintenance. */
export function moreFor(place: Place, role: UserRole): Command[] {
  const { node, module } = place;
  if (!answers(node) || !module || role === "viewer") return [];
  const switches = SWITCHES.flatMap((name) => switchesOf(module, name));
  if (module.status === "Transient") return switches;
  const administrator = role === "administrator";
  // Only a primary that is heard can be followed, and is in the way of another one.
  const serves = otherServes(place);
  switch (module.role) {
    case "PRIM":
    case "ALONE":
      return ["restart", "stopstart", ...switches];
    case "SECOND":
      return [
        "restart",
        "stopstart",
        ...administrator && serves ? ["full" as const] : [],
        ...switches,
      ];
    default:
      if (!administrator) return switches;
      if (serves) return ["second", "full", ...switches];
      return [module.otherFolder ? "otherFolder" : "primforce", ...switches];
  }
}

/** What a switch can be switched to. */
function switchesOf(module: ModuleState, name: Switch): SwitchCommand[] {
  const now = (value: "on" | "off") =>
    module.maintenance.includes(`${name} ${value}`);
  switch (name) {
    case "errd":
    case "checker":
      return now("off") ? [`${name} on`] : [`${name} off`];
    case "failover":
      return module.failover ? ["failover off"] : ["failover on"];
    case "boot":
      // The state does not tell what module.yaml says: as long as that counts, both are offered.
      if (now("off")) return ["boot on", "boot auto"];
      return now("on") ? ["boot off", "boot auto"] : ["boot on", "boot off"];
    default:
      return name satisfies never;
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
export function question(
  state: ClusterState,
  wish: Wish,
  t: Texts,
): Question | null {
  const both = places(state, wish.module);
  const place = both.find(({ node }) => node.name === wish.node);
  if (!place) return null;
  const { command } = wish;
  if (command === "swap" && swapFrom(both) !== wish.node) return null;
  // Whether the user may was decided where the button is, and is decided again by the agent.
  const possible = command === "swap" ||
    commandsFor(place, "administrator").includes(command) ||
    moreFor(place, "administrator").includes(command);
  if (!possible) return null;
  const peer = place.other?.name ?? t.overview.otherNode;
  return ask(command, { place, name: wish.module, node: wish.node, peer, t });
}

/** Before a command of the command line, which may be given in any role: what is declared the good copy, and what gives way. Null: nothing does, as far as is known, or the agent refuses it. */
export function primQuestion(
  state: ClusterState,
  wish: Wish & { readonly command: "prim" | "primforce" | "otherFolder" },
  t: Texts,
): Question | null {
  const { command, module: name, node } = wish;
  const place = places(state, name).find((place) => place.node.name === node);
  if (!place?.module || otherServes(place)) return null;
  if (command === "prim" && (isFirstStart(place) || isLevel(peerOf(place)))) {
    return null;
  }
  const peer = place.other?.name ?? t.overview.otherNode;
  return ask(command, { place, name, node, peer, t });
}

interface Subject {
  readonly place: Place;
  readonly name: string;
  readonly node: string;
  readonly peer: string;
  readonly t: Texts;
}

function ask(command: Command, subject: Subject): Question {
  const { place, name, node, peer, t: { questions } } = subject;
  const serves = place.module?.role === "PRIM" ||
    place.module?.role === "ALONE";
  switch (command) {
    case "swap":
      return {
        title: questions.swap.title(name),
        cost: questions.swap.cost(name, node, peer),
        confirm: questions.swap.confirm(peer),
        grave: true,
      };
    case "start":
      return {
        title: questions.start.title(name, node),
        cost: otherServes(place)
          ? questions.start.follows(node, peer)
          : questions.start.serves(node),
        confirm: questions.start.confirm(node),
        grave: false,
      };
    case "prim":
      return {
        title: questions.prim.title(name, node),
        cost: isFirstStart(place)
          ? questions.prim.first(name, node, peer)
          : questions.prim.cost(node, peer),
        ...isFirstStart(place)
          ? {}
          : { loss: setAside(peerOf(place), subject) },
        confirm: questions.prim.confirm(node),
        grave: true,
      };
    case "stop":
      return {
        title: questions.stop.title(name, node),
        cost: stopCost(subject),
        confirm: questions.stop.confirm(node),
        grave: true,
      };
    case "restart":
      return {
        title: questions.restart.title(name, node),
        cost: serves
          ? questions.restart.serves(node)
          : questions.restart.beside(name, node, peer),
        confirm: questions.restart.confirm(node),
        grave: serves,
      };
    case "stopstart":
      return {
        title: questions.stopstart.title(name, node),
        cost: stopstartCost(subject, serves),
        confirm: questions.stopstart.confirm(node),
        grave: true,
      };
    case "second":
      return {
        title: questions.second.title(name, node),
        cost: questions.second.cost(node, peer),
        loss: setAside(place, subject),
        confirm: questions.second.confirm(peer),
        grave: true,
        typed: node,
      };
    case "full":
      return {
        title: questions.full.title(name, node),
        cost: questions.full.cost(node, peer),
        loss: setAside(place, subject),
        confirm: questions.full.confirm(node),
        grave: true,
        typed: node,
      };
    case "primforce":
      return {
        title: questions.primforce.title(name, node),
        cost: place.module?.identity.consistent === false
          ? questions.primforce.half(node, peer)
          : questions.primforce.cost(node, peer),
        loss: setAside(peerOf(place), subject),
        confirm: questions.primforce.confirm(node),
        grave: true,
        typed: node,
      };
    case "otherFolder":
      return {
        title: questions.otherFolder.title(name, node),
        cost: questions.otherFolder.cost(node, peer),
        loss: setAside(peerOf(place), subject),
        confirm: questions.otherFolder.confirm(node),
        grave: true,
        typed: node,
      };
    default:
      return switchQuestion(command, subject);
  }
}

/** Of the copy that gives way: how much only it has. What nobody has counted is said to be unknown, never to be nothing. */
function setAside(
  loser: Partial<Place>,
  { place, t: { overview, questions: { loss } } }: Subject,
): string {
  const name = loser.node?.name ?? overview.otherNode;
  const { module } = loser;
  const said = [
    module ? extent(name, module, loser.otherModule, loss) : loss.unknown(name),
  ];
  if (module && loser.node && !answers(loser.node)) {
    said.push(loss.silent(name));
  }
  const proven = [place.module?.proven, place.otherModule?.proven]
    .flatMap((at) => at ?? []).toSorted().at(-1);
  if (proven) {
    said.push(loss.proven(proven.slice(0, 16).replace("T", " ")));
  }
  return said.join(" ");
}

/** The bytes that a node counts are those since the copies parted: of a copy with another past they say nothing. */
function extent(
  name: string,
  { identity, dirtyBytes }: ModuleState,
  other: ModuleState | undefined,
  loss: Texts["questions"]["loss"],
): string {
  if (!other) return loss.uncounted(name);
  const { current, bitmap } = other.identity;
  const parted = identity.bitmap;
  if (parted === null) {
    return isSame(identity, other) ? loss.none(name) : loss.uncounted(name);
  }
  const related = parted === current || parted === bitmap;
  // A replicator that does not run has counted nothing, which is not "none".
  return related && dirtyBytes > 0
    ? loss.counted(name, bytes(dirtyBytes))
    : loss.uncounted(name);
}

function isSame(
  { current, bitmap }: ModuleState["identity"],
  other: ModuleState,
): boolean {
  return bitmap === null && current !== null &&
    current === other.identity.current && other.upToDate;
}

/** By its own word of now, it has nothing that the other copy lacks. */
function isLevel({ node, module, otherModule }: Partial<Place>): boolean {
  return node !== undefined && answers(node) && module !== undefined &&
    otherModule !== undefined && isSame(module.identity, otherModule);
}

function peerOf(place: Place): Partial<Place> {
  const { node, module, other, otherModule } = place;
  return {
    ...other ? { node: other } : {},
    module: otherModule,
    other: node,
    otherModule: module,
  };
}

/** On both nodes: half switched off is worse to understand than off. */
function switchQuestion(
  command: SwitchCommand,
  { name, t: { questions: { switches } } }: Subject,
): Question {
  const off = command.endsWith(" off");
  return {
    title: switches.title(name, command),
    cost: off
      ? switches[command.split(" ")[0] as Switch]
      : command === "boot on" || command === "boot auto"
      ? switches[command]
      : switches.on,
    confirm: switches.confirm(command),
    grave: off,
  };
}

function isFirstStart({ module, otherModule }: Place): boolean {
  return module?.identity.current === null &&
    otherModule?.identity.current === null;
}

function otherServes({ other, otherModule }: Place): boolean {
  return other !== undefined && answers(other) &&
    (otherModule?.role === "PRIM" || otherModule?.role === "ALONE");
}

function stopstartCost(
  { place, node, peer, t: { questions: { stopstart } } }: Subject,
  serves: boolean,
): string {
  if (!serves) return stopstart.beside(node, peer);
  return place.otherModule?.failover === false
    ? stopstart.off(node)
    : stopstart.serves(node, peer);
}

function stopCost({ place, name, node: where, peer, t }: Subject): string {
  const { node, module, other, otherModule } = place;
  const { stop } = t.questions;
  const peerReady = other !== undefined && isStandby({
    node: other,
    module: otherModule,
    other: node,
    otherModule: module,
  });
  if (module?.role === "PRIM" || module?.role === "ALONE") {
    if (!peerReady) return stop.nobody(name, peer);
    return otherModule?.failover === false
      ? stop.off(name, peer)
      : stop.taken(where, peer);
  }
  if (module?.role !== "SECOND") return stop.waiting(name);
  if (otherServes(place)) return stop.second(where, peer);
  return other && answers(other)
    ? stop.waiting(name)
    : stop.silent(where, peer);
}
