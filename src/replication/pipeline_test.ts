import { deepStrictEqual, fail, ok, strictEqual } from "node:assert/strict";
import { openBacking } from "../fuse/device.ts";
import type { Connection } from "../peer/connection.ts";
import { HEADER, newFrame, readHeader } from "../peer/frame.ts";
import { E, errnoName, libc, Memory, O } from "../system/libc.ts";
import { setU64 } from "../system/u64.ts";
import { COPY_SIZE } from "./apply.ts";
import { Dirty } from "./dirty.ts";
import { KIND } from "./operation.ts";
import { Pipeline } from "./pipeline.ts";
import type { Inode } from "./inode.ts";
import { Volume } from "./volume.ts";

const cString = new Memory(4096);

interface Bed {
  readonly volume: Volume;
  readonly folder: string;
  readonly pipeline: Pipeline;
  /** Why the session could not go on; a failure of the test unless it says that it may. */
  readonly diverged: string[];
  diverges: boolean;
  /** What was said of writes that failed after their answer. */
  readonly late: readonly string[];
  readonly dirty: Dirty;
  /** Whether the new generation can be recorded, beside the marks. */
  recorded: boolean;
  /** The inode of a new file. */
  file(name: string): Inode;
  /** A session with a peer that takes nothing yet, or all that is sent. */
  mirror(peer?: { readonly takes: boolean }): void;
  /** The peer has everything. */
  acknowledge(): void;
  /** Kinds and ids of the frames that wait for the peer. */
  waiting(): [kind: number, id: number][];
}

function onPipeline(name: string, run: (bed: Bed) => void) {
  const ignore = Deno.uid() !== 0;
  Deno.test({
    name: ignore ? `${name} (left out: not root)` : name,
    ignore,
    fn() {
      const folder = Deno.makeTempDirSync({ dir: "/dev/shm" });
      const data = `${folder}/data`;
      Deno.mkdirSync(data);
      let id = 5 * 2 ** 32, session = 0;
      const late: string[] = [];
      const volume = new Volume(0, data, openBacking(data), () => ++id, {
        answersAhead: true,
      });
      const dirty = new Dirty(`${folder}/dirty.log`);
      const pipeline = new Pipeline(
        dirty,
        { fsync: (_fd, _dataOnly, done) => done(0) },
        {
          diverged: (why) => bed.diverges ? bed.diverged.push(why) : fail(why),
          fault: (what) => fail(what),
          unreadable: (what) => fail(what),
          late: (what) => late.push(what),
          persist: () => (dirty.flush(), bed.recorded),
        },
        () => 0,
      );
      const { memory } = pipeline;
      const connection = { send: () => 0 } as unknown as Connection;
      const bed: Bed = {
        volume,
        folder: data,
        late,
        diverged: [],
        diverges: false,
        pipeline,
        dirty,
        recorded: true,
        file(name) {
          Deno.writeTextFileSync(`${data}/${name}`, "old");
          const inode = volume.lookup(volume.root, cString.string(name));
          if (typeof inode === "number") throw new Error(errnoName(inode));
          inode.lookups = 1;
          volume.data(inode);
          return inode;
        },
        mirror(peer) {
          const all = (_at: number, length: number) => length;
          pipeline.mirror(
            peer?.takes ? { send: all } as unknown as Connection : connection,
            ++session,
          );
        },
        acknowledge() {
          pipeline.heard({
            ...newFrame(),
            kind: KIND.ACK,
            sequence: pipeline.sequence,
          });
          pipeline.complete();
        },
        waiting() {
          const frames: [number, number][] = [];
          // Nothing was taken: all stand from the begin of the buffer.
          for (let at = 64, end = pipeline.place(); at < end;) {
            const frame = readHeader(memory.view, at, newFrame());
            frames.push([frame.kind, frame.id]);
            at += HEADER + frame.length;
          }
          return frames;
        },
      };
      try {
        run(bed);
      } finally {
        pipeline.close();
        dirty.close();
        volume.close();
        Deno.removeSync(folder, { recursive: true });
      }
    },
  });
}

