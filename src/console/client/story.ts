/** Lines of both nodes' logs → what happened, cause to effect: moments side by side, and failovers with their measured phases. Pure. */
import { serves, wayLine } from "../../machine/way.ts";
import type { Line } from "./lines.ts";

export type Kind = "role" | "order" | "rule" | "resource" | "config" | "step";

export interface Moment {
  /** Milliseconds since 1970 by this node's clock, the other one's corrected. */
  readonly at: number;
  readonly node: string;
  readonly kind: Kind;
  readonly level: Line["level"];
  readonly text: string;
  /** The role after it. */
  readonly role: string | null;
  /** The line's own time, as its log has it. */
  readonly written: string;
}

export interface Way {
  readonly node: string;
  readonly at: number;
  readonly from: string;
  readonly role: string;
  readonly why: string;
  /** How long the other node had not been heard at the decision; null: it was not that. */
  readonly lost: number | null;
  /** From the decision; null: not Ready yet, or never. */
  readonly seconds: number | null;
  /** The newest of all, and nothing has ended it: it may become Ready yet. */
  readonly underWay: boolean;
  readonly phases: readonly {
    readonly name: string;
    readonly seconds: number;
  }[];
}

const KINDS: readonly (readonly [Kind, RegExp])[] = [
  [
    "role",
    /^(STOP|WAIT|ALONE|PRIM|SECOND) becomes (STOP|WAIT|ALONE|PRIM|SECOND): /,
  ],
  ["role", /^(ALONE|PRIM|SECOND) is ready after /],
  ["rule", / by rule |^wait called by a rule/],
  ["order", / called by |^Swap with |is switched (on|off) by /],
  ["config", /^configuration \d+ in force/],
  ["resource", /^[a-z]+\.[\w-]+ is (up|down|init|unknown)/],
  [
    "step",
    / begins(,|$)| ended after | is lost after |^addresses taken|^directories mounted/,
  ],
];

/** `skewMs`: how far that node's clock is ahead of this one's. Begins, links and other news are a moment when they are warnings. */
export function momentsOf(
  node: string,
  lines: readonly Line[],
  skewMs: number,
): Moment[] {
  return lines.flatMap((line): Moment[] => {
    if (line.at === "") return [];
    const found = KINDS.find(([, pattern]) => pattern.test(line.text));
    if (!found && line.level === "info") return [];
    const becomes = /^\w+ becomes (\w+): /.exec(line.text);
    return [{
      at: Date.parse(line.at) - skewMs,
      node,
      kind: found?.[0] ?? "step",
      level: line.level,
      text: line.text,
      role: becomes?.[1] ?? null,
      written: line.at,
    }];
  });
}

/** A takeover after this is not of that loss. */
const OF_LOSS_MS = 30_000;

/** How a node came to serve: from the decision to Ready, with what took how long. Newest first. */
export function waysOf(moments: readonly Moment[]): Way[] {
  const ways: Way[] = [];
  const open = new Map<string, { way: Way; phases: Way["phases"][number][] }>();
  const lost = new Map<string, { at: number; seconds: number }>();
  for (const moment of inOrder(moments)) {
    const line = wayLine(moment.text);
    const known = open.get(moment.node);
    if (line?.kind === "lost") {
      lost.set(moment.node, { at: moment.at, seconds: line.seconds });
    } else if (
      line?.kind === "turn" && serves(line.to) && line.from !== "ALONE"
    ) {
      const before = lost.get(moment.node);
      const phases: Way["phases"][number][] = [];
      const way: Way = {
        node: moment.node,
        at: moment.at,
        from: line.from,
        role: line.to,
        why: line.why,
        lost: before && moment.at - before.at < OF_LOSS_MS
          ? before.seconds
          : null,
        seconds: null,
        underWay: false,
        phases,
      };
      ways.push(way);
      open.set(moment.node, { way, phases });
    } else if (known && line?.kind === "ready") {
      ways[ways.indexOf(known.way)] = { ...known.way, seconds: line.seconds };
      open.delete(moment.node);
    } else if (known && line?.kind === "phase") {
      known.phases.push({ name: line.name, seconds: line.seconds });
    } else if (known && moment.role !== null) open.delete(moment.node);
  }
  const last = ways.at(-1);
  if (last && open.get(last.node)?.way === last) {
    ways[ways.length - 1] = { ...last, underWay: true };
  }
  return ways.reverse();
}

/** How far the second node's clock is ahead of the first's, in ms, by how far each is ahead of ours; null: one did not answer. */
export function aheadOf(
  [first = null, second = null]: readonly (number | null)[],
): number | null {
  return first === null || second === null ? null : second - first;
}

export function inOrder(moments: readonly Moment[]): Moment[] {
  return moments.toSorted((a, b) => a.at - b.at);
}
