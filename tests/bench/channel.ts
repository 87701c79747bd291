/**
 * What a frame costs the processor in clear and sealed, sender and receiver
 * together, in one process over the loopback: processor time, so that other
 * work on the machine matters little.
 *
 *   deno run -A tests/bench/channel.ts
 */
import process from "node:process";
import { type Channel, PlainChannel } from "../../src/peer/channel.ts";
import { accept, dial, listenOn } from "../../src/peer/socket.ts";
import { TlsContext } from "../../src/peer/tls.ts";
import { libc, Memory } from "../../src/system/libc.ts";
import { columns } from "./report.ts";

const HEADER = 40, HELLO = 80, ROUNDS = 3;
const SIZES: readonly (readonly [string, number, number])[] = [
  ["an acknowledgement", HEADER, 20_000],
  ["a write of 4 KiB", HEADER + 4096, 20_000],
  ["a write of 1 MiB", HEADER + (1 << 20), 200],
];
const PARTY = { cluster: "c", module: "m", key: "ab".repeat(32) };
const out = new Memory(2 << 20), into = new Memory(8 << 20);

function sockets(port: number): [number, number] {
  const listener = listenOn("127.0.0.1", port);
  if (!("fd" in listener)) throw new Error(`Cannot listen on port ${port}`);
  const near = dial("127.0.0.1", port, undefined);
  let far = -1;
  while (far < 0) far = accept(listener.fd);
  libc.close(listener.fd);
  return [near, far];
}

function sealed([near, far]: [number, number]): [Channel, Channel] {
  const client = new TlsContext({ ...PARTY, node: "a", peer: "b" }, "client")
    .open(near, HELLO);
  const server = new TlsContext({ ...PARTY, node: "b", peer: "a" }, "server")
    .open(far, HELLO);
  while (!client.open || !server.open) {
    for (const end of [client, server]) if (!end.open) end.advance();
    if (client.failure || server.failure) {
      throw new Error(client.failure || server.failure);
    }
  }
  return [client, server];
}

/** Microseconds of processor time a frame, the best of some rounds. */
function cost(
  [from, to]: [Channel, Channel],
  size: number,
  count: number,
): number {
  let best = Infinity;
  for (let round = 0; round < ROUNDS; round++) {
    const before = process.cpuUsage();
    for (let i = 0; i < count; i++) {
      let sent = 0, got = 0;
      while (got < size) {
        for (let n = 1; n > 0 && sent < size; sent += n) {
          n = from.write(out.address + sent, size - sent);
          if (n < 0) throw new Error(from.failure);
        }
        const n = to.read(into.address, into.size);
        if (n < 0) throw new Error(to.failure);
        got += n;
      }
    }
    const { user, system } = process.cpuUsage(before);
    best = Math.min(best, (user + system) / count);
  }
  return best;
}

const [near, far] = sockets(45_601);
const plain: [Channel, Channel] = [
  new PlainChannel(near, {}),
  new PlainChannel(far, {}),
];
const tls = sealed(sockets(45_602));
const rows = SIZES.map(([name, size, count]) => {
  const [bare, secret] = [cost(plain, size, count), cost(tls, size, count)];
  return [name, ...[bare, secret, secret - bare].map((us) => us.toFixed(1))];
});
const text = columns([["frame", "clear µs", "sealed µs", "more"], ...rows]);
Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
