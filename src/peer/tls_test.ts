/** Both ends of a channel in this process, over a socket pair, with the system's OpenSSL. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { errno, libc, Memory } from "../system/libc.ts";
import { type Channel, PEER_CLOSED, PlainChannel } from "./channel.ts";
import { Connection } from "./connection.ts";
import { NoOpenSslError, openSsl } from "./openssl.ts";
import { pskIdentity, pskOf, TlsContext, type TlsParty } from "./tls.ts";
import { NOT_ENCRYPTED_HERE } from "./tls_reasons.ts";

const HELLO = 80;
const one: TlsParty = {
  cluster: "c".repeat(32),
  module: "m",
  node: "one",
  peer: "two",
  key: "ab".repeat(32),
};
const two: TlsParty = { ...one, node: "two", peer: "one" };

// Loaded before the first test: a library stays for the life of the process.
openSsl();
const memory = new Memory(1 << 20), target = new Memory(1 << 20);

/** Two ends of a stream that does not wait. */
function pair(): [number, number] {
  const UNIX = 1, STREAM_NONBLOCK = 0o4001;
  strictEqual(libc.socketpair(UNIX, STREAM_NONBLOCK, 0, memory.address), 0);
  return [memory.view.getInt32(0, true), memory.view.getInt32(4, true)];
}