/** An application's write; the errno of its answer, once there is one. */
function write({ pipeline, volume }: Bed, inode: Inode, text: string) {
  const result: { errno: number | null } = { errno: null };
  pipeline.submit(
    { kind: KIND.WRITE, id: inode.id, argument: 0 },
    { volume, inode, answer: (errno) => result.errno = errno },
    new TextEncoder().encode(text),
  );
  return result;
}

function copy({ pipeline, volume }: Bed, source: Inode, target: Inode) {
  const result: { errno: number | null } = { errno: null };
  const payload = new Uint8Array(COPY_SIZE),
    view = new DataView(payload.buffer);
  setU64(view, 0, source.id);
  view.setUint32(16, 3, true);
  pipeline.submit(
    { kind: KIND.COPY, id: target.id, argument: 0 },
    { volume, inode: target, answer: (errno) => result.errno = errno },
    payload,
  );
  return result;
}

/** Deletes the file, which stays open. */
function unlink({ volume, folder }: Bed, name: string, inode: Inode) {
  Deno.removeSync(`${folder}/${name}`);
  volume.nameLost(inode);
}

function contents(inode: Inode): string {
  const n = libc.pread(inode.dataFd, cString.address, 100, 0);
  return new TextDecoder().decode(cString.bytes.slice(0, n));
}

onPipeline(
  "Pipeline: alone, no id is kept for times to be told",
  (bed) => {
    const { pipeline, dirty, volume } = bed;
    const inode = bed.file("a");
    pipeline.goAlone();
    const done = write(bed, inode, "new");
    pipeline.complete();
    strictEqual(done.errno, 0);
    strictEqual(pipeline.timesToSend, false);
    ok((dirty.marks.get(volume.index, inode.id)?.attributes ?? -1) >= 0);
  },
);

onPipeline(
  "Pipeline: what is refused when its turn comes is not done, and answered with why",
  (bed) => {
    const { pipeline, volume } = bed;
    const inode = bed.file("a");
    pipeline.goAlone();
    const whole = { failed: 0 };
    const answers: number[] = [];
    for (const text of ["one", "two"]) {
      pipeline.submit(
        { kind: KIND.WRITE, id: inode.id, argument: 0 },
        {
          volume,
          inode,
          whole,
          answer(errno) {
            answers.push(errno);
            whole.failed = E.NOSPC;
          },
        },
        new TextEncoder().encode(text),
      );
    }
    pipeline.complete();
    deepStrictEqual(answers, [0, E.NOSPC]);
    strictEqual(contents(inode), "one");
  },
);

onPipeline(
  "Pipeline: times that were not told are marked when it goes on alone",
  (bed) => {
    const { pipeline, dirty, volume } = bed;
    const inode = bed.file("a");
    bed.mirror();
    strictEqual(write(bed, inode, "new").errno, null);
    bed.acknowledge();
    // Both disks have all of it but the times.
    pipeline.settle({ here: pipeline.sequence, there: pipeline.sequence });
    strictEqual(pipeline.timesToSend, true);
    pipeline.goAlone();
    strictEqual(pipeline.timesToSend, false);
    strictEqual(dirty.marks.count, 1);
    ok((dirty.marks.get(volume.index, inode.id)?.attributes ?? -1) >= 0);
    strictEqual(dirty.needsFlush, false);
  },
);

onPipeline(
  "Pipeline: an inode that the kernel forgets before its times were told is marked",
  (bed) => {
    const { pipeline, dirty, volume } = bed;
    const [inode, told] = [bed.file("a"), bed.file("b")];
    bed.mirror();
    for (const each of [inode, told]) write(bed, each, "new");
    bed.acknowledge();
    pipeline.forget(volume, [told.id]);
    strictEqual(dirty.marks.isEmpty, true);
    strictEqual(
      bed.waiting().some(([kind, id]) => kind === KIND.TIMES && id === told.id),
      true,
    );
    pipeline.lose();
    pipeline.forget(volume, [inode.id]);
    strictEqual(dirty.marks.count, 1);
    ok((dirty.marks.get(volume.index, inode.id)?.attributes ?? -1) >= 0);
  },
);

