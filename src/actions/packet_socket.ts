/** A raw Ethernet socket (AF_PACKET) on one interface, through libc: sends finished frames, reads without waiting. Linux, root. */
import { ErrnoError } from "../system/errno_error.ts";

const AF_PACKET = 17;
const SOCK_RAW = 3;
const SOCK_CLOEXEC = 0o2000000;
const MSG_DONTWAIT = 0x40;
const EAGAIN = 11;
const EINTR = 4;

function open() {
  return Deno.dlopen("libc.so.6", {
    socket: { parameters: ["i32", "i32", "i32"], result: "i32" },
    bind: { parameters: ["i32", "buffer", "u32"], result: "i32" },
    send: { parameters: ["i32", "buffer", "usize", "i32"], result: "isize" },
    recv: { parameters: ["i32", "buffer", "usize", "i32"], result: "isize" },
    close: { parameters: ["i32"], result: "i32" },
    if_nametoindex: { parameters: ["buffer"], result: "u32" },
    __errno_location: { parameters: [], result: "pointer" },
  });
}
let libc: ReturnType<typeof open> | undefined;

function symbols() {
  libc ??= open();
  return libc.symbols;
}

function errno(): number {
  return new Deno.UnsafePointerView(symbols().__errno_location()!).getInt32();
}

export class PacketSocket implements Disposable {
  readonly #fd: number;
  readonly #buffer = new Uint8Array(2048);

  /** Sees and sends frames of `protocol` (ETH_P_…) on `device`. */
  constructor(device: string, protocol: number) {
    const sys = symbols();
    const index = sys.if_nametoindex(new TextEncoder().encode(`${device}\0`));
    if (index === 0) {
      throw new ErrnoError(`Cannot use interface "${device}"`, errno());
    }
    const fd = sys.socket(
      AF_PACKET,
      SOCK_RAW | SOCK_CLOEXEC,
      (protocol & 255) << 8 | protocol >> 8,
    );
    if (fd < 0) throw new ErrnoError("Cannot open a packet socket", errno());
    // struct sockaddr_ll, 20 bytes: family, protocol (network order), interface index, hatype, pkttype, halen, address.
    const address = new Uint8Array(20);
    const view = new DataView(address.buffer);
    view.setUint16(0, AF_PACKET, true);
    view.setUint16(2, protocol, false);
    view.setInt32(4, index, true);
    if (sys.bind(fd, address, 20) !== 0) {
      const code = errno();
      sys.close(fd);
      throw new ErrnoError(`Cannot use interface "${device}"`, code);
    }
    this.#fd = fd;
  }

  send(frame: Uint8Array): void {
    const bytes = frame as Uint8Array<ArrayBuffer>;
    const sent = symbols().send(
      this.#fd,
      bytes,
      BigInt(bytes.length),
      MSG_DONTWAIT,
    );
    if (sent < 0n) throw new ErrnoError("Cannot send a frame", errno());
  }

  /** One waiting frame, or null. The bytes are valid until the next call. */
  receive(): Uint8Array | null {
    const count = symbols().recv(
      this.#fd,
      this.#buffer,
      BigInt(this.#buffer.length),
      MSG_DONTWAIT,
    );
    if (count >= 0n) return this.#buffer.subarray(0, Number(count));
    const code = errno();
    if (code === EAGAIN || code === EINTR) return null;
    throw new ErrnoError("Cannot read a frame", code);
  }

  [Symbol.dispose](): void {
    symbols().close(this.#fd);
  }
}
