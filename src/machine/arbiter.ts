/** Who decides between two nodes that do not hear each other. Pure. */
import type { State } from "./turn.ts";

export type Arbiter =
  | { readonly kind: "none" }
  /** Addresses that both nodes reach as long as their network works: says who is cut off, excludes nothing. */
  | { readonly kind: "ping"; readonly addresses: readonly string[] }
  | {
    readonly kind: "witness";
    readonly id: string;
    readonly address: string;
    /** Being removed: nobody asks it any more, and nobody goes on alone without the peer's word until both have forgotten it. */
    readonly retired: boolean;
  };

export const NO_ARBITER: Arbiter = { kind: "none" };

/** The witness that the peer names, where it is not this node's own; null: it is, or it names none. */
export function unlike(own: Arbiter, theirs: string | undefined) {
  const same = own.kind === "witness" && own.id === theirs;
  return same ? null : theirs ?? null;
}

export function witnessOf(state: State) {
  return state.arbiter.kind === "witness" ? state.arbiter : null;
}
