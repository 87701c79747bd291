/**
 * What becomes of a command after the agent has taken it: from state to state, until it is reached or has failed. By the rules that the
 * command line waits by. Pure: time is an argument, in milliseconds.
 */
import { outcome, type View } from "../../machine/outcome.ts";
import type { ClusterState } from "../../api/state.ts";
import { isSwitch, orderOf, type Wish } from "../question.ts";
import { answers, places } from "../view.ts";

export interface Pursuit {
  readonly wish: Wish;
  readonly before: View;
  /** The role and status of the states so far, and since when. */
  readonly now: string;
  readonly since: number;
  /** Whether the module was ever on its way since it was asked. */
  readonly moved: boolean;
  /** The agent has said that it does it. */
  readonly taken: boolean;
}

export type End =
  | { readonly kind: "asked" | "under way" | "done" }
  /** `waits` may come to an end yet, `failed` not. */
  | { readonly kind: "waits" | "failed"; readonly why: string | null };

/** Null: of what is not seen, no end is seen either; a switch is done when it is answered. */
export function pursue(
  state: ClusterState,
  wish: Wish,
  at: number,
): Pursuit | null {
  const { mine } = viewsOf(state, wish);
  if (mine === null || isSwitch(wish.command)) return null;
  const now = `${mine.role} ${mine.status}`;
  return { wish, before: mine, now, since: at, moved: false, taken: false };
}

/** What stood still until now counts from now on. */
export function taken(pursuit: Pursuit, at: number): Pursuit {
  return { ...pursuit, taken: true, since: at };
}

export function advance(
  before: Pursuit,
  state: ClusterState,
  at: number,
): { readonly pursuit: Pursuit; readonly end: End } {
  const { mine, theirs } = viewsOf(state, before.wish);
  // A node that has fallen silent may be doing it.
  if (mine === null) return { pursuit: before, end: { kind: "under way" } };
  const now = `${mine.role} ${mine.status}`;
  const pursuit = {
    ...before,
    now,
    since: now === before.now ? before.since : at,
    moved: before.moved || now !== before.now || mine.status === "Transient",
  };
  return { pursuit, end: endOf(pursuit, { mine, theirs, state, at }) };
}

interface Seen {
  readonly mine: View;
  readonly theirs: View | null;
  readonly state: ClusterState;
  readonly at: number;
}

function endOf(
  { wish, before, since, moved, taken }: Pursuit,
  { mine, theirs, state, at }: Seen,
): End {
  const pending = { kind: moved ? "under way" : "asked" } as const;
  if (!taken || isSwitch(wish.command)) return pending;
  const { kind } = outcome({
    command: orderOf(wish.command).command,
    before,
    now: mine,
    peer: theirs,
    stableMs: at - since,
    moved,
  });
  const why = mine.reason ?? state.sentences[wish.module] ?? null;
  if (kind === "failed") return { kind, why };
  if (kind === "pending") return pending;
  if (mine.role === "WAIT") return { kind: "waits", why };
  // To copy everything is what was asked for: not the role, which it had.
  const full = wish.command === "full";
  const copied = moved && mine.status === "Ready";
  return full && !copied ? pending : { kind };
}

function viewsOf(state: ClusterState, { module, node }: Wish) {
  const place = places(state, module).find((place) => place.node.name === node);
  const view = (
    on: typeof state.nodes[number] | undefined,
    known: typeof state.nodes[number]["modules"][number] | undefined,
  ): View | null =>
    on && known && answers(on) ? { ...known, module: known.name } : null;
  return {
    mine: view(place?.node, place?.module),
    theirs: view(place?.other, place?.otherModule),
  };
}