onPipeline(
  "Pipeline: what waits until all is done does so also when the last of it was of a deleted file",
  (bed) => {
    const { pipeline } = bed;
    const [gone, stays] = [bed.file("gone"), bed.file("stays")];
    bed.mirror();
    for (const each of [stays, gone]) write(bed, each, "new");
    let done = false;
    // An fsync of what was answered ahead.
    pipeline.whenDone(() => done = true);
    pipeline.lose();
    unlink(bed, "gone", gone);
    bed.mirror();
    strictEqual(done, false);
    strictEqual(contents(stays), "old");
    bed.acknowledge();
    strictEqual(done, true);
  },
);

onPipeline(
  "Pipeline: what waited for a deleted file is done here and not told the next session",
  (bed) => {
    const [gone, stays] = [bed.file("gone"), bed.file("stays")];
    bed.mirror();
    bed.pipeline.lose();
    unlink(bed, "gone", gone);
    const results = [
      write(bed, stays, "one"),
      write(bed, gone, "two"),
      write(bed, stays, "six"),
    ];
    strictEqual(contents(gone), "old");
    bed.mirror();
    deepStrictEqual(results.map(({ errno }) => errno), [null, 0, null]);
    strictEqual(contents(gone), "two");
    deepStrictEqual(bed.waiting(), [
      [KIND.BIND, stays.id],
      [KIND.WRITE, stays.id],
      [KIND.WRITE, stays.id],
    ]);
    strictEqual(gone.pending, 0);
    bed.acknowledge();
    deepStrictEqual(results.map(({ errno }) => errno), [0, 0, 0]);
    strictEqual(contents(stays), "six");
  },
);

onPipeline(
  "Pipeline: a copy that waited is sent again after the names of both files",
  (bed) => {
    const [source, target] = [bed.file("source"), bed.file("target")];
    bed.mirror();
    bed.pipeline.lose();
    const done = copy(bed, source, target);
    bed.mirror();
    deepStrictEqual(bed.waiting(), [
      [KIND.BIND, target.id],
      [KIND.BIND, source.id],
      [KIND.COPY, target.id],
    ]);
    bed.acknowledge();
    strictEqual(done.errno, 0);
  },
);

onPipeline(
  "Pipeline: a copy that waited from or to a deleted file is left to the kernel",
  (bed) => {
    const [gone, stays] = [bed.file("gone"), bed.file("stays")];
    bed.mirror();
    bed.pipeline.lose();
    unlink(bed, "gone", gone);
    const results = [copy(bed, gone, stays), copy(bed, stays, gone)];
    bed.mirror();
    deepStrictEqual(results.map(({ errno }) => errno), [E.XDEV, E.XDEV]);
    deepStrictEqual(bed.waiting(), []);
    strictEqual(bed.pipeline.waiting, 0);
    strictEqual(stays.pending, 0);
  },
);

/** A write that is answered when it is sent, and that this disk then refuses. */
function writeThatFailsLate(bed: Bed, inode: Inode) {
  const result: { errno: number | null } = { errno: null };
  bed.pipeline.submit(
    { kind: KIND.WRITE, id: inode.id, argument: 0 },
    {
      volume: bed.volume,
      inode,
      ahead: true,
      answer: (errno) => result.errno = errno,
    },
    new TextEncoder().encode("new"),
  );
  bed.pipeline.flush();
  strictEqual(result.errno, 0);
  const { dataFd } = inode;
  inode.dataFd = libc.open(
    cString.string(`${bed.folder}/late`),
    O.RDONLY | O.CLOEXEC,
    0,
  );
  bed.acknowledge();
  libc.close(inode.dataFd);
  inode.dataFd = dataFd;
}

function fsync({ pipeline, volume }: Bed, inode: Inode) {
  const result: { errno: number | null } = { errno: null };
  const answer = (errno: number) => result.errno = errno;
  pipeline.sync(volume, inode, { dataOnly: true, local: true, answer });
  return result;
}

