/**
 * Who is there? Both sides prove the cluster key on the other's fresh nonce before anything else is believed; module and node names
 * and the kind of link are part of the proof, so that no proof fits another module, direction, cluster or a link that encrypts.
 * Pure but for the nonce that the caller brings.
 *
 *   primary → HELLO {version, cluster, module, node, nonce, features}
 *   secondary → HELLO {…, nonce, proof}          (proof of the key over both nonces, as "secondary"), or REFUSED {version, why}
 *   primary → PROOF {proof, identity, sequence}   (as "primary")
 *   secondary → WELCOME {identity, …}
 *
 * Within TLS the key is proved already; the same four frames are sent there, because one way in is easier to get right than two.
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import { z } from "zod";

/** Counted up when a replicator of before would misunderstand one of now. */
export const PROTOCOL = 5;
/** The oldest that this program still speaks: with one that is lower, both ends must answer a peer that is not upgraded yet in its own. */
export const OLDEST = 5;
/** Feature: this node's channel takes a new key of the peer in the middle (RFC 8446 §4.6.3). */
export const RENEWS_KEYS = "rekey";
const hex = (bytes: number) =>
  z.string().regex(new RegExp(`^[0-9a-f]{${bytes * 2}}$`));

const helloSchema = z.object({
  version: z.int(),
  cluster: z.string().max(64),
  module: z.string().max(64),
  node: z.string().max(64),
  nonce: hex(32),
  /** What this side can do beyond the version; unknown ones are ignored. */
  features: z.array(z.string().max(32)).max(32),
  proof: hex(32).optional(),
  /** Digest of what both nodes must have configured alike; absent: nothing special. */
  terms: z.string().max(64).optional(),
});
/** All that is read of a greeting whose version is another one. */
const versionSchema = z.object({ version: z.int() });
/** The secondary's answer to a greeting that it does not accept. */
export const refusedSchema = z.object({
  version: z.int(),
  why: z.string().max(500).regex(/^[^\p{Cc}]*$/u),
});
export type Hello = z.infer<typeof helloSchema>;
export const proofSchema = z.object({
  proof: hex(32),
  identity: z.unknown(),
  sequence: z.int().min(0),
});
export const tideSchema = z.object({
  value: z.int().min(0),
  after: z.int().min(0).optional(),
});
export const welcomeSchema = z.object({
  identity: z.unknown(),
  fresh: z.boolean(),
  marked: z.boolean(),
  doubt: z.boolean(),
  /** In doubt, but with a journal that names what may differ. */
  journal: z.boolean().default(false),
  /** What stands there was restored from elsewhere: it is compared, and not moved away. */
  external: z.boolean().default(false),
  /** The resync that was under way here; null: none, or a peer of before it had a name. */
  resync: z.string().nullable().default(null),
  /** How far its copy has come; absent: a peer of before there were tides. */
  tide: tideSchema.optional(),
  /** Its state and its data were level together, and have been of one moment ever since; a peer of before tokens does not know. */
  together: z.boolean().default(false),
});

export interface Party {
  readonly cluster: string;
  readonly module: string;
  readonly node: string;
  readonly peer: string;
  /** 64 hexadecimal digits. */
  readonly key: string;
  readonly terms?: string | undefined;
}

export function prove(
  party: Party,
  role: "primary" | "secondary",
  nonces: {
    readonly mine: string;
    readonly theirs: string;
    readonly trusted: boolean;
  },
): string {
  const text = [
    "hakit replication 2",
    nonces.trusted ? "plain" : "tls",
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
    readonly trusted: boolean;
  },
): boolean {
  const peer: Party = { ...party, node: party.peer, peer: party.node };
  const expected = prove(peer, role, {
    mine: check.theirs,
    theirs: check.mine,
    trusted: check.trusted,
  });
  return timingSafeEqual(
    Uint8Array.fromHex(expected),
    Uint8Array.fromHex(check.proof),
  );
}

/** A greeting that may be our peer's; else one line why not. */
export function readHello(
  party: Party,
  json: unknown,
): Hello | { readonly refused: string } {
  const version = versionSchema.safeParse(json);
  if (!version.success) return { refused: NO_GREETING };
  if (version.data.version !== PROTOCOL) {
    return { refused: otherVersion(version.data.version) };
  }
  const parsed = helloSchema.safeParse(json);
  if (!parsed.success) return { refused: NO_GREETING };
  const hello = parsed.data;
  if (hello.cluster !== party.cluster) {
    return { refused: "belongs to another cluster" };
  }
  if (hello.module !== party.module) {
    return {
      refused: `is module "${hello.module}", expected "${party.module}"`,
    };
  }
  if (hello.node !== party.peer) {
    return { refused: `is node "${hello.node}", expected "${party.peer}"` };
  }
  if ((hello.terms ?? "") !== (party.terms ?? "")) {
    return { refused: OTHER_TERMS };
  }
  return hello;
}

/** Said of the other one, in both nodes' logs. */
const OTHER_TERMS =
  'mirrors other directories, or the same otherwise (the order, "exclude" and "guarantee" count): give both nodes the same module.yaml';

export const NO_GREETING = "sends no greeting of a hakit replicator";

export function otherVersion(version: number): string {
  return `speaks protocol ${version}, expected ${PROTOCOL}: install the same hakit on both nodes`;
}
