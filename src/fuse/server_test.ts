import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { Connection } from "../peer/connection.ts";
import { HEADER, newFrame, readHeader } from "../peer/frame.ts";
import { Dirty } from "../replication/dirty.ts";
import type { Inode } from "../replication/inode.ts";
import type { Marks } from "../replication/marks.ts";
import { KIND } from "../replication/operation.ts";
import { Pipeline } from "../replication/pipeline.ts";
import { Volume } from "../replication/volume.ts";
import { E, libc, Memory, O } from "../system/libc.ts";
import { setU64 } from "../system/u64.ts";
import { OP, WRITE_DATA } from "./abi.ts";
import { type Device, openBacking } from "./device.ts";
import { ColdReads } from "./cold_reads.ts";
import { Server } from "./server.ts";
import { Turnstile } from "./turnstile.ts";

const AF_UNIX = 1, SEQPACKET_NONBLOCK = 5 | 0o4000, MSG_DONTWAIT = 0x40;
const O_DSYNC = 0x1000, O_SYNC = 0x101000;
const memory = new Memory(1 << 20);

/** A server whose kernel is the other end of a pair of sockets, and whose peer says what the test has it say. */
class Bed {
  readonly #kernel: number;
  readonly #fuse: number;
  readonly #folder = Deno.makeTempDirSync({ dir: "/dev/shm" });
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

