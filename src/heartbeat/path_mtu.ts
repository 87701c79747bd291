/**
 * How large a packet this machine sends from one address to another, as TCP takes it too: what the interface takes, or the route, or
 * less where a router on the way has said so. `man 7 ip`, IP_MTU of a connected socket; `man 7 ipv6`. Nothing is sent for it.
 */
import { addressBytes } from "../system/address_bytes.ts";
import { libc, Memory } from "../system/libc.ts";

const AF_INET = 2, AF_INET6 = 10, SOCK_DGRAM = 2, CLOEXEC = 0o2000000;
const IPV4 = { family: AF_INET, address: 4, size: 16, level: 0, mtu: 14 };
const IPV6 = { family: AF_INET6, address: 8, size: 28, level: 41, mtu: 24 };
/** Any: nothing is sent. */
const PORT = 9;
const LOCAL = 0, REMOTE = 32, VALUE = 64, LENGTH = 68;
const memory = new Memory(4096);

/** Null: there is no way now, or nobody can say. */
export function pathMtu(local: string, remote: string): number | null {
  const [mine, theirs] = [addressBytes(local), addressBytes(remote)];
  if (!mine || !theirs || mine.length !== theirs.length) return null;
  const kind = mine.length === 4 ? IPV4 : IPV6;
  const fd = libc.socket(kind.family, SOCK_DGRAM | CLOEXEC, 0);
  if (fd < 0) return null;
  try {
    const { view, address, bytes } = memory;
    bytes.fill(0, 0, LENGTH);
    for (const [at, ip] of [[LOCAL, mine], [REMOTE, theirs]] as const) {
      view.setUint16(at, kind.family, true);
      bytes.set(ip, at + kind.address);
    }
    view.setUint16(REMOTE + 2, PORT);
    view.setUint32(LENGTH, 4, true);
    const told = libc.bind(fd, address + LOCAL, kind.size) === 0 &&
      libc.connect(fd, address + REMOTE, kind.size) === 0 &&
      libc.getsockopt(
          fd,
          kind.level,
          kind.mtu,
          address + VALUE,
          address + LENGTH,
        ) === 0;
    return told ? view.getInt32(VALUE, true) : null;
  } finally {
    libc.close(fd);
  }
}
