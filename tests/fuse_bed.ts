/** A mount's server without a kernel and without a peer: what is asked and answered, by either, the test has in its hands. */
import type { Connection } from "../src/peer/connection.ts";
import { HEADER, newFrame, readHeader } from "../src/peer/frame.ts";
import { Dirty } from "../src/replication/dirty.ts";
import type { Inode } from "../src/replication/inode.ts";
import type { Marks } from "../src/replication/marks.ts";
import { KIND } from "../src/replication/operation.ts";
import { Pipeline } from "../src/replication/pipeline.ts";
import { Volume } from "../src/replication/volume.ts";
import { libc, Memory, O, SYS } from "../src/system/libc.ts";
import { setU64 } from "../src/system/u64.ts";
import { OP, WRITE_DATA } from "../src/fuse/abi.ts";
import { type Device, openBacking } from "../src/fuse/device.ts";
import { ColdReads } from "../src/fuse/cold_reads.ts";
import { Server } from "../src/fuse/server.ts";
import { Turnstile } from "../src/fuse/turnstile.ts";

const AF_UNIX = 1, SEQPACKET_NONBLOCK = 5 | 0o4000, MSG_DONTWAIT = 0x40;
export const memory = new Memory(1 << 20);

/** A server whose kernel is the other end of a pair of sockets, and whose peer says what the test has it say. */
export class Bed {
  readonly #kernel: number;
  readonly #fuse: number;
  readonly #folder = Deno.makeTempDirSync({ dir: "/dev/shm" });
  /** Files are made with the caller's: afterwards a replicator's process has none, and other tests run in this one. */
  readonly #umask = libc.umask(0);
  readonly volume: Volume;
  readonly pipeline: Pipeline;
  readonly server: Server;
  /** fsyncs of this node's disk that have not ended yet: whether of data only, and how to end them. */
  readonly fsyncs: { dataOnly: boolean; end: (error: number) => void }[] = [];
  /** Of the frames that the peer was sent. */
  readonly kinds: number[] = [];
  readonly faults: string[] = [];
  /** What this disk did not show while the peer had it, and otherwise. */
  readonly unreadable: { what: string; marks: Marks }[] = [];
  readonly late: string[] = [];
  now = 0;
  /** Between two answers to changes. */
  gapMs = 0;
  readonly #dirty: Dirty;
  #asked = 0;
  readonly #answers = new Map<number, number>();
  readonly #bodies = new Map<number, Uint8Array>();

