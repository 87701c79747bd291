/**
 * Where primaries knock: listens on every link, asks each stranger who it is, hands over the one that has proved to be the peer as
 * primary. Everything about a stranger is bounded: how many, how long, how many bytes, how many lines in the log.
 */
import { Connection, Outgoing } from "../peer/connection.ts";
import {
  type Hello,
  NO_GREETING,
  proofSchema,
  PROTOCOL,
  prove,
  proves,
  readHello,
  RENEWS_KEYS,
} from "../peer/handshake.ts";
import { LineLimit } from "../peer/line_limit.ts";
import { acceptFrom, canonicalAddress, listenOn } from "../peer/socket.ts";
import { NOT_ENCRYPTED_HERE } from "../peer/tls_reasons.ts";
import { E, errnoName, libc, Memory } from "../system/libc.ts";
import { type Poll, POLLIN } from "../system/poll.ts";
import type { Context } from "./context.ts";
import { KIND } from "./operation.ts";
import { messageOf } from "../system/message.ts";

/** At once, from the peer's addresses and from all others: these never take a place from those. */
const MAX_STRANGERS = 4;
const PROVE_MS = 3000;
const LISTEN_AGAIN_MS = 1000;
const ACCEPTS_A_TURN = 16;
const LINES = { burst: 20, everyMs: 60_000 };

const scratch = new Memory(64 * 1024);

interface Listener {
  readonly address: string;
  readonly trusted: boolean;
  fd: number | null;
}

interface Stranger {
  readonly connection: Connection;
  readonly outgoing: Outgoing;
  readonly address: string;
  readonly trusted: boolean;
  readonly nonce: string;
  readonly since: number;
  theirs: Hello | null;
}

export class Entrance {
  readonly #context: Context;
  readonly #onPrimary: (connection: Connection, sequence: number) => void;
  readonly #listeners: readonly Listener[];
  readonly #peers: ReadonlySet<string>;
  readonly #strangers = new Set<Stranger>();
  readonly #lines = new LineLimit(LINES);
  #listenAt = 0;

