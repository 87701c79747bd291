/**
 * Several fsyncs at once, beside the loop: io_submit with an eventfd (Linux 4.18 and later). Sources: linux/aio_abi.h, io_submit(2).
 */
import { errno, ErrnoError, libc, Memory, SYS } from "../system/libc.ts";

const FSYNC = 2, FDSYNC = 3, RESFD = 1;
const SLOTS = 256;

export class Aio {
  readonly eventFd: number;
  readonly #memory = new Memory(64 * 1024);
  readonly #context: number;
  readonly #free: number[] = [];
  readonly #done: (((error: number) => void) | null)[] = [];

  constructor() {
    const EFD_NONBLOCK = 0o4000, EFD_CLOEXEC = 0o2000000;
    this.eventFd = libc.eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (this.eventFd < 0) throw new ErrnoError("Cannot make an eventfd");
    if (
      Number(libc.syscall3(SYS.io_setup, SLOTS, this.#memory.address, 0)) !== 0
    ) {
      throw new ErrnoError(
        "Cannot set up asynchronous fsync (fs.aio-max-nr reached?)",
      );
    }
    this.#context = Number(this.#memory.view.getBigUint64(0, true));
    for (let i = SLOTS - 1; i >= 0; i--) this.#free.push(i);
  }

  /**
   * Starts an fsync; `done` gets 0 or errno from `collect`. With no slot free it waits for one, with a descriptor of its own: the loop
   * must not stand still because many ask a slow disk at once.
   */
  fsync(fd: number, dataOnly: boolean, done: (error: number) => void): void {
    if (this.#free.length > 0) return this.#start(fd, dataOnly, done);
    const own = Number(libc.syscall3(SYS.dup, fd, 0, 0));
    if (own < 0) return done(errno());
    this.#waiting.push(() => {
      // The kernel keeps the file for as long as it needs it.
      this.#start(own, dataOnly, done);
      libc.close(own);
    });
  }

  readonly #waiting: (() => void)[] = [];

  #start(fd: number, dataOnly: boolean, done: (error: number) => void): void {
    const slot = this.#free.pop()!;
    // struct iocb: u64 data, u32 key, u32 rw_flags, u16 opcode, s16 prio, u32 fildes, u64 buf, nbytes, offset, reserved, u32 flags, resfd
    const at = 4096 + slot * 64;
    const view = this.#memory.view;
    this.#memory.bytes.fill(0, at, at + 64);
    view.setUint32(at, slot, true);
    view.setUint16(at + 16, dataOnly ? FDSYNC : FSYNC, true);
    view.setUint32(at + 20, fd, true);
    view.setUint32(at + 56, RESFD, true);
    view.setUint32(at + 60, this.eventFd, true);
    view.setBigUint64(64, BigInt(this.#memory.address + at), true);
    this.#done[slot] = done;
    const submitted = Number(
      libc.syscall3(SYS.io_submit, this.#context, 1, this.#memory.address + 64),
    );
    if (submitted === 1) return;
    this.#done[slot] = null;
    this.#free.push(slot);
    done((dataOnly ? libc.fdatasync(fd) : libc.fsync(fd)) === 0 ? 0 : errno());
  }

  /** Call when `eventFd` is readable. */
  collect(): void {
    libc.read(this.eventFd, this.#memory.address + 128, 8);
    const events = 32 * 1024;
    while (true) {
      const n = Number(
        libc.syscall5(
          SYS.io_getevents,
          this.#context,
          0,
          64,
          this.#memory.address + events,
          0,
        ),
      );
      if (n <= 0) return;
      for (let i = 0; i < n; i++) {
        const at = events + i * 32;
        const slot = this.#memory.view.getUint32(at, true);
        const result = Number(this.#memory.view.getBigInt64(at + 16, true));
        const done = this.#done[slot];
        this.#done[slot] = null;
        this.#free.push(slot);
        done?.(result < 0 ? -result : 0);
      }
      while (this.#free.length > 0 && this.#waiting.length > 0) {
        this.#waiting.shift()!();
      }
    }
  }
}
