/**
 * Reads of what is not in memory, by threads beside the loop: a disk that needs milliseconds for each of them would hold up everybody's
 * writes. What is in memory is read at once (preadv2 with RWF_NOWAIT), where the file system can tell.
 */
import { AIDE, type Aide, JOB } from "../replication/aide.ts";
import { sizeOf } from "../replication/inspect.ts";
import { E, errno, libc, Memory, SYS } from "../system/libc.ts";
import { MAX_WRITE } from "./abi.ts";

const RWF_NOWAIT = 8;
/** In a job's memory. */
const DATA = 4096;
/** Reads under way at once, each with memory of its own; who comes then waits, but never the loop: the disk may hang. */
const MOST = 32;

const vector = new Memory(4096);

interface Read {
  /** A descriptor of its own. */
  readonly fd: number;
  readonly from: number;
  readonly size: number;
  readonly before: Uint8Array;
  readonly since: number;
  readonly done: (error: number, bytes: Uint8Array) => void;
}

export class ColdReads {
  readonly #threads: { readonly aide: Pick<Aide, "run">; busy: number }[];
  /** The oldest first. */
  readonly #under = new Set<Read>();
  readonly #waiting: Read[] = [];
  #endedAt = 0;
  /** Not on every file system (tmpfs), not by every kernel. */
  #tells = true;

  constructor(
    aides: readonly Pick<Aide, "run">[],
    readonly preadv2: typeof libc.preadv2 = libc.preadv2,
    readonly clock: () => number = () => performance.now(),
  ) {
    this.#threads = aides.map((aide) => ({ aide, busy: 0 }));
  }

  /** Since when the disk has ended none of those that it owes since `from` or later; 0: it owes none. */
  hangsSince(from: number): number {
    for (const { since } of this.#under) {
      if (since >= from) return Math.max(since, this.#endedAt);
    }
    return 0;
  }

  /** Reads at once what can be: bytes, 0 at the file's end, or -errno. -EAGAIN: it would have to wait for the disk; `read` does. */
  now(fd: number, to: number, size: number, from: number): number {
    if (this.#tells && this.#threads.length > 0) {
      vector.view.setBigUint64(0, BigInt(to), true);
      vector.view.setBigUint64(8, BigInt(size), true);
      const n = this.preadv2(fd, vector.address, 1, from, RWF_NOWAIT);
      // Linux 5.9 and 5.10 answer 0 also where they would have to wait (preadv2(2), BUGS): taken for the file's end, it cuts the file.
      if (n === 0 && from < sizeOf(fd)) return -E.AGAIN;
      if (n >= 0) return n;
      const code = errno();
      if (code !== E.OPNOTSUPP && code !== E.NOSYS) return -code;
      this.#tells = false;
    }
    return readNow(fd, to, size, from);
  }

  /**
   * Reads `size` bytes from `from` on, or to the file's end, behind the bytes of `before`; `done` gets an errno, or 0 and all of them,
   * which are valid until it returns.
   */
  read(
    fd: number,
    { from, size, before }: {
      readonly from: number;
      readonly size: number;
      readonly before: Uint8Array;
    },
    done: (error: number, bytes: Uint8Array) => void,
  ): void {
    // Its own: the file may be closed meanwhile, and the number be another one's. The thread closes it: it may be the last one of a
    // large file without a name, whose blocks are freed then.
    const own = Number(libc.syscall3(SYS.dup, fd, 0, 0));
    if (own < 0) return done(errno(), before.subarray(0, 0));
    const read = {
      ...{ fd: own, from, size, done },
      before: before.slice(),
      since: this.clock(),
    };
    if (this.#under.size < MOST) this.#start(read);
    else this.#waiting.push(read);
  }

  #start(read: Read): void {
    const memory = Memory.take(DATA + MAX_WRITE);
    const { view, bytes, address } = memory, { before } = read;
    bytes.set(before, DATA);
    view.setBigUint64(
      JOB.ADDRESS,
      BigInt(address + DATA + before.length),
      true,
    );
    view.setBigUint64(JOB.SIZE, BigInt(read.size), true);
    view.setBigUint64(JOB.OFFSET, BigInt(read.from), true);
    view.setBigUint64(JOB.DONE, 0n, true);
    const thread = this.#threads.reduce((one, other) =>
      other.busy < one.busy ? other : one
    );
    thread.busy++;
    this.#under.add(read);
    thread.aide.run(AIDE.READ, read.fd, address, (error) => {
      thread.busy--;
      this.#under.delete(read);
      this.#endedAt = this.clock();
      const length = before.length + Number(view.getBigUint64(JOB.DONE, true));
      read.done(error, bytes.subarray(DATA, DATA + length));
      memory.giveBack();
      const next = this.#waiting.shift();
      if (next) this.#start(next);
    });
  }
}

/** As ColdReads.now, but it waits for the disk. */
export function readNow(
  fd: number,
  to: number,
  size: number,
  from: number,
): number {
  const n = libc.pread(fd, to, size, from);
  return n < 0 ? -errno() : n;
}
