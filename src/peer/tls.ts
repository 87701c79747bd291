/**
 * TLS 1.3 with a pre-shared key made from the cluster's key, over a non-blocking socket: whoever does not have the key gets nothing
 * sent and nothing read, and a record that was changed, repeated, left out or added ends the connection. No certificates.
 */
import { hkdfSync } from "node:crypto";
import { libc, Memory } from "../system/libc.ts";
import { type OpenSsl, openSsl, scratch, takeError } from "./openssl.ts";
import { TlsChannel } from "./tls_channel.ts";
import type { Asked } from "./tls_reasons.ts";

export interface TlsParty {
  readonly cluster: string;
  readonly module: string;
  readonly node: string;
  readonly peer: string;
  /** Cluster key, 64 hexadecimal digits. */
  readonly key: string;
}

const TLS1_3 = 0x304;
/** One suite that every OpenSSL, processor and kernel TLS has, so that nothing is negotiated. */
const SUITE = "TLS_AES_128_GCM_SHA256", SUITE_ID = [0x13, 0x01];
const CTRL = {
  MODE: 33,
  SET_READ_AHEAD: 41,
  SET_SESSION_CACHE_MODE: 44,
  SET_MIN_VERSION: 123,
  SET_MAX_VERSION: 124,
};
/** A record at a time, from a buffer that may have moved; buffers are kept. */
const ENABLE_PARTIAL_WRITE = 1, ACCEPT_MOVING_WRITE_BUFFER = 2;
const OP = {
  /** OpenSSL 3 only; the bit meant something else before. */
  ENABLE_KTLS: 0x8,
  NO_TICKET: 0x4000,
  NO_COMPRESSION: 0x20000,
  NO_RENEGOTIATION: 0x40000000,
};
const VERIFY_PEER = 1;
/** Many records by one recv. */
const READ_AHEAD = 256 * 1024;

/** The identity that goes over the wire in clear: which key is meant, of whom to whom. */
export function pskIdentity(party: TlsParty, role: "client" | "server") {
  const ends = role === "client"
    ? [party.node, party.peer]
    : [party.peer, party.node];
  return ["hakit-replication-1", party.cluster, party.module, ...ends]
    .join(" ");
}

/** Another key for each module, cluster and direction, so that none fits elsewhere; the cluster key itself is not used twice. */
export function pskOf(
  party: TlsParty,
  role: "client" | "server",
): Uint8Array {
  const key = Uint8Array.fromHex(party.key);
  const info = pskIdentity(party, role);
  return new Uint8Array(hkdfSync("sha256", key, "hakit TLS 1.3 psk", info, 32));
}

/** In seconds. */
const CENTURY = 3_155_760_000n;

/** What a stranger called itself, fit for a log. */
function printable(identity: string): string {
  return identity.replace(/[^\x20-\x7e]/g, "?").slice(0, 200);
}

/** One end's settings: an SSL_CTX that makes connections as client or as server. Lives as long as the process. */
export class TlsContext {
  readonly ssl: OpenSsl;
  readonly #context: number;
  readonly #session: number;
  readonly #identity: Uint8Array;
  /** Held as long as OpenSSL may call it. */
  readonly #callback: { close(): void };
  /** What the client of the running handshake calls itself, and whether that is our peer. */
  asked: Asked | null = null;

  /** @throws {NoOpenSslError} */
  constructor(
    party: TlsParty,
    readonly role: "client" | "server",
    /** Seconds since 1970. */
    madeAt: number = Math.floor(Date.now() / 1000),
  ) {
    this.ssl = openSsl();
    const { call, version } = this.ssl;
    call.ERR_clear_error();
    const context = Number(call.SSL_CTX_new(Number(call.TLS_method())));
    if (context === 0) throw this.#cannot("SSL_CTX_new");
    this.#context = context;
    const ctrl = (what: number, value: number) =>
      call.SSL_CTX_ctrl(context, what, BigInt(value), 0);
    ctrl(CTRL.SET_MIN_VERSION, TLS1_3);
    ctrl(CTRL.SET_MAX_VERSION, TLS1_3);
    ctrl(CTRL.MODE, ENABLE_PARTIAL_WRITE | ACCEPT_MOVING_WRITE_BUFFER);
    ctrl(CTRL.SET_READ_AHEAD, 1);
    ctrl(CTRL.SET_SESSION_CACHE_MODE, 0);
    call.SSL_CTX_set_default_read_buffer_len(context, READ_AHEAD);
    call.SSL_CTX_set_options(
      context,
      BigInt(
        OP.NO_TICKET | OP.NO_COMPRESSION | OP.NO_RENEGOTIATION |
          (version >= 0x30000000 ? OP.ENABLE_KTLS : 0),
      ),
    );
    call.SSL_CTX_set_num_tickets(context, 0);
    // There are no authorities: a server that shows a certificate instead of the key is refused.
    if (role === "client") call.SSL_CTX_set_verify(context, VERIFY_PEER, 0);
    if (call.SSL_CTX_set_ciphersuites(context, scratch.string(SUITE)) !== 1) {
      throw this.#cannot(SUITE);
    }
    this.#identity = new TextEncoder().encode(pskIdentity(party, role));
    this.#session = this.#makeSession(pskOf(party, role), madeAt);
    this.#callback = role === "client" ? this.#offer() : this.#find();
  }

