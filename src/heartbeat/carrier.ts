/**
 * Whether the interface of a link has a carrier: a pulled cable or a dead switch is known at once, and not after a time-out of silence.
 * It is told and nothing else: between two machines on one cable it says as little about the other one as silence does.
 * `man 7 netdevice`, SIOCGIFFLAGS; struct ifreq is the name (16 bytes) and a union, here the flags (16 bits).
 */
import { libc, Memory } from "../system/libc.ts";

const AF_INET = 2, SOCK_DGRAM = 2, CLOEXEC = 0o2000000;
const SIOCGIFFLAGS = 0x8913n;
const SYS_IOCTL = Deno.build.arch === "aarch64" ? 29n : 16n;
const NAME = 16, IFREQ = 40;
/** Up as an administrator wants it, and as the driver finds it (RFC 2863). */
const IFF_UP = 0x1, IFF_RUNNING = 0x40;
/** An address that moves to another interface is looked for so often. */
const NAME_MS = 5_000;

/** "is down" or "has no carrier"; null: it works. */
export function faultOf(flags: number): string | null {
  if ((flags & IFF_UP) === 0) return "is down";
  return (flags & IFF_RUNNING) === 0 ? "has no carrier" : null;
}

export class Carrier {
  readonly #local: string;
  readonly #memory = new Memory(IFREQ);
  readonly #fd: number;
  #name: string | null = null;
  #namedAt = -Infinity;

  constructor(local: string) {
    this.#local = local;
    // Any socket will do to ask.
    this.#fd = libc.socket(AF_INET, SOCK_DGRAM | CLOEXEC, 0);
  }

  /** "eth1 has no carrier"; null: it has one, or nobody knows. */
  fault(now: number): string | null {
    if (this.#name === null || now - this.#namedAt > NAME_MS) this.#find(now);
    if (this.#name === null || this.#fd < 0) return null;
    const { bytes, view, address } = this.#memory;
    bytes.fill(0);
    bytes.set(new TextEncoder().encode(this.#name).subarray(0, NAME - 1));
    const asked = libc.syscall3(
      SYS_IOCTL,
      BigInt(this.#fd),
      SIOCGIFFLAGS,
      BigInt(address),
    );
    if (asked !== 0n) return null;
    const fault = faultOf(view.getUint16(NAME, true));
    return fault === null ? null : `${this.#name} ${fault}`;
  }

  close(): void {
    if (this.#fd >= 0) libc.close(this.#fd);
  }

  /** An interface without the address now keeps its name: one that is set down may lose it. */
  #find(now: number): void {
    const found = Deno.networkInterfaces().find(({ address }) =>
      address === this.#local
    );
    this.#name = found?.name ?? this.#name;
    this.#namedAt = now;
  }
}
