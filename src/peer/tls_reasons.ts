/** What OpenSSL's errors mean for whoever looks after the cluster. Pure. */
import { PEER_CLOSED } from "./channel.ts";
import type { SslFailure } from "./openssl.ts";

/** What a client called itself, and whether that is this node's peer. */
export interface Asked {
  readonly identity: string;
  readonly known: boolean;
}

/** OpenSSL's reasons (sslerr.h) that have a meaning for whoever looks after the cluster. */
const REASON = {
  BINDER_DOES_NOT_VERIFY: 253,
  BAD_RECORD_MAC: 281,
  UNEXPECTED_EOF: 294,
  CERTIFICATE_VERIFY_FAILED: 134,
  UNSUPPORTED_PROTOCOL: 258,
  ALERT: 1000,
};
const ALERT = {
  BAD_RECORD_MAC: 20,
  HANDSHAKE_FAILURE: 40,
  ILLEGAL_PARAMETER: 47,
  DECRYPT_ERROR: 51,
  PROTOCOL_VERSION: 70,
  INSUFFICIENT_SECURITY: 71,
  UNKNOWN_PSK: 115,
};

/** One line for an error of OpenSSL; the library's own words where we have none. */
export function explain(
  failure: SslFailure,
  about: {
    /** Null: after the handshake. */
    readonly role: "client" | "server" | null;
    readonly asked: Asked | null;
  },
): string {
  const { reason, text } = failure;
  if (reason === REASON.UNEXPECTED_EOF || reason === 0) return PEER_CLOSED;
  if (about.role === null) {
    return reason === REASON.BAD_RECORD_MAC ||
        reason === REASON.ALERT + ALERT.BAD_RECORD_MAC
      ? "a record was changed, repeated or lost on its way"
      : `TLS: ${text}`;
  }
  if (about.role === "server") {
    if (reason === REASON.BINDER_DOES_NOT_VERIFY) {
      return "it does not know the cluster's key";
    }
    if (reason === REASON.UNSUPPORTED_PROTOCOL) {
      return "it does not speak TLS 1.3";
    }
    if (reason > REASON.ALERT || about.asked?.known) return `TLS: ${text}`;
    return about.asked === null
      ? `it shows no key of the cluster (TLS: ${text})`
      : `it calls itself "${about.asked.identity}", which is not this node's peer`;
  }
  switch (reason) {
    case REASON.CERTIFICATE_VERIFY_FAILED:
      return "it does not know the cluster's key";
    case REASON.ALERT + ALERT.INSUFFICIENT_SECURITY:
      return "it says that its cluster.yaml marks the link trusted, and does not encrypt: the file must be the same on both nodes";
    case REASON.ALERT + ALERT.ILLEGAL_PARAMETER:
    case REASON.ALERT + ALERT.DECRYPT_ERROR:
      return "it has another cluster key than this node";
    case REASON.ALERT + ALERT.HANDSHAKE_FAILURE:
    case REASON.ALERT + ALERT.UNKNOWN_PSK:
      return "it does not expect this node: cluster, module and node names must be the same in both nodes' configuration";
    default:
      return `TLS: ${text}`;
  }
}

/** An alert in clear, insufficient_security: what a TLS client understands from a node that does not encrypt on this link. */
export const NOT_ENCRYPTED_HERE = new Uint8Array([
  ...[21, 3, 3, 0, 2],
  ...[2, ALERT.INSUFFICIENT_SECURITY],
]);
