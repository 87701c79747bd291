/**
 * Takes addresses off this machine by rtnetlink, in this process: whoever fences must not wait for a program to be read from a disk.
 * `man 7 rtnetlink`; struct nlmsghdr (16 bytes), struct ifaddrmsg (8), attributes of u16 length, u16 type, padded to 4.
 */
import { addressBytes } from "../system/address_bytes.ts";
import { equalBytes } from "../system/bytes.ts";
import { errno, ErrnoError, libc, Memory } from "../system/libc.ts";

const AF_NETLINK = 16, SOCK_RAW = 3, CLOEXEC = 0o2000000;
const RTM_DELADDR = 21, RTM_GETADDR = 22, RTM_NEWADDR = 20;
const NLM_F_REQUEST = 1, NLM_F_ACK = 4, NLM_F_DUMP = 0x300;
const NLMSG_ERROR = 2, NLMSG_DONE = 3;
const IFA_ADDRESS = 1, IFA_LOCAL = 2;
const EADDRNOTAVAIL = 99;
const HEADER = 16, IFADDR = 8;
const BUFFER = 64 * 1024;

/** An address on an interface, as the kernel names it. */
export interface Held {
  readonly family: number;
  readonly prefix: number;
  readonly index: number;
  readonly address: Uint8Array;
}

/** "Tell me all addresses." */
export function dumpRequest(): Uint8Array {
  return message(
    RTM_GETADDR,
    NLM_F_REQUEST | NLM_F_DUMP,
    new Uint8Array(IFADDR),
  );
}

/** "Take this one off." */
export function deleteRequest(
  { family, prefix, index, address }: Held,
): Uint8Array {
  const body = new Uint8Array(IFADDR + 4 + address.length);
  const view = new DataView(body.buffer);
  body[0] = family;
  body[1] = prefix;
  view.setUint32(4, index, true);
  view.setUint16(IFADDR, 4 + address.length, true);
  view.setUint16(IFADDR + 2, IFA_LOCAL, true);
  body.set(address, IFADDR + 4);
  return message(RTM_DELADDR, NLM_F_REQUEST | NLM_F_ACK, body);
}

function message(type: number, flags: number, body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(HEADER + body.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, bytes.length, true);
  view.setUint16(4, type, true);
  view.setUint16(6, flags, true);
  view.setUint32(8, 1, true); // sequence
  bytes.set(body, HEADER);
  return bytes;
}

export interface Answers {
  readonly held: Held[];
  /** Of the last error message: 0 is an acknowledgement; null: there was none. */
  readonly error: number | null;
  /** The end of a dump. */
  readonly done: boolean;
}

/** What stands in one datagram of the kernel. */
export function parse(bytes: Uint8Array): Answers {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const held: Held[] = [];
  let error: number | null = null, done = false;
  for (let at = 0; at + HEADER <= bytes.length;) {
    const length = view.getUint32(at, true);
    if (length < HEADER || at + length > bytes.length) break;
    const type = view.getUint16(at + 4, true);
    if (type === NLMSG_DONE) done = true;
    if (type === NLMSG_ERROR) error = -view.getInt32(at + HEADER, true);
    if (type === RTM_NEWADDR) {
      const one = parseAddress(bytes.subarray(at + HEADER, at + length));
      if (one) held.push(one);
    }
    at += (length + 3) & ~3;
  }
  return { held, error, done };
}

function parseAddress(bytes: Uint8Array): Held | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let address: Uint8Array | null = null;
  for (let at = IFADDR; at + 4 <= bytes.length;) {
    const length = view.getUint16(at, true);
    const type = view.getUint16(at + 2, true);
    if (length < 4 || at + length > bytes.length) break;
    // IPv4 has both, and the local one is the machine's own; IPv6 has only the other name.
    if (type === IFA_LOCAL || (type === IFA_ADDRESS && address === null)) {
      address = bytes.slice(at + 4, at + length);
    }
    at += (length + 3) & ~3;
  }
  if (address === null) return null;
  return {
    family: bytes[0]!,
    prefix: bytes[1]!,
    index: view.getUint32(4, true),
    address,
  };
}

export class Netlink {
  readonly #fd: number;
  readonly #memory = new Memory(BUFFER);

  constructor() {
    this.#fd = libc.socket(AF_NETLINK, SOCK_RAW | CLOEXEC, 0);
    if (this.#fd < 0) throw new ErrnoError("Cannot open a netlink socket");
    // A kernel that does not answer must not hold the guard up for ever.
    this.#memory.view.setBigInt64(0, 1n, true);
    this.#memory.view.setBigInt64(8, 0n, true);
    const SOL_SOCKET = 1, SO_RCVTIMEO = 20;
    libc.setsockopt(
      this.#fd,
      SOL_SOCKET,
      SO_RCVTIMEO,
      this.#memory.address,
      16,
    );
  }

  /** Takes them off every interface; how many were there. Throws when one cannot be taken off. */
  remove(addresses: readonly string[]): number {
    const wanted = addresses.flatMap((address) => addressBytes(address) ?? []);
    if (wanted.length === 0) return 0;
    const found = this.#all().filter(({ address }) =>
      wanted.some((one) => equalBytes(one, address))
    );
    for (const one of found) {
      const error = this.#ask(deleteRequest(one), "ack").error;
      if (error !== 0 && error !== EADDRNOTAVAIL) {
        throw new ErrnoError("Cannot take an address off", error ?? undefined);
      }
    }
    return found.length;
  }

  #all(): Held[] {
    return this.#ask(dumpRequest(), "done").held;
  }

  #ask(request: Uint8Array, end: "ack" | "done"): Answers {
    this.#memory.bytes.set(request);
    const sent = libc.send(this.#fd, this.#memory.address, request.length, 0);
    if (sent !== request.length) throw new ErrnoError("Cannot ask the kernel");
    const held: Held[] = [];
    for (;;) {
      const count = libc.recv(this.#fd, this.#memory.address, BUFFER, 0);
      if (count < 0) {
        throw new ErrnoError("The kernel does not tell its addresses", errno());
      }
      const part = parse(this.#memory.bytes.slice(0, count));
      held.push(...part.held);
      const over = end === "done" ? part.done : false;
      if (over || part.error !== null) return { ...part, held };
    }
  }
}