onPipeline(
  "Pipeline: a write that failed after its answer is told to everybody who has the file open, and to who opens it next",
  (bed) => {
    const inode = bed.file("late");
    bed.mirror({ takes: true });
    inode.opens = 2;
    writeThatFailsLate(bed, inode);
    strictEqual(inode.ahead, 0);
    // Two programs have it open: each counts on its own fsync.
    strictEqual(fsync(bed, inode).errno, E.BADF);
    strictEqual(fsync(bed, inode).errno, E.BADF);
    inode.closed();
    strictEqual(fsync(bed, inode).errno, E.BADF);
    inode.closed();
    strictEqual(fsync(bed, inode).errno, 0);

    inode.opens = 1;
    writeThatFailsLate(bed, inode);
    inode.closed();
    // Nobody has heard of it: it must not be put away.
    strictEqual(inode.pinned, true);
    inode.opens = 1;
    strictEqual(fsync(bed, inode).errno, E.BADF);
    inode.closed();
    strictEqual(inode.lateError, 0);
  },
);

onPipeline(
  "Pipeline: after a write that failed late none is answered ahead for a while, and it is said",
  (bed) => {
    const { volume } = bed;
    const inode = bed.file("late");
    bed.mirror({ takes: true });
    strictEqual(volume.mayAnswerAhead(0), true);
    writeThatFailsLate(bed, inode);
    deepStrictEqual(bed.late.length, 1);
    ok(bed.late[0]!.includes("EBADF"), bed.late[0]);
    strictEqual(volume.mayAnswerAhead(1000), false);
    strictEqual(volume.mayAnswerAhead(100_000), true);
  },
);

onPipeline(
  "Pipeline: after a write that the peer refused none is answered ahead for a while",
  (bed) => {
    const { volume, pipeline } = bed, inode = bed.file("refused");
    bed.mirror();
    const refused = (ahead: boolean) => {
      pipeline.submit(
        { kind: KIND.WRITE, id: inode.id, argument: 0 },
        { volume, inode, ahead, answer: () => {} },
        new Uint8Array(3),
      );
      pipeline.heard({
        ...newFrame(),
        kind: KIND.FAILED,
        sequence: pipeline.sequence,
        argument: E.DQUOT,
      });
    };
    // What waits for its answer may be refused as often as it likes.
    refused(false);
    strictEqual(volume.mayAnswerAhead(1000), true);
    refused(true);
    strictEqual(volume.mayAnswerAhead(1000), false);
  },
);

onPipeline(
  "Pipeline: a write that only the peer could do, and that cannot be read here, ends the session",
  (bed) => {
    const { volume, pipeline, dirty } = bed, inode = bed.file("unread");
    bed.mirror();
    const { dataFd } = inode;
    // Neither written nor read, as a disk that is dying.
    inode.dataFd = libc.open(
      cString.string(`${bed.folder}/unread`),
      O.PATH | O.CLOEXEC,
      0,
    );
    bed.diverges = true;
    const result = write(bed, inode, "new");
    bed.acknowledge();
    strictEqual(bed.diverged.length, 1);
    strictEqual(dirty.marks.get(volume.index, inode.id)?.chunks.has(0), true);
    libc.close(inode.dataFd);
    inode.dataFd = dataFd;
    // Until then the peer may go on with it.
    deepStrictEqual([result.errno, pipeline.waiting], [null, 1]);
    pipeline.goAlone();
    deepStrictEqual([result.errno, pipeline.waiting], [E.BADF, 0]);
  },
);

onPipeline(
  "Pipeline: a write that only the peer could do is told as failed when the peer has been given back what stands here",
  (bed) => {
    const { volume, pipeline } = bed;
    const [inode, other] = [bed.file("refused"), bed.file("other")];
    bed.mirror({ takes: true });
    const { dataFd } = inode;
    inode.dataFd = libc.open(
      cString.string(`${bed.folder}/refused`),
      O.RDONLY | O.CLOEXEC,
      0,
    );
    const answers: number[] = [], whole = { failed: 0 };
    for (const each of [inode, other]) {
      pipeline.submit({ kind: KIND.WRITE, id: each.id, argument: 0 }, {
        volume,
        inode: each,
        whole,
        answer: (errno) => answers.push(errno),
      }, new TextEncoder().encode("new"));
    }
    bed.acknowledge();
    // Two writes and two sizes, which the peer may not have yet: should this node die now, it has what was never answered.
    deepStrictEqual([answers, pipeline.waiting], [[], 4]);
    strictEqual(contents(other), "old", "the part behind it was done");
    bed.acknowledge();
    deepStrictEqual([answers, pipeline.waiting], [[E.BADF, E.BADF], 0]);
    libc.close(inode.dataFd);
    inode.dataFd = dataFd;
  },
);

