/** What holds now for one module in one plain sentence, and, where it waits, what to do. Pure. */
import { bytes, seconds } from "../system/units.ts";
import type { ModuleView } from "../machine/state.ts";
import { compare } from "../replication/identity.ts";
import { heedUnlike, hindrance } from "./hindrance.ts";
import type { Known } from "./status.ts";

/** What holds for one module. `mine` null: not installed here; `theirs` null: the peer said nothing of it. */
export function moduleSentence(
  name: string,
  mine: ModuleView | null,
  theirs: ModuleView | null,
  known: Pick<
    Known,
    "local" | "peer" | "timeoutMs" | "arbiter" | "arbiterAnswers"
  >,
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
      mayServeToo: known.arbiter.kind !== "witness",
      hindered: primary.others && hindrance(
        primary.others,
        known.arbiter,
        {
          answers: primary.node === local.name
            ? peer.arbiterAnswers
            : known.arbiterAnswers,
          unlike: heedUnlike(known),
        },
      ),
    });
  }
  return idleSentence(name, { ...known, mine, there, alive });
}

export function isPrimary(view: ModuleView | null): boolean {
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

interface Sides {
  readonly node: string;
  readonly other: string;
  readonly others: ModuleView | null;
  readonly otherAlive: boolean;
  readonly timeoutMs: number;
  /** Nobody excludes that both serve while they are parted. */
  readonly mayServeToo: boolean;
  /** Why the other node, as SECOND, would not take over. */
  readonly hindered: string | null;
}

function primarySentence(
  name: string,
  view: ModuleView,
  sides: Sides,
): string {
  const { node, other, others, timeoutMs } = sides;
  if (view.status !== "Ready") {
    if (view.role === "PRIM" && view.session === "lost") {
      return `${name} runs on ${node}, and its applications hang: writes wait for ${other}.${
        because(view)
      }`;
    }
    // It has been tried: on the way to a role nothing is wrong with the address yet.
    if (!view.addresses && view.reason) {
      const why = view.reason.trim().replace(/\.$/, "");
      return view.role === "PRIM"
        ? `${name} runs on ${node} (PRIM), but clients do not reach it: ${why}.`
        : `${name} runs ALONE on ${node}, but clients do not reach it: ${why}.`;
    }
    return `${name} is on its way to ${view.role} on ${node}.${because(view)}`;
  }
  if (view.role === "PRIM") {
    if (others?.role === "SECOND" && others.status === "Ready") {
      const takes = sides.hindered === null
        ? takeover(node, others, timeoutMs)
        : `does not take over if ${node} dies: ${sides.hindered}`;
      return `${name} runs on ${node} (PRIM); ${other} ${
        holding(view, others)
      } and ${takes}.${because(view)}`;
    }
    return `${name} runs on ${node} (PRIM); ${other} is not ready to take over now.${
      because(view)
    }`;
  }
  return `${aloneSentence(name, view, sides)}${because(view)}`;
}

function aloneSentence(
  name: string,
  view: ModuleView,
  { node, other, others, otherAlive, mayServeToo }: Sides,
): string {
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
    const too = mayServeToo
      ? ` If ${other} is on, it may serve ${name}, too: then what one of the two writes is set aside. Look at ${other}; if it serves, say "hakit stop ${name}" on one of them now.`
      : "";
    return `${name} runs ALONE on ${node}: ${other} is not reachable, nothing written now has a second copy${behind}; start ${other}, or repair the links between the nodes.${too}`;
  }
  if (others === null) {
    return `${name} runs ALONE on ${node}: it is not installed on ${other}, nothing written now has a second copy; say "hakit module config ${name} --apply" on ${node} to install it on both.`;
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
  // Here a node that was cut off cannot tell: the other one may serve all the while.
  const unseen =
    `whether ${peer.name}, which is not reachable, runs it is not known here.`;
  if (mine === null) {
    if (!alive) return `${name} is not installed on ${local.name}; ${unseen}`;
    return `${name} is not installed on ${local.name} and does not run on ${peer.name}.${
      because(there)
    }`;
  }
  if (mine.role === "WAIT" && mine.status === "Transient") {
    const starts = mine.goal === "run" && !mine.leaving;
    const doing = starts ? "starting" : "stopping";
    const away = alive ? "" : ` ${peer.name} is not reachable.`;
    return `${name} is ${doing} on ${local.name}.${away}${because(mine)}`;
  }
  if (!alive) {
    const start = mine.role === "STOP"
      ? ` ${name} is stopped on ${local.name}: say "hakit start ${name}".`
      : "";
    return `${name} does not run on ${local.name}; ${unseen}${start}${
      because(mine)
    }`;
  }
  if (mine.role === "SECOND") {
    return `${name} runs nowhere: ${local.name} is secondary and sees no primary.${
      because(mine)
    }`;
  }
  if (mine.role === "WAIT") {
    return `${name} runs nowhere: ${local.name} waits.${because(mine)}`;
  }
  if (there?.role === "WAIT" || there?.role === "SECOND") {
    return `${name} runs nowhere: it is stopped on ${local.name}, and ${peer.name} waits.${
      because(there)
    }`;
  }
  const newer = newerSide(mine, there, { local, peer });
  return `${name} is stopped on ${
    there ? "both nodes" : local.name
  }: say "hakit start ${name}"${newer}.${because(mine)}`;
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
