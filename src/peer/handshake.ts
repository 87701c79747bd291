/**
 * Who is there? Both sides prove the cluster key on the other's fresh nonce before anything else is believed; module and node names
 * are part of the proof, so that no proof fits another module, direction or cluster. Pure but for the nonce that the caller brings.
 *
 *   primary → HELLO {version, cluster, module, node, nonce}
 *   secondary → HELLO {…, nonce, proof}          (proof of the key over both nonces, as "secondary")
 *   primary → PROOF {proof, identity, sequence}   (as "primary")
 *   secondary → WELCOME {identity}
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import { z } from "zod";

export const PROTOCOL = 1;
const hex = (bytes: number) =>
  z.string().regex(new RegExp(`^[0-9a-f]{${bytes * 2}}$`));

export const helloSchema = z.object({
  version: z.int(),
  cluster: z.string().max(64),
  module: z.string().max(64),
  node: z.string().max(64),
  nonce: hex(32),
  proof: hex(32).optional(),
});
export type Hello = z.infer<typeof helloSchema>;
export const proofSchema = z.object({
  proof: hex(32),
  identity: z.unknown(),
  sequence: z.int().min(0),
});
export const welcomeSchema = z.object({
  identity: z.unknown(),
  fresh: z.boolean(),
  marked: z.boolean(),
  doubt: z.boolean(),
});

export interface Party {
  readonly cluster: string;
  readonly module: string;
  readonly node: string;
  readonly peer: string;
  /** 64 hexadecimal digits. */
  readonly key: string;
}

export function prove(
  party: Party,
  role: "primary" | "secondary",
  nonces: { readonly mine: string; readonly theirs: string },
): string {
  const text = [
    "hakit replication 1",
    role,
    party.cluster,
    party.module,
    party.node,
    party.peer,
    nonces.theirs,
    nonces.mine,
  ].join("\n");
  return createHmac("sha256", new Uint8Array(Uint8Array.fromHex(party.key)))
    .update(text).digest("hex");
}

/** Whether the peer's proof is right: computed as the peer computes its own. */
export function proves(
  party: Party,
  role: "primary" | "secondary",
  check: {
    readonly mine: string;
    readonly theirs: string;
    readonly proof: string;
  },
): boolean {
  const peer: Party = { ...party, node: party.peer, peer: party.node };
  const expected = prove(peer, role, {
    mine: check.theirs,
    theirs: check.mine,
  });
  return timingSafeEqual(
    Uint8Array.fromHex(expected),
    Uint8Array.fromHex(check.proof),
  );
}

/** Null: may be our peer; else one line why not. */
export function refuse(party: Party, hello: Hello): string | null {
  if (hello.version !== PROTOCOL) {
    return `speaks protocol ${hello.version}, expected ${PROTOCOL}: install the same hakit on both nodes`;
  }
  if (hello.cluster !== party.cluster) return `belongs to another cluster`;
  if (hello.module !== party.module) {
    return `is module "${hello.module}", expected "${party.module}"`;
  }
  if (hello.node !== party.peer) {
    return `is node "${hello.node}", expected "${party.peer}"`;
  }
  return null;
}
