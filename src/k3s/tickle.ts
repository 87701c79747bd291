/**
 * After a takeover a client sits in TCP's back-off: it repeats what was lost after 0.2, 0.4, 0.8 … seconds, and a long pause makes a
 * longer one. An acknowledgement out of the blue (as CTDB and portblock send it) makes it answer at once; our kernel knows no such
 * connection and resets it, and the client dials anew. Pure but for `tickle`.
 */
import { isIP } from "node:net";
import { addressBytes, knownBytes } from "../system/address_bytes.ts";
import { ErrnoError } from "../system/errno_error.ts";
import { sleep } from "../system/clock.ts";

export interface Peer {
  readonly address: string;
  readonly port: number;
}

/** More clients than these mean that the file is not ours. */
const MAX_PEERS = 1000;
/** One may be lost; three are not. */
const TIMES = 3;
const EVERY_MS = 400;

/** Lines "ADDRESS PORT" as the checker of the volume keeps them; what is anything else is left out. */
export function readPeers(text: string): Peer[] {
  return text.split("\n").flatMap((line) => {
    const [address = "", word = ""] = line.trim().split(" ");
    const port = Number(word);
    return addressBytes(address) && Number.isInteger(port) && port > 0 &&
        port < 65536
      ? [{ address, port }]
      : [];
  }).slice(0, MAX_PEERS);
}

/** RFC 9293 §3.1: a bare acknowledgement of nothing that was ever sent, with its checksum over the pseudo-header. */
export function tcpAck(
  from: Peer,
  to: Peer,
): Uint8Array<ArrayBuffer> {
  const segment = new Uint8Array(20);
  const view = new DataView(segment.buffer);
  view.setUint16(0, from.port);
  view.setUint16(2, to.port);
  segment[12] = 5 << 4; // header of five words
  segment[13] = 0x10; // ACK
  view.setUint16(14, 1234); // window
  const pseudo = [
    ...knownBytes(from.address),
    ...knownBytes(to.address),
    ...[0, 6, 0, segment.length],
  ];
  view.setUint16(16, checksum([...pseudo, ...segment]));
  return segment;
}

/** RFC 1071. */
function checksum(bytes: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < bytes.length; i += 2) {
    sum += (bytes[i]! << 8) + (bytes[i + 1] ?? 0);
  }
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

const AF_INET = 2, AF_INET6 = 10;
const SOCK_RAW = 3, SOCK_CLOEXEC = 0o2000000, IPPROTO_TCP = 6;
const MSG_DONTWAIT = 0x40;

/** struct sockaddr_in (16 bytes), sockaddr_in6 (28): a raw socket has no port. */
function socketAddress(address: string): Uint8Array<ArrayBuffer> {
  const bytes = knownBytes(address);
  const six = bytes.length === 16;
  const result = new Uint8Array(six ? 28 : 16);
  new DataView(result.buffer).setUint16(0, six ? AF_INET6 : AF_INET, true);
  result.set(bytes, six ? 8 : 4);
  return result;
}

/** Tells each of these clients of `from`, an address of this machine. One that cannot be reached is left out. */
export async function tickle(
  from: Peer,
  peers: readonly Peer[],
): Promise<void> {
  const family = isIP(from.address);
  const libc = Deno.dlopen("libc.so.6", {
    socket: { parameters: ["i32", "i32", "i32"], result: "i32" },
    bind: { parameters: ["i32", "buffer", "u32"], result: "i32" },
    sendto: {
      parameters: ["i32", "buffer", "usize", "i32", "buffer", "u32"],
      result: "isize",
    },
    close: { parameters: ["i32"], result: "i32" },
    __errno_location: { parameters: [], result: "pointer" },
  });
  const { socket, bind, sendto, close, __errno_location } = libc.symbols;
  const errno = () =>
    new Deno.UnsafePointerView(__errno_location()!).getInt32();
  try {
    const fd = socket(
      family === 6 ? AF_INET6 : AF_INET,
      SOCK_RAW | SOCK_CLOEXEC,
      IPPROTO_TCP,
    );
    if (fd < 0) throw new ErrnoError("Cannot open a raw socket", errno());
    try {
      const own = socketAddress(from.address);
      if (bind(fd, own, own.length) !== 0) {
        throw new ErrnoError(`Cannot send from ${from.address}`, errno());
      }
      for (let time = 0; time < TIMES; time++) {
        if (time > 0) await sleep(EVERY_MS);
        for (const peer of peers) {
          if (isIP(peer.address) !== family) continue;
          const to = socketAddress(peer.address);
          const segment = tcpAck(from, peer);
          sendto(
            fd,
            segment,
            BigInt(segment.length),
            MSG_DONTWAIT,
            to,
            to.length,
          );
        }
      }
    } finally {
      close(fd);
    }
  } finally {
    libc.close();
  }
}
