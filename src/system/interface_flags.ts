/**
 * What the kernel says of a network interface, by one system call: no program is started, so that a busy machine looks no different.
 * `man 7 netdevice`, SIOCGIFFLAGS; struct ifreq is the name (16 bytes) and a union, here the flags (16 bits).
 */
import { errno, libc, Memory } from "./libc.ts";

const AF_INET = 2, SOCK_DGRAM = 2, CLOEXEC = 0o2000000;
const SIOCGIFFLAGS = 0x8913n;
const SYS_IOCTL = Deno.build.arch === "aarch64" ? 29n : 16n;
const NAME = 16, IFREQ = 40;
const ENODEV = 19;
/** Up as an administrator wants it, and as the driver finds it (RFC 2863). */
const IFF_UP = 0x1, IFF_RUNNING = 0x40;

/** "is down" (or not there) or "has no carrier"; null: it works. */
export function faultOf(flags: number): string | null {
  if ((flags & IFF_UP) === 0) return "is down";
  return (flags & IFF_RUNNING) === 0 ? "has no carrier" : null;
}

export class InterfaceFlags {
  readonly #memory = new Memory(IFREQ);
  /** Any socket will do to ask. */
  readonly #fd = libc.socket(AF_INET, SOCK_DGRAM | CLOEXEC, 0);

  /** Null: nobody can tell. One that is not there has none. */
  of(name: string): number | null {
    if (this.#fd < 0) return null;
    const { bytes, view, address } = this.#memory;
    bytes.fill(0);
    bytes.set(new TextEncoder().encode(name).subarray(0, NAME - 1));
    const asked = libc.syscall3(
      SYS_IOCTL,
      BigInt(this.#fd),
      SIOCGIFFLAGS,
      BigInt(address),
    );
    if (asked === 0n) return view.getUint16(NAME, true);
    return errno() === ENODEV ? 0 : null;
  }

  close(): void {
    if (this.#fd >= 0) libc.close(this.#fd);
  }
}