  /** Connections that were opened keep what they need of OpenSSL, but no new handshake is possible. */
  [Symbol.dispose](): void {
    const { call } = this.ssl;
    call.SSL_CTX_free(this.#context);
    call.SSL_SESSION_free(this.#session);
    this.#callback.close();
  }

  #cannot(what: string): Error {
    return new Error(
      `Cannot encrypt the replication: ${what}: ${
        takeError(this.ssl).text || "refused by OpenSSL"
      }`,
    );
  }

  /** The key in the form that OpenSSL takes for TLS 1.3: a session that was never made. */
  #makeSession(psk: Uint8Array, madeAt: number): number {
    const { call } = this.ssl;
    const connection = Number(call.SSL_new(this.#context));
    scratch.bytes.set(SUITE_ID);
    const cipher = Number(call.SSL_CIPHER_find(connection, scratch.address));
    const session = Number(call.SSL_SESSION_new());
    scratch.bytes.set(psk);
    const made = cipher !== 0 && session !== 0 &&
      call.SSL_SESSION_set1_master_key(session, scratch.address, psk.length) ===
        1 &&
      call.SSL_SESSION_set_cipher(session, cipher) === 1 &&
      call.SSL_SESSION_set_protocol_version(session, TLS1_3) === 1;
    scratch.bytes.fill(0, 0, psk.length);
    call.SSL_SESSION_set_time(session, BigInt(madeAt));
    // OpenSSL takes it for a session that ends after 304 s: no handshake of a replicator that is older would succeed.
    call.SSL_SESSION_set_timeout(session, CENTURY);
    call.SSL_free(connection);
    if (!made) throw this.#cannot("the pre-shared key");
    return session;
  }

  /** Writes a pointer or a size for OpenSSL, which takes one reference of the session. */
  #give(at: bigint | number, value: number): void {
    scratch.view.setBigUint64(0, BigInt(value), true);
    libc.memcpy(Number(at), scratch.address, 8);
  }

  /** Client: our identity and key, in every ClientHello. Must not throw: OpenSSL called it. */
  #offer(): { close(): void } {
    const { call } = this.ssl;
    const identity = new Memory(4096).string(this.#identity);
    const callback = new Deno.UnsafeCallback({
      parameters: ["usize", "usize", "usize", "usize", "usize"],
      result: "i32",
    }, (_ssl, _digest, id, length, session) => {
      call.SSL_SESSION_up_ref(this.#session);
      this.#give(id, identity);
      this.#give(length, this.#identity.length);
      this.#give(session, this.#session);
      return 1;
    });
    call.SSL_CTX_set_psk_use_session_callback(this.#context, callback.pointer);
    return callback;
  }

  /** Server: our key for our identity; for any other none, and the handshake fails for want of a certificate. */
  #find(): { close(): void } {
    const { call } = this.ssl;
    const expected = new TextDecoder().decode(this.#identity);
    const callback = new Deno.UnsafeCallback({
      parameters: ["usize", "usize", "usize", "usize"],
      result: "i32",
    }, (_ssl, identity, length, session) => {
      const size = Math.min(Number(length), 512);
      libc.memcpy(scratch.address + 8, Number(identity), size);
      const text = new TextDecoder().decode(scratch.bytes.slice(8, 8 + size));
      const known = size === Number(length) && text === expected;
      // A client may offer several: the one that is known counts.
      if (!this.asked?.known) this.asked = { identity: printable(text), known };
      if (known) call.SSL_SESSION_up_ref(this.#session);
      this.#give(session, known ? this.#session : 0);
      return 1;
    });
    call.SSL_CTX_set_psk_find_session_callback(this.#context, callback.pointer);
    return callback;
  }

  /** TLS over a connected socket, or one that is about to be. `hello`: the kind of a HELLO frame, to name a peer that does not encrypt. */
  open(fd: number, hello: number): TlsChannel {
    const { call } = this.ssl;
    const connection = Number(call.SSL_new(this.#context));
    if (connection === 0 || call.SSL_set_fd(connection, fd) !== 1) {
      throw this.#cannot("SSL_new");
    }
    if (this.role === "client") call.SSL_set_connect_state(connection);
    else call.SSL_set_accept_state(connection);
    return new TlsChannel(this, connection, { fd, hello });
  }
}
