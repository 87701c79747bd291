/**
 * Both nodes serve, and have just heard each other: which one yields? The table; each side asks it with the sides exchanged and
 * comes to the opposite answer (property test). Pure.
 */
import { whoIsNewer } from "./copies.ts";
import type { ModuleView } from "./state.ts";
import { isPrimary, type State } from "./turn.ts";

interface Row {
  readonly name: string;
  /** What this node does; null: the row does not apply. */
  says(state: State, peer: ModuleView): "yields" | "stays" | null;
}

/** The first row that says something. */
export const TABLE: readonly Row[] = [
  {
    name: "newer data stays",
    says(state, peer) {
      const newer = whoIsNewer(state, peer);
      if (newer === null) return null;
      return newer === "theirs" ? "yields" : "stays";
    },
  },
  {
    // It has acknowledged nothing by itself.
    name: "a PRIM yields to one that is ALONE",
    says({ role }, peer) {
      if (role === peer.role) return null;
      return role === "PRIM" ? "yields" : "stays";
    },
  },
  {
    name: "the side that both configurations name stays",
    says({ config: { keeps, node, peer: other } }, peer) {
      // Each reads its own file: a name that only one of them has would let both stay, or both yield.
      if (keeps === undefined || keeps !== peer.keeps) return null;
      if (keeps === node) return "stays";
      return keeps === other ? "yields" : null;
    },
  },
  {
    // The later epoch is the one that the witness gave last.
    name: "the later epoch stays",
    says({ record }, peer) {
      const [mine, theirs] = [record.claim ?? 0, peer.claim ?? 0];
      if (mine === theirs) return null;
      return mine < theirs ? "yields" : "stays";
    },
  },
  {
    name: "the one that took over yields to the one that was primary",
    says({ record }, peer) {
      const took = record.cameFrom === "SECOND";
      if (took === (peer.cameFrom === "SECOND")) return null;
      return took ? "yields" : "stays";
    },
  },
  {
    name: "the second node yields",
    says: ({ config }) => config.nodeIndex === 1 ? "yields" : "stays",
  },
];

/** What decides between two that serve; null: it is no split brain. */
export function whoYields(
  state: State,
  peer: ModuleView,
): { readonly row: string; readonly says: "yields" | "stays" } | null {
  if (!isPrimary(state.role) || !isPrimary(peer.role)) return null;
  for (const { name, says } of TABLE) {
    const word = says(state, peer);
    if (word !== null) return { row: name, says: word };
  }
  return null;
}