  constructor(
    context: Context,
    onPrimary: (connection: Connection, sequence: number) => void,
  ) {
    this.#context = context;
    this.#onPrimary = onPrimary;
    const { listen, trusted, dial } = context.config;
    this.#listeners = listen.map((address, link) => ({
      address,
      trusted: trusted[link] ?? false,
      fd: null,
    }));
    this.#peers = new Set(dial.map(canonicalAddress));
  }

  watch(poll: Poll): void {
    for (const listener of this.#listeners) {
      const { fd } = listener;
      if (fd !== null) poll.add(fd, POLLIN, () => this.#accept(listener, fd));
    }
    for (const stranger of this.#strangers) {
      const { connection, outgoing } = stranger;
      poll.add(
        connection.fd,
        connection.interest(!outgoing.isEmpty),
        () => this.#receive(stranger),
      );
    }
  }

  turn(): void {
    const now = this.#context.now();
    if (
      now >= this.#listenAt && this.#listeners.some(({ fd }) => fd === null)
    ) {
      this.#listenAt = now + LISTEN_AGAIN_MS;
      for (const listener of this.#listeners) {
        if (listener.fd === null) this.#listen(listener);
      }
    }
    for (const stranger of this.#strangers) {
      if (now - stranger.since > PROVE_MS) {
        this.#end(stranger, `it did not say who it is within ${PROVE_MS} ms`);
      } else if (!stranger.outgoing.flush(stranger.connection)) {
        this.#end(stranger, stranger.connection.channel.failure);
      } else if (stranger.connection.pending) this.#receive(stranger);
    }
  }

  close(): void {
    for (const listener of this.#listeners) {
      if (listener.fd !== null) libc.close(listener.fd);
      listener.fd = null;
    }
    this.#listenAt = Infinity;
    for (const { connection, outgoing } of this.#strangers) {
      connection.close();
      outgoing.close();
    }
    this.#strangers.clear();
  }

  #listen(listener: Listener): void {
    const { context, address } = { context: this.#context, ...listener };
    try {
      if (!listener.trusted) context.links.prepare();
    } catch (error) {
      // Not listening at all: nothing can be taken for a link that works, and nothing is sent in clear.
      context.notice = messageOf(error);
      return;
    }
    const { port } = context.config;
    const result = listenOn(address, port);
    if ("fd" in result) listener.fd = result.fd;
    else if (result.error === E.ADDRINUSE) {
      context.notice =
        `Cannot listen on ${address} port ${port}: another program uses it (see: ss -ltnp)`;
    } else {
      context.notice ??= `Cannot listen on ${address} port ${port}: ${
        errnoName(result.error)
      } (is the address there?)`;
    }
  }

  /** Takes all that wait, but never more than the loop can stand. */
  #accept(listener: Listener, fd: number): void {
    for (let i = 0; i < ACCEPTS_A_TURN && listener.fd === fd; i++) {
      const accepted = acceptFrom(fd);
      if (!accepted) return;
      this.#take(listener, accepted);
    }
  }

  #take(
    { trusted }: Listener,
    { fd, address }: { readonly fd: number; readonly address: string },
  ): void {
    const fromPeer = this.#peers.has(address);
    const alike = [...this.#strangers].filter((stranger) =>
      this.#peers.has(stranger.address) === fromPeer
    );
    if (alike.length >= MAX_STRANGERS) {
      if (!fromPeer) {
        libc.close(fd);
        this.#say(address, "too many strangers at once");
        return;
      }
      // The peer dials again after it gave up: what it left behind must not keep it out.
      this.#end(alike[0]!, "given up for a newer one");
    }
    let channel;
    try {
      channel = this.#context.links.accepted(fd, trusted);
    } catch (error) {
      libc.close(fd);
      this.#say(address, messageOf(error));
      return;
    }
    const now = this.#context.now();
    this.#strangers.add({
      connection: new Connection(channel, now),
      outgoing: new Outgoing(64 * 1024),
      address,
      trusted,
      nonce: crypto.getRandomValues(new Uint8Array(32)).toHex(),
      since: now,
      theirs: null,
    });
  }

  #receive(stranger: Stranger): void {
    // Given up for a newer one in the same turn.
    if (!this.#strangers.has(stranger)) return;
    const { connection } = stranger;
    const gone = connection.receive(this.#context.now());
    while (this.#strangers.has(stranger)) {
      const next = connection.next();
      if (next === false) break;
      const wrong = next === true ? this.#greet(stranger) : next;
      if (wrong !== null) return this.#refuse(stranger, wrong);
    }
    if (!gone || !this.#strangers.has(stranger)) return;
    if (connection.channel.mismatch) this.#answerInKind(stranger);
    if (connection.channel.open) this.#end(stranger, gone);
    else this.#refuse(stranger, gone);
  }

  /** Null: go on. Else why it is not our primary. */
  #greet(stranger: Stranger): string | null {
    const { config } = this.#context, { connection, trusted } = stranger;
    const { kind } = connection.frame;
    let json: unknown = null;
    try {
      json = JSON.parse(new TextDecoder().decode(connection.bytes()));
    } catch { /* refused below: it is not ours */ }
    if (!stranger.theirs) {
      if (kind !== KIND.HELLO) return `it ${NO_GREETING}`;
      const hello = readHello(config, json);
      if ("refused" in hello) {
        this.#tellRefused(stranger, hello.refused);
        return `it ${hello.refused}`;
      }
      stranger.theirs = hello;
      const nonces = { mine: stranger.nonce, theirs: hello.nonce, trusted };
      stranger.outgoing.json(KIND.HELLO, {
        version: PROTOCOL,
        cluster: config.cluster,
        module: config.module,
        node: config.node,
        nonce: stranger.nonce,
        terms: config.terms,
        features: connection.channel.renewsKeys ? [RENEWS_KEYS] : [],
        proof: prove(config, "secondary", nonces),
      });
      return null;
    }
    const proof = proofSchema.safeParse(json);
    if (kind !== KIND.PROOF || !proof.success) {
      return "it sends no proof of the cluster's key";
    }
    const check = {
      mine: stranger.nonce,
      theirs: stranger.theirs.nonce,
      proof: proof.data.proof,
      trusted,
    };
    if (!proves(config, "primary", check)) {
      return "it does not know the cluster's key";
    }
    this.#strangers.delete(stranger);
    stranger.outgoing.close();
    connection.proved = true;
    if (stranger.theirs.features.includes(RENEWS_KEYS)) {
      connection.channel.mayRenewKey();
    }
    this.#context.log(
      `${stranger.address} is the primary: ${connection.channel.description}`,
    );
    this.#onPrimary(connection, proof.data.sequence);
    return null;
  }

  /** So that the line stands in the log of both nodes. */
  #tellRefused({ connection, outgoing }: Stranger, why: string): void {
    outgoing.json(KIND.REFUSED, { version: PROTOCOL, why });
    outgoing.flush(connection);
  }

  /** A dialler that speaks otherwise than this link is told so in a way that it understands; nothing else is ever said in its way. */
  #answerInKind({ connection }: Stranger): void {
    const { fd, channel } = connection;
    const { bytes, address, size } = scratch;
    // Unread bytes would turn the close into a reset, which overtakes the answer.
    libc.recv(fd, address, size, 0);
    let length = NOT_ENCRYPTED_HERE.length;
    if (channel.mismatch === "tls") bytes.set(NOT_ENCRYPTED_HERE);
    else {
      const outgoing = new Outgoing(4096);
      outgoing.json(KIND.REFUSED, {
        version: PROTOCOL,
        why: "does not mark the link trusted in its cluster.yaml",
      });
      length = outgoing.take(bytes);
      outgoing.close();
    }
    const MSG_NOSIGNAL = 0x4000;
    libc.send(fd, address, length, MSG_NOSIGNAL);
  }

  /** Ends it; `why` is what whoever looks after the cluster should know. */
  #refuse(stranger: Stranger, why: string): void {
    this.#end(stranger, why);
    this.#context.notice = this.#line(stranger.address, why);
    this.#refusedNotice = this.#context.notice;
  }

  #refusedNotice: string | null = null;

  /** The peer is here: what was said about strangers before needs nobody's attention any more. */
  forgetRefusals(): void {
    const context = this.#context;
    if (context.notice === this.#refusedNotice) context.notice = null;
  }

  #end(stranger: Stranger, why: string): void {
    this.#strangers.delete(stranger);
    stranger.connection.close();
    stranger.outgoing.close();
    this.#say(stranger.address, why);
  }

  #line(address: string, why: string): string {
    const { port } = this.#context.config;
    return `refused a connection from ${address} on port ${port}: ${why}`;
  }

  #say(address: string, why: string): void {
    const left = this.#lines.take(this.#context.now());
    if (left === null) return;
    const more = left > 0 ? ` (${left} more before it)` : "";
    this.#context.log(this.#line(address, why) + more);
  }
}
