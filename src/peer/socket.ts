/** TCP for a loop that must not wait: non-blocking sockets by libc, IPv4 and IPv6 literals (names are resolved by nobody here). */
import { addressBytes, addressText } from "../system/address_bytes.ts";
import { E, errno, ErrnoError, libc, Memory } from "../system/libc.ts";

const AF_INET = 2,
  AF_INET6 = 10,
  SOCK_STREAM = 1,
  NONBLOCK = 0o4000,
  CLOEXEC = 0o2000000;
const SOL_SOCKET = 1,
  SO_REUSEADDR = 2,
  SO_ERROR = 4,
  IPPROTO_TCP = 6,
  IPPROTO_IPV6 = 41;
const memory = new Memory(4096);

/** Writes a sockaddr for a literal address; its length, or 0 when it is none. */
function writeAddress(at: number, address: string, port: number): number {
  const view = memory.view;
  memory.bytes.fill(0, at, at + 28);
  view.setUint16(at + 2, port);
  const bytes = addressBytes(address);
  if (!bytes) return 0;
  const six = bytes.length === 16;
  view.setUint16(at, six ? AF_INET6 : AF_INET, true);
  memory.bytes.set(bytes, at + (six ? 8 : 4));
  return six ? 28 : 16;
}

function option(fd: number, level: number, name: number, value: number): void {
  memory.view.setInt32(1024, value, true);
  libc.setsockopt(fd, level, name, memory.address + 1024, 4);
}

/** What every data connection gets. TCP_USER_TIMEOUT: bytes that nobody acknowledges for 3 s end the connection. */
function tune(fd: number): void {
  option(fd, IPPROTO_TCP, 1, 1); // TCP_NODELAY
  option(fd, SOL_SOCKET, 9, 1); // SO_KEEPALIVE
  option(fd, IPPROTO_TCP, 4, 1); // TCP_KEEPIDLE, seconds
  option(fd, IPPROTO_TCP, 5, 1); // TCP_KEEPINTVL
  option(fd, IPPROTO_TCP, 6, 3); // TCP_KEEPCNT
  option(fd, IPPROTO_TCP, 18, 3000); // TCP_USER_TIMEOUT, milliseconds
}

/** A listening socket on one address, or the errno (the address may not be there yet). */
export function listenOn(
  address: string,
  port: number,
): { readonly fd: number } | { readonly error: number } {
  const length = writeAddress(0, address, port);
  if (length === 0) return { error: E.INVAL };
  const fd = libc.socket(
    memory.view.getUint16(0, true),
    SOCK_STREAM | NONBLOCK | CLOEXEC,
    0,
  );
  if (fd < 0) return { error: errno() };
  option(fd, SOL_SOCKET, SO_REUSEADDR, 1);
  if (length === 28) option(fd, IPPROTO_IPV6, 26, 1); // IPV6_V6ONLY
  if (
    libc.bind(fd, memory.address, length) !== 0 || libc.listen(fd, 16) !== 0
  ) {
    const error = errno();
    libc.close(fd);
    return { error };
  }
  return { fd };
}

/** A unix socket that only root can reach. */
export function listenUnix(path: string): number {
  const bytes = new TextEncoder().encode(path);
  if (bytes.length > 107) {
    throw new RangeError(`Cannot listen on "${path}": longer than 107 bytes`);
  }
  const fd = libc.socket(1, SOCK_STREAM | NONBLOCK | CLOEXEC, 0);
  if (fd < 0) throw new ErrnoError("Cannot make a unix socket");
  memory.bytes.fill(0, 0, 112);
  memory.view.setUint16(0, 1, true);
  memory.bytes.set(bytes, 2);
  const before = libc.umask(0o177);
  const failed = libc.bind(fd, memory.address, 2 + bytes.length + 1) !== 0 ||
    libc.listen(fd, 8) !== 0;
  const code = failed ? errno() : 0;
  libc.umask(before);
  if (failed) throw new ErrnoError(`Cannot listen on "${path}"`, code);
  return fd;
}

/** Takes one waiting connection; -1: none. */
export function accept(fd: number): number {
  const accepted = libc.accept4(fd, 0, 0, NONBLOCK | CLOEXEC);
  if (accepted >= 0) tune(accepted);
  return accepted;
}

export interface Accepted {
  readonly fd: number;
  /** Where it comes from, as `canonicalAddress` writes it. */
  readonly address: string;
}

/** As `accept`, with the address; null: none waits. */
export function acceptFrom(fd: number): Accepted | null {
  const LENGTH = 160, ADDRESS = 128;
  memory.view.setUint32(LENGTH, 28, true);
  const accepted = libc.accept4(
    fd,
    memory.address + ADDRESS,
    memory.address + LENGTH,
    NONBLOCK | CLOEXEC,
  );
  if (accepted < 0) return null;
  tune(accepted);
  const { view, bytes } = memory;
  const address = view.getUint16(ADDRESS, true) === AF_INET6
    ? bytes.subarray(ADDRESS + 8, ADDRESS + 24)
    : bytes.subarray(ADDRESS + 4, ADDRESS + 8);
  return { fd: accepted, address: addressText(address) };
}

/** As acceptFrom() writes it. */
export function canonicalAddress(address: string): string {
  const bytes = addressBytes(address);
  return bytes ? addressText(bytes) : address;
}

/** Begins to connect; the descriptor becomes writable when it is decided (`connected`). -1: impossible at once. */
export function dial(
  address: string,
  port: number,
  from: string | undefined,
): number {
  const length = writeAddress(0, address, port);
  if (length === 0) return -1;
  const fd = libc.socket(
    memory.view.getUint16(0, true),
    SOCK_STREAM | NONBLOCK | CLOEXEC,
    0,
  );
  if (fd < 0) return -1;
  tune(fd);
  option(fd, IPPROTO_TCP, 7, 2); // TCP_SYNCNT: give a dead link up after some seconds
  // The link's own address: with policy routing or several links a connection must not hop to another cable.
  if (from) {
    const local = writeAddress(64, from, 0);
    if (local === 0 || libc.bind(fd, memory.address + 64, local) !== 0) {
      libc.close(fd);
      return -1;
    }
  }
  if (
    libc.connect(fd, memory.address, length) === 0 || errno() === E.INPROGRESS
  ) return fd;
  libc.close(fd);
  return -1;
}

/**
 * For how many milliseconds the peer's kernel has acknowledged nothing of what is on its way (struct tcp_info, linux/tcp.h); 0: nothing
 * is. The network does not carry then: for a process that does not turn its kernel acknowledges all the same.
 */
export function unacknowledgedMs(fd: number): number {
  const TCP_INFO = 11, SIZE = 60, UNACKED = 24, LAST_ACK_RECV = 56;
  const at = 1024, sizeAt = 1120;
  memory.view.setUint32(sizeAt, SIZE, true);
  const failed = libc.getsockopt(
    fd,
    IPPROTO_TCP,
    TCP_INFO,
    memory.address + at,
    memory.address + sizeAt,
  );
  if (failed !== 0 || memory.view.getUint32(at + UNACKED, true) === 0) return 0;
  return memory.view.getUint32(at + LAST_ACK_RECV, true);
}

/** After a dialled socket became writable: 0 or the errno of the attempt. */
export function connected(fd: number): number {
  memory.view.setUint32(1028, 4, true);
  libc.getsockopt(
    fd,
    SOL_SOCKET,
    SO_ERROR,
    memory.address + 1024,
    memory.address + 1028,
  );
  return memory.view.getInt32(1024, true);
}