  constructor(rules: { readonly exclude?: readonly string[] } = {}) {
    libc.socketpair(AF_UNIX, SEQPACKET_NONBLOCK, 0, memory.address);
    this.#kernel = memory.view.getInt32(0, true);
    this.#fuse = memory.view.getInt32(4, true);
    const data = `${this.#folder}/data`;
    Deno.mkdirSync(data);
    let id = 2 ** 34;
    this.volume = new Volume(0, data, openBacking(data), () => ++id, rules);
    this.#dirty = new Dirty(`${this.#folder}/dirty.log`);
    this.pipeline = new Pipeline(
      this.#dirty,
      {
        fsync: (_, dataOnly, end) => void this.fsyncs.push({ dataOnly, end }),
      },
      {
        diverged() {},
        fault: (what) => void this.faults.push(what),
        unreadable: (what, marks) => void this.unreadable.push({ what, marks }),
        late: (what) => void this.late.push(what),
        persist: () => (this.#dirty.flush(), true),
      },
      () => 0,
    );
    this.mirror();
    this.server = new Server(
      { fd: this.#fuse } as Device,
      this.volume,
      this.pipeline,
      new Turnstile(() => this.gapMs, () => this.now),
      new ColdReads([]),
    );
  }

  /** A session with a peer that takes all that is sent. */
  mirror(): void {
    const send = (at: number, length: number) => {
      const { view, address } = this.pipeline.memory;
      for (let from = at - address, end = from + length; from < end;) {
        const frame = readHeader(view, from, newFrame());
        this.kinds.push(frame.kind);
        from += HEADER + frame.length;
      }
      return length;
    };
    this.pipeline.mirror({ send } as unknown as Connection, 1);
  }

  file(name: string): Inode {
    Deno.writeTextFileSync(`${this.#folder}/data/${name}`, "x".repeat(8192));
    const inode = this.volume.lookup(this.volume.root, memory.string(name));
    if (typeof inode === "number") throw new Error(`errno ${inode}`);
    inode.lookups = inode.opens = 1;
    inode.boundIn = 1;
    this.volume.data(inode);
    return inode;
  }

  /** The kernel's request; its number. */
  ask(
    opcode: number,
    inode: Inode,
    body: (view: DataView, at: number) => void,
    payload = 0,
  ): number {
    const n = WRITE_DATA + payload, { bytes, view } = memory;
    bytes.fill(0, 0, n);
    view.setUint32(0, n, true);
    view.setUint32(4, opcode, true);
    setU64(view, 8, ++this.#asked);
    setU64(view, 16, inode.id);
    body(view, 40);
    libc.write(this.#kernel, memory.address, n);
    return this.#asked;
  }

  write(inode: Inode, flags = 0, size = 4096): number {
    return this.ask(OP.WRITE, inode, (view, at) => {
      view.setUint32(at + 16, size, true);
      view.setUint32(at + 32, flags, true);
    }, size);
  }

  read(inode: Inode, { offset = 0, size = 4096 } = {}): number {
    return this.ask(
      OP.READ,
      inode,
      (view, at) => {
        setU64(view, at + 8, offset);
        view.setUint32(at + 16, size, true);
      },
    );
  }

  /** Has what stands behind `inode` be this process's memory: what is not mapped there is read with EIO, and written so. */
  sicken(inode: Inode): Disposable {
    const { dataFd } = inode;
    const flags = O.RDWR | O.CLOEXEC;
    inode.dataFd = libc.open(memory.string("/proc/self/mem"), flags, 0);
    return {
      [Symbol.dispose]() {
        libc.close(inode.dataFd);
        inode.dataFd = dataFd;
      },
    };
  }

  copy(source: Inode, target: Inode): number {
    return this.ask(OP.COPY_FILE_RANGE, source, (view, at) => {
      setU64(view, at + 16, target.id);
      setU64(view, at + 40, 4096);
    });
  }

  chmod(inode: Inode): number {
    return this.ask(OP.SETATTR, inode, (view, at) => {
      view.setUint32(at, 1, true);
      view.setUint32(at + 68, 0o640, true);
    });
  }

  /** In the volume's root. */
  unlink(name: string): number {
    return this.ask(
      OP.UNLINK,
      this.volume.root,
      (_, at) => memory.string(name, at),
      40 + name.length + 1 - WRITE_DATA,
    );
  }

  fsync(inode: Inode): number {
    return this.ask(OP.FSYNC, inode, () => {});
  }

  /** One turn of the loop. */
  turn(): void {
    const { server, pipeline } = this;
    server.intake();
    pipeline.complete();
    if (server.hasDeferred) server.intake();
    pipeline.complete();
    pipeline.flush();
    server.turnstile.turn();
    while (
      libc.recv(this.#kernel, memory.address, 1 << 20, MSG_DONTWAIT) > 0
    ) {
      const unique = Number(memory.view.getBigUint64(8, true));
      this.#answers.set(unique, Math.abs(memory.view.getInt32(4, true)));
      const length = memory.view.getUint32(0, true);
      this.#bodies.set(unique, memory.bytes.slice(16, length));
    }
  }

  /** What came with an answer. */
  body(unique: number): Uint8Array {
    return this.#bodies.get(unique)!;
  }

  /** errno of an answer, or that there is none. */
  answer(unique: number): number | "none" {
    return this.#answers.get(unique) ?? "none";
  }

  /** The peer has the next change, or all up to a number. */
  acknowledge(sequence = this.pipeline.acknowledged + 1): void {
    this.pipeline.heard({ ...newFrame(), kind: KIND.ACK, sequence });
  }

  synced(): void {
    const { sequence } = this.pipeline;
    this.pipeline.heard({ ...newFrame(), kind: KIND.SYNCED, sequence });
  }

  [Symbol.dispose](): void {
    libc.umask(this.#umask);
    this.pipeline.close();
    this.#dirty.close();
    this.volume.close();
    libc.close(this.#kernel);
    libc.close(this.#fuse);
    Deno.removeSync(this.#folder, { recursive: true });
  }
}

/** `rules`: of the volume. */
export function onServer(
  name: string,
  run: (bed: Bed) => void,
  rules: { readonly exclude?: readonly string[] } = {},
) {
  const ignore = Deno.uid() !== 0;
  Deno.test({
    name: ignore ? `${name} (left out: not root)` : name,
    ignore,
    fn() {
      using bed = new Bed(rules);
      run(bed);
    },
  });
}

/** Has every listing of the directory `path` end with EIO, as where a sector of it cannot be read. */
export function sickenListing(path: string): Disposable {
  const { syscall3 } = libc, { ino } = Deno.statSync(path);
  const flags = O.RDONLY | O.CLOEXEC;
  const sick = libc.open(memory.string("/proc/self/mem"), flags, 0);
  const failing: typeof syscall3 = (number, fd, ...rest) => {
    const lists = number === SYS.getdents64 &&
      Deno.statSync(`/proc/self/fd/${fd}`).ino === ino;
    if (!lists) return syscall3(number, fd, ...rest);
    // Nothing is mapped there: errno is EIO.
    libc.pread(sick, memory.address, 1, 0);
    return -1n;
  };
  Object.assign(libc, { syscall3: failing });
  return {
    [Symbol.dispose]() {
      Object.assign(libc, { syscall3 });
      libc.close(sick);
    },
  };
}

/** Where in this process's memory a page that can be read ends and nothing follows. */
export function endOfMapping(): number {
  const lines = Deno.readTextFileSync("/proc/self/maps").trim().split("\n");
  const ranges = lines.map((line) => {
    const [, begin, end, rights] = /^(\w+)-(\w+) (r?)/.exec(line)!;
    return { begin: parseInt(begin!, 16), end: parseInt(end!, 16), rights };
  });
  const last = ranges.find(({ end, rights }, i) =>
    rights === "r" && i + 1 < ranges.length && ranges[i + 1]!.begin > end
  );
  return last!.end;
}