onPipeline(
  "Pipeline: a write that only the peer could do, and cannot undo, is told as failed when the peer is shut out or level again",
  (bed) => {
    const { volume, pipeline } = bed, inode = bed.file("refused");
    bed.mirror({ takes: true });
    bed.diverges = true;
    const { dataFd } = inode, answers: number[] = [];
    inode.dataFd = libc.open(
      cString.string(`${bed.folder}/refused`),
      O.RDONLY | O.CLOEXEC,
      0,
    );
    pipeline.submit({ kind: KIND.WRITE, id: inode.id, argument: 0 }, {
      volume,
      inode,
      answer: (errno) => answers.push(errno),
    }, new TextEncoder().encode("new"));
    bed.acknowledge();
    const write = pipeline.sequence - 1;
    pipeline.heard({
      ...newFrame(),
      kind: KIND.FAILED,
      sequence: write,
      argument: E.DQUOT,
    });
    bed.acknowledge();
    deepStrictEqual([answers, bed.diverged.length], [[], 1]);
    pipeline.pay();
    deepStrictEqual(answers, [E.BADF]);
    libc.close(inode.dataFd);
    inode.dataFd = dataFd;
  },
);

onPipeline(
  "Pipeline: a rename that only the peer could do is told as failed when the peer is shut out or level again",
  (bed) => {
    const { volume, pipeline } = bed, answers: number[] = [];
    bed.mirror({ takes: true });
    bed.diverges = true;
    pipeline.submit(
      { kind: KIND.RENAME, id: volume.root.id, argument: volume.root.id },
      { volume, answer: (errno) => answers.push(errno) },
      new TextEncoder().encode("none\0other\0"),
    );
    bed.acknowledge();
    deepStrictEqual(
      [answers, bed.diverged.length, pipeline.waiting],
      [[], 1, 1],
    );
    pipeline.pay();
    deepStrictEqual([answers, pipeline.waiting], [[E.NOENT], 0]);
  },
);

onPipeline(
  "Pipeline: a sick disk's error is answered at once: a service that is to stop does not wait for the other node",
  (bed) => {
    const { pipeline, volume } = bed, answers: number[] = [];
    const inode = bed.file("sick");
    bed.mirror({ takes: true });
    let faults = 0;
    Object.assign(pipeline.events, { fault: () => faults++ });
    pipeline.submit({ kind: KIND.WRITE, id: inode.id, argument: 0 }, {
      volume,
      inode,
      whole: { failed: E.IO },
      answer: (errno) => answers.push(errno),
    }, new TextEncoder().encode("new"));
    bed.acknowledge();
    deepStrictEqual([answers, faults], [[E.IO], 1]);
  },
);

onPipeline(
  "Pipeline: alone, nothing is done before the new generation is recorded, also when the marks are on disk already",
  (bed) => {
    const { pipeline, volume, folder } = bed;
    const inode = bed.file("f");
    pipeline.goAlone();
    bed.recorded = false;
    const answers: number[] = [];
    pipeline.submit({ kind: KIND.WRITE, id: inode.id, argument: 0 }, {
      volume,
      inode,
      answer: (errno) => answers.push(errno),
    }, new TextEncoder().encode("alone"));
    for (let turn = 0; turn < 3; turn++) pipeline.complete();
    deepStrictEqual(answers, []);
    strictEqual(Deno.readTextFileSync(`${folder}/f`), "old");
    bed.recorded = true;
    pipeline.complete();
    deepStrictEqual(answers, [0]);
    strictEqual(Deno.readTextFileSync(`${folder}/f`), "alone");
  },
);