/** Both ends' contexts for one test. */
class Ends implements Disposable {
  readonly #contexts: TlsContext[] = [];
  open(
    role: "client" | "server",
    fd: number,
    party?: TlsParty,
    madeAt?: number,
  ) {
    const mine = party ?? (role === "client" ? one : two);
    const context = new TlsContext(mine, role, madeAt);
    this.#contexts.push(context);
    return context.open(fd, HELLO);
  }
  connect(client?: TlsParty) {
    const [a, b] = pair();
    const ends = {
      client: this.open("client", a, client),
      server: this.open("server", b),
    };
    shake(ends.client, ends.server);
    return ends;
  }
  [Symbol.dispose]() {
    for (const context of this.#contexts) context[Symbol.dispose]();
  }
}

function shake(...ends: Channel[]): void {
  for (let i = 0; i < 10; i++) {
    for (const end of ends) if (!end.open && !end.failure) end.advance();
  }
}

function write(channel: Channel, text: string): number {
  return channel.write(memory.string(text), text.length);
}
function read(channel: Channel): string | number {
  const n = channel.read(target.address, target.size);
  return n > 0 ? new TextDecoder().decode(target.bytes.slice(0, n)) : n;
}

Deno.test("two ends with one key speak, in both directions", () => {
  using ends = new Ends();
  const { client, server } = ends.connect();
  ok(client.open && server.open, client.failure + server.failure);
  strictEqual(write(client, "there"), 5);
  strictEqual(read(server), "there");
  strictEqual(read(server), 0);
  strictEqual(write(server, "and back"), 8);
  strictEqual(read(client), "and back");
  client.close();
  strictEqual(read(server), -1);
  strictEqual(server.failure, PEER_CLOSED);
  server.close();
});

Deno.test("the key is as good after an hour, a year and a clock that was wrong, as at once", () => {
  const now = Math.floor(Date.now() / 1000), hour = 3600;
  for (const age of [hour, 366 * 24 * hour, -24 * hour]) {
    const [a, b] = pair();
    using ends = new Ends();
    const client = ends.open("client", a, one, now - age);
    const server = ends.open("server", b, two, now - age);
    shake(client, server);
    ok(client.open && server.open, `${age} s: ${server.failure}`);
    client.close();
    server.close();
  }
});

for (
  const [name, other, said] of [
    ["key", { key: "cd".repeat(32) }, /cluster's key/],
    ["cluster", { cluster: "d".repeat(32) }, /calls itself/],
    ["module", { module: "n" }, /calls itself "[^"]* n one two"/],
    ["direction", { node: "two", peer: "one" }, /calls itself/],
  ] as const
) {
  Deno.test(`a client with another ${name} gets nothing`, () => {
    using ends = new Ends();
    const { client, server } = ends.connect({ ...one, ...other });
    ok(!client.open && !server.open);
    match(server.failure, said);
    ok(client.failure);
    client.close();
    server.close();
  });
}

Deno.test("a client without TLS, and one that begins with a greeting in clear, are told apart", () => {
  using ends = new Ends();
  for (
    const { bytes, mismatch } of [
      { bytes: [71, 69, 84, 32, 47], mismatch: null },
      { bytes: [44, 1, 0, 0, HELLO], mismatch: "plain" },
    ] as const
  ) {
    const [a, b] = pair();
    const server = ends.open("server", b);
    memory.bytes.set(bytes);
    libc.send(a, memory.address, bytes.length, 0);
    ok(!server.advance());
    strictEqual(server.mismatch, mismatch);
    server.close();
    libc.close(a);
  }
});

Deno.test("a link that is trusted on one side only carries nothing", () => {
  using ends = new Ends();
  const [a, b] = pair();
  const client = ends.open("client", a);
  const server = new PlainChannel(b, { accepted: HELLO });
  client.advance();
  ok(!server.advance());
  strictEqual(server.mismatch, "tls");
  memory.bytes.set(NOT_ENCRYPTED_HERE);
  libc.send(b, memory.address, NOT_ENCRYPTED_HERE.length, 0);
  ok(!client.advance());
  match(client.failure, /marks the link trusted/);
  client.close();
  server.close();
});

Deno.test("half a handshake asks for more and is no end", () => {
  using ends = new Ends();
  const [a, b] = pair();
  const server = ends.open("server", b);
  memory.bytes.set([22, 3, 1, 2, 0, 1, 0, 1]);
  libc.send(a, memory.address, 8, 0);
  ok(server.advance() && !server.open && !server.wantsOutput);
  libc.close(a);
  ok(!server.advance());
  strictEqual(server.failure, PEER_CLOSED);
  server.close();
});

/** Takes what waits at one socket and gives it, changed, to the other side's. */
function relay(from: number, to: number, change: (bytes: Uint8Array) => void) {
  const n = libc.recv(from, target.address, target.size, 0);
  if (n <= 0) return;
  change(target.bytes.subarray(0, n));
  strictEqual(libc.send(to, target.address, n, 0), n);
}

Deno.test("a flipped bit anywhere ends the connection and yields no byte", () => {
  using ends = new Ends();
  fc.assert(
    fc.property(
      fc.nat(),
      fc.nat(7),
      (where, bit) => {
        const [a, proxyA] = pair(), [proxyB, b] = pair();
        const client = ends.open("client", a);
        const server = ends.open("server", b);
        for (let i = 0; i < 5; i++) {
          shake(client, server);
          relay(proxyA, proxyB, () => {});
          relay(proxyB, proxyA, () => {});
        }
        ok(client.open && server.open);
        write(client, "a change of a file");
        relay(proxyA, proxyB, (bytes) => {
          bytes[where % bytes.length]! ^= 1 << bit;
        });
        // A length that has grown waits for bytes that never come: nothing is read either way.
        ok(Number(read(server)) <= 0);
        client.close();
        server.close();
        libc.close(proxyA);
        libc.close(proxyB);
      },
    ),
    { numRuns: 60 },
  );
});

Deno.test("what does not fit into the socket is kept, and comes whole when the buffer has moved", () => {
  using ends = new Ends();
  const { client, server } = ends.connect();
  const sent = crypto.getRandomValues(new Uint8Array(60_000));
  const source = new Memory(1 << 20);
  let at = 0, end = 0;
  const got: number[] = [];
  const want: number[] = [];
  for (let turn = 0; turn < 20; turn++) {
    // Appended behind what is not sent yet, and moved to the front, as Outgoing does.
    source.bytes.copyWithin(0, at, end);
    end -= at;
    at = 0;
    if (end + sent.length < source.size) {
      source.bytes.set(sent, end);
      end += sent.length;
      want.push(...sent);
    }
    for (;;) {
      const n = client.write(source.address + at, end - at);
      ok(n >= 0, client.failure);
      if (n === 0) break;
      at += n;
      if (at === end) break;
    }
    const n = server.read(target.address, target.size);
    ok(n >= 0, server.failure);
    got.push(...target.bytes.subarray(0, n));
  }
  for (let i = 0; i < 200 && (at < end || got.length < want.length); i++) {
    const m = at < end ? client.write(source.address + at, end - at) : 0;
    at += m;
    const n = server.read(target.address, target.size);
    got.push(...target.bytes.subarray(0, n));
  }
  strictEqual(got.length, want.length);
  ok(got.every((byte, i) => byte === want[i]));
  client.close();
  server.close();
});

Deno.test("keys are renewed on the way, when the peer can take it", () => {
  using ends = new Ends();
  const { client, server } = ends.connect();
  client.mayRenewKey(100);
  for (let i = 0; i < 50; i++) {
    const text = `change ${i} ${"x".repeat(i * 7)}`;
    strictEqual(write(client, text), text.length);
    strictEqual(read(server), text);
  }
  ok(client.renewed > 10, `renewed ${client.renewed} times`);
  client.close();
  server.close();
});

Deno.test("a peer that has gone is an error, not the end of the process", () => {
  using ends = new Ends();
  const { client, server } = ends.connect();
  server.close();
  for (let i = 0; i < 3; i++) write(client, "into the void");
  ok(write(client, "x") === -1 || read(client) === -1);
  ok(client.failure);
  client.close();
  strictEqual(errno() >= 0, true);
});

Deno.test("a connection that was closed answers, and is not closed twice", () => {
  using ends = new Ends();
  const { client, server } = ends.connect();
  const connection = new Connection(client, 0);
  write(server, "unread");
  connection.close();
  connection.close();
  match(connection.receive(0) ?? "", /closed here/);
  strictEqual(connection.send(memory.address, 10), -1);
  strictEqual(connection.pending, false);
  // The memory of the first close is given out once only.
  const [a, b] = [new Connection(client, 0), new Connection(client, 0)];
  ok(a.incoming !== b.incoming);
  server.close();
});

Deno.test("the key is another one for each cluster, module and direction, and the same at both ends", () => {
  deepStrictEqual(pskOf(one, "client"), pskOf(two, "server"));
  strictEqual(pskIdentity(one, "client"), pskIdentity(two, "server"));
  const others = [
    pskOf({ ...one, cluster: "x" }, "client"),
    pskOf({ ...one, module: "n" }, "client"),
    pskOf(two, "client"),
    pskOf({ ...one, key: "00".repeat(32) }, "client"),
    Uint8Array.fromHex(one.key),
  ].map((key) => key.toHex());
  strictEqual(
    new Set([...others, pskOf(one, "client").toHex()]).size,
    others.length + 1,
  );
});

Deno.test("without OpenSSL one line says what to install", () => {
  try {
    openSsl(["libssl.so.none"]);
  } catch (error) {
    ok(error instanceof NoOpenSslError);
    match(error.message, /apt-get install openssl/);
    return;
  }
  ok(false, "loaded a library that does not exist");
});
