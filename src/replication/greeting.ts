/** A primary's part of the greeting: HELLO, PROOF, and what the secondary then says of its copy. See ../peer/handshake.ts. */
import type { Connection, Outgoing } from "../peer/connection.ts";
import {
  otherVersion,
  PROTOCOL,
  prove,
  proves,
  readHello,
  refusedSchema,
  RENEWS_KEYS,
  welcomeSchema,
} from "../peer/handshake.ts";
import type { Context } from "./context.ts";
import type { Identity } from "./identity.ts";
import { identitySchema } from "./identity_store.ts";
import { KIND } from "./operation.ts";
import type { Tide } from "./tide.ts";

export type Greeted =
  | { readonly kind: "goes-on" }
  /** This machine is not our peer, or does not take us for its own. */
  | { readonly kind: "refused"; readonly why: string }
  | { readonly kind: "wrong"; readonly why: string }
  | {
    readonly kind: "welcome";
    readonly identity: Identity;
    readonly fresh: boolean;
    readonly marked: boolean;
    readonly doubt: boolean;
    readonly journal: boolean;
    readonly external: boolean;
    readonly resync: string | null;
    readonly tide?: Tide | undefined;
    readonly together: boolean;
  };

export class Greeting {
  readonly #nonce = crypto.getRandomValues(new Uint8Array(32)).toHex();
  #proved = false;

  constructor(
    readonly context: Context,
    readonly outgoing: Outgoing,
    readonly session: {
      readonly connection: Connection;
      readonly trusted: boolean;
    },
  ) {}

  /** The first words, when the channel is open. */
  begin(): void {
    const { config } = this.context;
    this.outgoing.json(KIND.HELLO, {
      version: PROTOCOL,
      cluster: config.cluster,
      module: config.module,
      node: config.node,
      nonce: this.#nonce,
      terms: config.terms,
      features: this.session.connection.channel.renewsKeys ? [RENEWS_KEYS] : [],
    });
  }

  /** A frame of the peer. `sequence`: of our last operation. */
  heard(sequence: number): Greeted {
    return this.#proved ? this.#welcome() : this.#hello(sequence);
  }

  #hello(sequence: number): Greeted {
    const { config, identity } = this.context;
    const { connection, trusted } = this.session;
    const { kind } = connection.frame, json = this.#json();
    const refused = refusedSchema.safeParse(json);
    if (kind === KIND.REFUSED && refused.success) {
      const { version, why } = refused.data;
      const words = version === PROTOCOL
        ? `it says that this node ${why}`
        : `it ${otherVersion(version)}`;
      return { kind: "refused", why: words };
    }
    const theirs = readHello(config, kind === KIND.HELLO ? json : null);
    if ("refused" in theirs) {
      return { kind: "refused", why: `it ${theirs.refused}` };
    }
    const nonces = { mine: this.#nonce, theirs: theirs.nonce, trusted };
    if (
      !theirs.proof ||
      !proves(config, "secondary", { ...nonces, proof: theirs.proof })
    ) return { kind: "refused", why: "it does not know the cluster's key" };
    if (theirs.features.includes(RENEWS_KEYS)) {
      connection.channel.mayRenewKey();
    }
    connection.proved = true;
    this.#proved = true;
    this.outgoing.json(KIND.PROOF, {
      proof: prove(config, "primary", nonces),
      identity: identity.value,
      sequence,
    });
    return { kind: "goes-on" };
  }

  #welcome(): Greeted {
    const welcome = welcomeSchema.safeParse(this.#json());
    const theirs = identitySchema.safeParse(
      welcome.success ? welcome.data.identity : null,
    );
    if (
      this.session.connection.frame.kind !== KIND.WELCOME ||
      !welcome.success || !theirs.success
    ) return { kind: "wrong", why: "no welcome of a hakit replicator" };
    const { tide } = welcome.data;
    const identity = { ...theirs.data, tide };
    return { ...welcome.data, kind: "welcome", identity };
  }

  #json(): unknown {
    try {
      return JSON.parse(
        new TextDecoder().decode(this.session.connection.bytes()),
      );
    } catch {
      return null;
    }
  }
}