onPipeline(
  "Pipeline: times of a million files are told as there is room, and what could not be told is marked",
  (bed) => {
    const { volume, pipeline, dirty } = bed;
    let takes = true;
    const send = (_at: number, length: number) => takes ? length : 0;
    pipeline.mirror({ send } as unknown as Connection, 1);
    const inode = bed.file("stamped"), other = bed.file("other");
    write(bed, inode, "new");
    bed.acknowledge();
    takes = false;
    const fill = () => {
      while (!pipeline.brimful) {
        pipeline.submit(
          { kind: KIND.WRITE, id: other.id, argument: 0 },
          { volume, inode: other },
          new Uint8Array(1 << 20),
        );
      }
    };
    fill();
    const { sequence } = pipeline;
    strictEqual(pipeline.sendTimes(Infinity), false);
    strictEqual(pipeline.sequence, sequence, "nothing more is put in line");
    strictEqual(pipeline.timesTold(volume, inode.id), false);
    pipeline.markTimes();
    ok(dirty.marks.get(volume.index, inode.id)!.attributes >= 0);
    // Room again.
    write(bed, inode, "again");
    takes = true;
    pipeline.flush();
    bed.acknowledge();
    strictEqual(pipeline.sendTimes(Infinity), true);
    strictEqual(pipeline.timesTold(volume, inode.id), true);
  },
);

onPipeline(
  "Pipeline: a peer that says it has what it was not told yet breaks the session, and nothing is answered",
  (bed) => {
    const { pipeline } = bed;
    bed.mirror({ takes: true });
    const file = bed.file("file");
    const result = write(bed, file, "new");
    const { sequence } = pipeline;
    const heard = (kind: number, sequence: number) =>
      pipeline.heard({ ...newFrame(), kind, sequence });
    for (const kind of [KIND.ACK, KIND.SETTLED]) {
      strictEqual(
        heard(kind, sequence + 1),
        `the peer says that it has operation ${sequence + 1}, of ${sequence}`,
      );
    }
    pipeline.complete();
    strictEqual(result.errno, null);
    strictEqual(pipeline.unsettled.isEmpty, false);
    bed.acknowledge();
    strictEqual(result.errno, 0);
    // The next session has not come to that yet: what is marked is in this memory only.
    pipeline.settle({ here: sequence });
    pipeline.lose();
    strictEqual(heard(KIND.SETTLED, sequence), false);
    strictEqual(pipeline.unsettled.isEmpty, false);
  },
);

onPipeline(
  "Pipeline: times are told so many at a time, and what is left is said",
  (bed) => {
    const { pipeline, volume } = bed;
    bed.mirror({ takes: true });
    const inodes = ["a", "b", "c"].map((name) => bed.file(name));
    for (const inode of inodes) write(bed, inode, "new");
    bed.acknowledge();
    const untold = () =>
      inodes.filter(({ id }) => !pipeline.timesTold(volume, id)).length;
    strictEqual(pipeline.sendTimes(2), false);
    strictEqual(untold(), 1);
    // Stamped again in a moment, by what is under way: not waited for.
    write(bed, inodes[2]!, "again");
    strictEqual(pipeline.sendTimes(0), true);
    bed.acknowledge();
    strictEqual(pipeline.sendTimes(1), true);
    strictEqual(untold(), 0);
  },
);

onPipeline(
  "Pipeline: times that cannot be told, because the file's name is not found any more, are marked",
  (bed) => {
    const { pipeline, volume, dirty } = bed;
    bed.mirror({ takes: true });
    const inode = bed.file("a");
    write(bed, inode, "new");
    bed.acknowledge();
    pipeline.settle({ here: pipeline.sequence, there: pipeline.sequence });
    bed.diverges = true;
    volume.pathOf = () => null;
    pipeline.sendTimes(Infinity);
    strictEqual(bed.diverged.length, 1);
    ok((dirty.marks.get(volume.index, inode.id)?.attributes ?? -1) >= 0);
  },
);