  constructor() {
    libc.socketpair(AF_UNIX, SEQPACKET_NONBLOCK, 0, memory.address);
    this.#kernel = memory.view.getInt32(0, true);
    this.#fuse = memory.view.getInt32(4, true);
    const data = `${this.#folder}/data`;
    Deno.mkdirSync(data);
    let id = 2 ** 34;
    this.volume = new Volume(0, data, openBacking(data), () => ++id);
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

  write(inode: Inode, flags = 0): number {
    return this.ask(OP.WRITE, inode, (view, at) => {
      view.setUint32(at + 16, 4096, true);
      view.setUint32(at + 32, flags, true);
    }, 4096);
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
    this.pipeline.close();
    this.#dirty.close();
    this.volume.close();
    libc.close(this.#kernel);
    libc.close(this.#fuse);
    Deno.removeSync(this.#folder, { recursive: true });
  }
}

function onServer(name: string, run: (bed: Bed) => void) {
  const ignore = Deno.uid() !== 0;
  Deno.test({
    name: ignore ? `${name} (left out: not root)` : name,
    ignore,
    fn() {
      using bed = new Bed();
      run(bed);
    },
  });
}

onServer(
  "Server: a write with O_DSYNC and O_DIRECT is answered when both disks have it: no fsync follows an asynchronous one",
  (bed) => {
    const file = bed.file("log");
    for (
      const [flags, dataOnly] of [[O_DSYNC, true], [O_SYNC, false]] as const
    ) {
      file.changeAttributes();
      const write = bed.write(file, flags | O.DIRECT);
      bed.turn();
      bed.acknowledge(bed.pipeline.sequence);
      bed.turn();
      strictEqual(bed.answer(write), "none");
      strictEqual(bed.fsyncs.length, 1, "no fsync was begun");
      strictEqual(bed.fsyncs[0]!.dataOnly, dataOnly);
      bed.fsyncs.pop()!.end(0);
      bed.turn();
      strictEqual(bed.answer(write), "none", "the peer's disk has not got it");
      bed.synced();
      bed.turn();
      strictEqual(bed.answer(write), 0);
    }
  },
);

onServer(
  "Server: a write with O_DSYNC through the page cache begins no fsync of its own: the kernel asks for one",
  (bed) => {
    const write = bed.write(bed.file("log"), O_DSYNC);
    bed.turn();
    bed.acknowledge();
    bed.turn();
    strictEqual(bed.answer(write), 0);
    deepStrictEqual(bed.fsyncs, []);
  },
);

onServer(
  "Server: a read waits for the changes of its file that came before it, not for those that come all the time",
  (bed) => {
    const file = bed.file("image");
    bed.write(file);
    const read = bed.read(file);
    bed.write(file);
    bed.turn();
    strictEqual(bed.answer(read), "none");
    bed.acknowledge();
    bed.write(file);
    bed.turn();
    strictEqual(file.pending, 2, "one write is on its way all the time");
    strictEqual(bed.answer(read), 0);
  },
);

onServer(
  "Server: a copy of a file that is written all the time is left to the kernel's reads and writes",
  (bed) => {
    const image = bed.file("image"), target = bed.file("copy");
    bed.write(image);
    const copy = bed.copy(image, target);
    bed.write(image);
    bed.turn();
    strictEqual(bed.answer(copy), "none");
    bed.acknowledge();
    bed.turn();
    strictEqual(bed.answer(copy), E.XDEV);
  },
);

onServer(
  "Server: what waits for a session's names waits for the changes before it all the same",
  (bed) => {
    const file = bed.file("image");
    bed.write(file);
    const read = bed.read(file);
    bed.turn();
    bed.pipeline.lose();
    bed.turn();
    strictEqual(bed.answer(read), "none");
    bed.mirror();
    bed.turn();
    strictEqual(bed.answer(read), "none", "sent again under other numbers");
    bed.acknowledge(bed.pipeline.sequence);
    bed.turn();
    strictEqual(bed.answer(read), 0);
  },
);

onServer(
  "Server: a copy that waited is not made before a write that this disk refused is taken back at the peer",
  (bed) => {
    const source = bed.file("source"), target = bed.file("target");
    const { dataFd } = source;
    // Read and not written, as on a full disk.
    source.dataFd = libc.open(
      memory.string(`/proc/self/fd/${dataFd}`),
      O.RDONLY | O.CLOEXEC,
      0,
    );
    bed.write(source);
    bed.write(bed.file("other"));
    const copy = bed.copy(source, target);
    bed.turn();
    bed.acknowledge();
    bed.turn();
    bed.acknowledge();
    bed.turn();
    deepStrictEqual(
      bed.kinds.filter((kind) => kind < KIND.FSYNC),
      [KIND.WRITE, KIND.WRITE, KIND.WRITE, KIND.SETATTR],
    );
    strictEqual(bed.answer(copy), E.XDEV);
    libc.close(source.dataFd);
    source.dataFd = dataFd;
  },
);

onServer(
  "Server: while a resync has to catch up the answers to changes are apart, those to reads are not",
  (bed) => {
    const file = bed.file("busy");
    bed.pipeline.goAlone();
    bed.now = 1000;
    bed.gapMs = 40;
    const first = bed.write(file), second = bed.chmod(file);
    const third = bed.write(file), read = bed.read(file);
    bed.turn();
    bed.turn();
    const answers = () =>
      [first, second, third].map((each) => bed.answer(each));
    // A loop that was away makes up for 50 ms.
    deepStrictEqual(answers(), [0, 0, "none"]);
    strictEqual(bed.answer(read), 0);
    bed.now += 30;
    bed.turn();
    deepStrictEqual(answers(), [0, 0, 0]);
  },
);

onServer(
  "Server: an fsync after a rename is one of the names too: a file system may commit them apart from the data",
  (bed) => {
    const { volume } = bed, { root } = volume;
    const rename = (words: string, flags = 0) => {
      bed.ask(OP.RENAME2, root, (view, at) => {
        setU64(view, at, root.id);
        view.setUint32(at + 8, flags, true);
        memory.string(words, at + 16);
      }, words.length + 56 - WRITE_DATA);
      bed.turn();
      bed.acknowledge(bed.pipeline.sequence);
      bed.turn();
    };
    root.boundIn = 1;
    const inode = bed.file("new"), other = bed.file("other");
    const dataOnly = (of: Inode) => {
      bed.fsync(of);
      bed.turn();
      const { dataOnly, end } = bed.fsyncs.pop()!;
      end(0);
      bed.synced();
      return dataOnly;
    };
    strictEqual(dataOnly(inode), false);
    strictEqual(dataOnly(inode), true);
    rename("new\0file\0");
    strictEqual(dataOnly(inode), false);
    strictEqual(dataOnly(inode), true);
    const EXCHANGE = 2;
    rename("file\0other\0", EXCHANGE);
    strictEqual(dataOnly(inode), false);
    strictEqual(dataOnly(other), false);
    strictEqual(dataOnly(other), true);
  },
);

onServer(
  "Server: an inode that the peer does not know yet gets its turn between changes of names that never end",
  (bed) => {
    const file = bed.file("log");
    file.boundIn = 0;
    for (let n = 0; n < 10; n++) bed.file(`name-${n}`);
    bed.unlink("name-0");
    bed.turn();
    const write = bed.write(file);
    // Each comes before the one before it is done: names never stand still by themselves.
    for (let n = 1; n < 10 && bed.answer(write) === "none"; n++) {
      bed.unlink(`name-${n}`);
      bed.turn();
      bed.acknowledge();
      bed.turn();
    }
    strictEqual(bed.answer(write), 0);
  },
);

onServer(
  "Server: an fsync is of the data only when another one has made the attributes durable on both disks",
  (bed) => {
    const file = bed.file("log");
    const ends = () => {
      const begun = bed.fsyncs.splice(0);
      for (const { end } of begun) end(0);
      const { sequence } = bed.pipeline;
      for (let at = sequence - begun.length + 1; at <= sequence; at++) {
        bed.pipeline.heard({ ...newFrame(), kind: KIND.SYNCED, sequence: at });
      }
      bed.turn();
      return begun.map(({ dataOnly }) => dataOnly);
    };
    // What was changed before the kernel asked for this inode is not known to be durable; nor while an fsync is under way.
    const asked = [bed.fsync(file), bed.fsync(file)];
    bed.turn();
    deepStrictEqual(ends(), [false, false]);
    deepStrictEqual(asked.map((each) => bed.answer(each)), [0, 0]);
    bed.fsync(file);
    bed.turn();
    deepStrictEqual(ends(), [true]);
    bed.chmod(file);
    bed.turn();
    bed.acknowledge(bed.pipeline.sequence);
    bed.turn();
    bed.fsync(file);
    bed.turn();
    deepStrictEqual(ends(), [false]);
  },
);

/** Where in this process's memory a page that can be read ends and nothing follows. */
function endOfMapping(): number {
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

onServer(
  "Server: a read that a bad sector ends early is an error, not the end of the file",
  (bed) => {
    const file = bed.file("image");
    using _ = bed.sicken(file);
    const end = endOfMapping();
    const good = bed.read(file, { offset: end - 4096 });
    const bad = bed.read(file, { offset: end - 4096, size: 8192 });
    bed.turn();
    strictEqual(bed.answer(good), 0);
    strictEqual(bed.answer(bad), E.IO);
  },
);

onServer(
  "Server: what this disk does not show is a fault and marked while the peer has it, and told when there is no better copy",
  (bed) => {
    const file = bed.file("image");
    using _ = bed.sicken(file);
    const offset = 5 * 2 ** 20;
    const read = () => {
      const asked = bed.read(file, { offset });
      bed.turn();
      strictEqual(bed.answer(asked), E.IO);
    };
    read();
    strictEqual(bed.unreadable.length, 0, "the peer is not level yet");
    bed.pipeline.peerIsLevel = true;
    read();
    const [{ what, marks }] = bed.unreadable as [typeof bed.unreadable[0]];
    ok(/reading below .* failed: EIO/.test(what), what);
    deepStrictEqual([...marks.get(0, file.id)!.chunks.keys()], [4, 5]);
    bed.pipeline.lose();
    read();
    bed.pipeline.goAlone();
    read();
    strictEqual(bed.unreadable.length, 1);
    strictEqual(bed.late.length, 3);
  },
);

onServer(
  "Server: what an application may ask for is no sickness of the disk",
  (bed) => {
    const file = bed.file("short");
    bed.pipeline.peerIsLevel = true;
    const SEEK_DATA = 3;
    const seek = bed.ask(OP.LSEEK, file, (view, at) => {
      setU64(view, at + 8, 1 << 20);
      view.setUint32(at + 16, SEEK_DATA, true);
    });
    bed.turn();
    strictEqual(bed.answer(seek), E.NXIO);
    deepStrictEqual([...bed.unreadable, ...bed.late, ...bed.faults], []);
  },
);

onServer(
  "Server: a write that this disk refuses because it is sick is a fault, also of a file that has no name any more",
  (bed) => {
    const file = bed.file("image");
    using _ = bed.sicken(file);
    bed.write(file);
    bed.turn();
    bed.acknowledge();
    bed.turn();
    strictEqual(bed.faults.length, 1);
    ok(/writing below .* failed: EIO/.test(bed.faults[0]!), bed.faults[0]);
    bed.pipeline.lose();
    bed.write(file);
    bed.turn();
    file.orphan = true;
    bed.mirror();
    strictEqual(bed.faults.length, 2);
  },
);

onServer(
  "Server: trusted attributes are listed to root only, our own to nobody",
  (bed) => {
    const file = bed.file("labelled");
    const path = `/proc/self/fd/${file.dataFd}`;
    for (const name of ["trusted.other", "trusted.hakit.id", "user.seen"]) {
      const at = [path, name, "v"].map((text, i) =>
        memory.string(text, i * 256)
      ) as [number, number, number];
      strictEqual(libc.setxattr(at[0], at[1], at[2], 1, 0), 0);
    }
    const list = (uid: number) => {
      const asked = bed.ask(OP.LISTXATTR, file, (view, at) => {
        view.setUint32(24, uid, true);
        view.setUint32(at, 4096, true);
      });
      bed.turn();
      const names = new TextDecoder().decode(bed.body(asked)).split("\0");
      return names.filter((name) => name !== "").sort();
    };
    deepStrictEqual(list(0), ["trusted.other", "user.seen"]);
    deepStrictEqual(list(1000), ["user.seen"]);
  },
);

onServer(
  "Server: what a thread could not read is marked where it was asked for, not where the request after it was",
  (bed) => {
    const file = bed.file("image");
    bed.pipeline.peerIsLevel = true;
    let fail = (_error: number) => {};
    Object.assign(bed.server.cold, {
      now: () => -E.AGAIN,
      read(
        _fd: number,
        _what: unknown,
        done: (e: number, b: Uint8Array) => void,
      ) {
        fail = (error) => done(error, new Uint8Array(0));
      },
    });
    const read = bed.read(file, { offset: 6 * 2 ** 20 });
    bed.turn();
    bed.write(file);
    bed.turn();
    bed.chmod(file);
    bed.turn();
    fail(E.IO);
    bed.turn();
    strictEqual(bed.answer(read), E.IO);
    const [{ marks }] = bed.unreadable as [typeof bed.unreadable[0]];
    deepStrictEqual([...marks.get(0, file.id)!.chunks.keys()], [6, 7]);
  },
);
