/** What the rows of the table in verdict.ts answer, in the words that people read. Pure. */
import type { Identity } from "../replication/identity.ts";
import { alive, type State } from "./turn.ts";
import type { Verdict } from "./verdict.ts";
import type { Facts } from "./verdict_facts.ts";

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

export function doubtful(state: State, mine: Identity): string {
  const { config } = state;
  return mine.consistent
    ? `this copy is not up to date and ${config.peer} has none that is; to go on with this one: "hakit prim ${config.module}"`
    : `this copy is only half made and ${config.peer} has none that is whole; only "hakit primforce ${config.module}" starts it as it is`;
}

export function theirsDoubtful({ module, peer }: State["config"]): string {
  return `${peer} has the newer copy, but says itself that it is not whole or not up to date; if it is good: "hakit prim ${module}" there`;
}

export function theyAreStopped({ module, peer }: State["config"]): string {
  return `${peer} has the newer data and is stopped; say "hakit start ${module}" there, or "hakit prim ${module}" here to go on without its last writes`;
}

export function waits({ config, without }: Facts, why: string): Verdict {
  const how = without ? "has no such module" : "does not answer";
  return stuck(`waits for ${config.peer}, which ${how}: ${why}`);
}

/** Of one that is not heard only a person can know whether it serves: on both nodes at once each would write for itself. */
export function unlessBack({ config: { module }, without }: Facts): string {
  return without
    ? `if it will not be installed there again: "hakit prim ${module}"`
    : `if it is off and will not come back: "hakit prim ${module}"`;
}

export function describe(identity: Identity): string {
  const name = identity.current?.slice(0, 8) ?? "empty";
  if (!identity.consistent) return `${name} (half made)`;
  return identity.upToDate ? name : `${name} (not up to date)`;
}
