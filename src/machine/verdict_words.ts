/** What the rows of the table in verdict.ts answer, in the words that people read. Pure. */
import type { Identity } from "../replication/identity.ts";
import { alive, GRACE_MS, type State } from "./turn.ts";
import type { Verdict } from "./verdict.ts";
import { type Facts, isEqual } from "./verdict_facts.ts";

export function alone(state: State): Verdict {
  const { record, config } = state;
  // Decides who yields if both turn out to be alone: the one that was primary last stays.
  const cameFrom = record.lastRole === "ALONE"
    ? record.cameFrom ?? "PRIM"
    : record.lastRole ?? "PRIM";
  const why = alive(state)
    ? `this node goes first, ${config.peer} follows`
    : state.arbiter.kind === "witness"
    ? `${config.peer} does not answer, and the witness has let nobody else go on`
    : `${config.peer} does not answer and cannot have newer data`;
  return { start: "alone", cameFrom, why };
}

export function pending(reason: string): Verdict {
  return { start: "wait", pending: true, reason };
}

export function stuck(reason: string): Verdict {
  return { start: "wait", pending: false, reason };
}

// What is said here is read on the other node as well: it names nodes, and its commands say where.

export function doubtful(state: State, mine: Identity): string {
  const { module, node, peer } = state.config;
  return mine.consistent
    ? `the copy of ${node} is not up to date and ${peer} has none that is; to go on with that of ${node}: "hakit prim ${module} --node ${node}"`
    : `the copy of ${node} is half made (files old, new or torn) and ${peer} has none that is whole; only if no better one comes back: "hakit primforce ${module} --node ${node}"`;
}

export function theirsDoubtful({ module, peer }: State["config"]): string {
  return `${peer} has the newer copy, but says itself that it is not whole or not up to date; if it is good: "hakit prim ${module} --node ${peer}"`;
}

/** It says itself how its data can be taken: with a word of its own, or not at all. */
export function theirsStrange({ config, mine, theirs }: Facts): string {
  const { module, node, peer } = config;
  const why = theirs!.reason ??
    "what stands in its directories is not what its state knows";
  return `${peer} cannot start: ${why}; if the copy of ${node}${
    flaw(mine)
  } is the right one: "hakit prim ${module} --node ${node}"`;
}

/** To go on without the other one's last writes is for a copy that is one. */
export function theyAreStopped({ config, mine }: Facts): string {
  const { module, node, peer } = config;
  if (mine.current === null) {
    return `${peer} has the data and is stopped, ${node} has none: say "hakit start ${module} --node ${peer}"`;
  }
  if (!mine.consistent) {
    return `${peer} has the data and is stopped, ${node} has half a copy: say "hakit start ${module} --node ${peer}"`;
  }
  return `${peer} has the newer data and is stopped: say "hakit start ${module} --node ${peer}"; to give up what only ${peer} wrote: "hakit prim ${module} --node ${node}"`;
}

/** It answers and would go first: this node waits no shorter than for a cause that the other one has of its own. */
export function theyGoFirst(
  { config, mine, relation, state, theirs, waitedMs }: Facts,
  why: string,
): Verdict {
  const { module, node, peer } = config;
  const { status, reason } = theirs!;
  // Its first words after a silence are of the time before: that it waits for this node.
  const heardMs = state.lastAt - state.peer.roleSince;
  if (
    status !== "NotReady" || reason === null ||
    Math.min(waitedMs, heardMs) < GRACE_MS
  ) return pending(why);
  const or = isEqual(relation)
    ? `, or "hakit stop ${module} --node ${peer}": ${node} then starts with the same data`
    // Its disk may be gone, and its state still speak of the copy: nothing could be mended then.
    : mine.current !== null && mine.consistent
    ? `; if the copy of ${peer} is gone for good: "hakit prim ${module} --node ${node}", without what only ${peer} wrote`
    : "";
  return stuck(
    `${peer} would start first and cannot: ${reason}. Mend that${or}`,
  );
}

export function waits({ config, without }: Facts, why: string): Verdict {
  const how = without ? "has no such module" : "does not answer";
  return stuck(`waits for ${config.peer}, which ${how}: ${why}`);
}

/** Of one that is not heard only a person can know whether it serves: on both nodes at once each would write for itself. */
export function unlessBack({ config, without }: Facts): string {
  const { module, node, peer } = config;
  return without
    ? `if it will not be installed on ${peer} again: "hakit prim ${module} --node ${node}"`
    : `if it is off and will not come back: "hakit prim ${module} --node ${node}"`;
}

/** What stands against a copy, behind its node's name. */
export function flaw({ consistent, upToDate }: Identity): string {
  if (!consistent) return " (half made)";
  return upToDate ? "" : " (not up to date)";
}
