/**
 * A thread for the calls that may take long (syncfs, umount, the last close of a large file, reads of a disk), so that the loop goes on
 * serving: an unmount even waits for us to serve its last writes. Commands and answers are 16 bytes through pipes: u32 what, i32 descriptor, u64 address or tag.
 */
import { ErrnoError, libc, Memory, O } from "../system/libc.ts";

export const AIDE = {
  SYNCFS: 1,
  UMOUNT: 2,
  EXIT: 3,
  CLOSE: 4,
  READ: 5,
} as const;

/** Of READ, where the address leads: u64 address of the data, u64 bytes wanted, u64 offset in the file, u64 bytes read. */
export const JOB = {
  ADDRESS: 0,
  SIZE: 8,
  OFFSET: 16,
  DONE: 24,
  LENGTH: 32,
} as const;

export class Aide {
  readonly answers: number;
  readonly #commands: number;
  readonly #memory = new Memory(8192);
  readonly #waiting: ((error: number) => void)[] = [];
  #strings = 4096;

  private constructor(answers: number, commands: number) {
    this.answers = answers;
    this.#commands = commands;
  }

  /** Starts the thread; to be awaited before the loop blocks this one's event loop. */
  static async start(): Promise<Aide> {
    const memory = new Memory(4096);
    for (const at of [0, 8]) {
      if (libc.pipe2(memory.address + at, O.CLOEXEC) !== 0) {
        throw new ErrnoError("Cannot make a pipe");
      }
    }
    const fd = (at: number) => memory.view.getInt32(at, true);
    const worker = new Worker(new URL("./aide_worker.ts", import.meta.url), {
      type: "module",
    });
    await new Promise<void>((resolve, reject) => {
      worker.onmessage = () => resolve();
      worker.onerror = (event) =>
        reject(new Error(`Cannot start the second thread: ${event.message}`));
      worker.postMessage({ commands: fd(0), answers: fd(12) });
    });
    return new Aide(fd(8), fd(4));
  }

  /** Runs one command after those before it, with a path or the address of a job; `done` gets 0 or errno, from `collect`. */
  run(
    what: number,
    fd: number,
    path: string | number | null,
    done: (error: number) => void,
  ): void {
    const view = this.#memory.view;
    let address = typeof path === "number" ? path : 0;
    if (typeof path === "string") {
      if (this.#strings + path.length * 3 + 1 > 8192) this.#strings = 4096;
      address = this.#memory.string(path, this.#strings);
      this.#strings += path.length * 3 + 1;
    }
    view.setUint32(0, what, true);
    view.setInt32(4, fd, true);
    view.setBigUint64(8, BigInt(address), true);
    this.#waiting.push(done);
    if (libc.write(this.#commands, this.#memory.address, 16) !== 16) {
      throw new ErrnoError("Cannot command the second thread");
    }
  }

  /** Unmounts that the thread has not come to yet come to nothing: by then something else may be mounted there. */
  cancelUnmounts(): void {
    // It reads the path where it was put.
    this.#memory.bytes.fill(0, 4096);
  }

  /** Call when `answers` is readable. */
  collect(): void {
    const n = libc.read(this.answers, this.#memory.address + 64, 16 * 8);
    for (let at = 64; at + 16 <= 64 + n; at += 16) {
      this.#waiting.shift()?.(this.#memory.view.getInt32(at + 4, true));
    }
  }
}
