import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { Connection } from "../peer/connection.ts";
import { HEADER, newFrame, readHeader } from "../peer/frame.ts";
import { E, Memory } from "../system/libc.ts";
import { Follower } from "./follower.ts";
import { Marks } from "./marks.ts";
import { KIND } from "./operation.ts";
import type { Volume } from "./volume.ts";

/** A follower of one volume with one file, whose disk answers as told; `refuses`: changes, so. */
function followerWith(
  answer: (done: (error: number) => void) => void,
  refuses = 0,
) {
  const frame = newFrame();
  const connection = { frame, payload: 0, incoming: new Memory(4096) };
  const volume = {
    get: () => ({ isDirectory: false }),
    data: () => -refuses || 7,
  };
  const broken: number[] = [];
  const kept: number[] = [];
  let fails = 0;
  let slow: ((error: number) => void)[] | null = null;
  const tide = {
    kept: { value: 1 },
    keepBeside(
      next: { value: number },
      _: unknown,
      done: (error: number) => void,
    ) {
      const end = (error: number) => {
        if (error === 0) {
          tide.kept = next;
          kept.push(next.value);
        }
        done(error);
      };
      if (slow) slow.push(end);
      else end(fails-- > 0 ? E.IO : 0);
    },
  };
  const follower: Follower = new Follower(
    connection as unknown as Connection,
    [volume as unknown as Volume],
    new Marks(),
    {
      aio: { fsync: (_fd, _dataOnly, done) => answer(done) },
      syncAll: (done) => answer(done),
      journal: { enter: () => true, flush: () => {}, settle: () => {} },
      tide,
      log: () => {},
      now: () => 0,
      broken: (error) => {
        // Before the answer, or the primary's fsync could be asked again and succeed.
        broken.push(error);
        strictEqual(follower.outgoing.isEmpty, true);
      },
    },
    0,
  );
  follower.level = true;
  const hear = (kind: number) => {
    frame.kind = kind;
    frame.sequence = follower.applied + 1;
    strictEqual(follower.heard(), null);
  };
  return {
    follower,
    broken,
    kept,
    cannotKeep: (times: number) => fails = times,
    /** Ends of tides that are not kept at once. */
    keepsSlowly: (): ((error: number) => void)[] => slow = [],
    fsync: () => hear(KIND.FSYNC),
    write: () => hear(KIND.WRITE),
  };
}

Deno.test("Follower: an fsync that fails says that the copy is broken, before it is answered", () => {
  for (const error of [E.IO, E.ROFS, E.NOSPC, E.DQUOT, 110]) {
    const { follower, broken, fsync } = followerWith((done) => done(error));
    fsync();
    deepStrictEqual(broken, [error]);
    strictEqual(follower.outgoing.isEmpty, false);
    follower.close();
  }
});

Deno.test("Follower: an fsync that succeeds, or is not for this file, breaks nothing", () => {
  for (const error of [0, E.INVAL]) {
    const { follower, broken, fsync } = followerWith((done) => done(error));
    fsync();
    deepStrictEqual(broken, []);
    strictEqual(follower.outgoing.isEmpty, false);
    follower.close();
  }
});

Deno.test("Follower: a sync of everything that fails breaks the copy, also after the session", () => {
  const waiting: ((error: number) => void)[] = [];
  const { follower, broken, fsync } = followerWith((done) =>
    waiting.push(done)
  );
  fsync();
  follower.settle();
  follower.close();
  for (const done of waiting) done(E.IO);
  deepStrictEqual(broken, [E.IO, E.IO]);
  follower.settle();
  strictEqual(waiting.length, 2);
});

/** Which operation was acknowledged when, of 2000 that were received together and take 5 ms each; `entered`: their regions are in the journal. */
function acknowledgedWhile(entered: boolean) {
  const frame = newFrame(), incoming = new Memory(4096);
  const said: { readonly at: number; readonly upTo: number }[] = [];
  let now = 0;
  const send = (address: number, length: number) => {
    const { view } = follower.outgoing.memory;
    const from = address - follower.outgoing.memory.address;
    for (let at = from; at < from + length; at += HEADER) {
      const { kind, sequence } = readHeader(view, at, newFrame());
      strictEqual(kind, KIND.ACK);
      said.push({ at: now, upTo: sequence });
    }
    return length;
  };
  const connection = { frame, payload: HEADER, incoming, send };
  const volume = { dropId: () => now += 5 };
  const follower: Follower = new Follower(
    connection as unknown as Connection,
    [volume as unknown as Volume],
    new Marks(),
    {
      aio: { fsync() {} },
      syncAll() {},
      journal: { enter: () => entered, flush() {}, settle() {} },
      tide: { kept: { value: 0 }, keepBeside() {} },
      log() {},
      now: () => now,
      broken() {},
    },
    0,
  );
  follower.level = true;
  for (let i = 1; i <= 2000; i++) {
    Object.assign(frame, { kind: KIND.FORGET, sequence: i, length: 8 });
    strictEqual(follower.heard(), null);
  }
  follower.release();
  follower.acknowledge();
  follower.outgoing.flush(follower.connection);
  follower.close();
  return said;
}

Deno.test("Follower: within seconds of work the primary hears all the time how far it is done, and of nothing that is not", () => {
  for (const entered of [true, false]) {
    const said = acknowledgedWhile(entered);
    let before = 0;
    for (const { at, upTo } of said) {
      ok(at - before <= 300, `silent from ${before} to ${at} ms`);
      strictEqual(upTo * 5, at);
      before = at;
    }
    deepStrictEqual(said.at(-1), { at: 10_000, upTo: 2000 });
  }
});

Deno.test("Follower: many sessions cost no more memory than one", () => {
  const once = () => followerWith((done) => done(0)).follower.close();
  once();
  const before = Memory.mapped;
  for (let i = 0; i < 50; i++) once();
  ok(Memory.mapped - before <= 50 * 4096, `${Memory.mapped - before}`);
});

Deno.test("Follower: a sync that ends after its session settles nothing of the next one", () => {
  const waiting: ((error: number) => void)[] = [];
  const { follower } = followerWith((done) => waiting.push(done));
  const { marks } = follower;
  const { frame } = follower.connection;
  follower.applied = 10;
  marks.data(0, 2 ** 33, { offset: 0, length: 1 }, 10);
  follower.settle();
  frame.kind = KIND.SETTLED;
  frame.sequence = 9;
  follower.heard();
  follower.close();
  // As a new session begins: old marks count as made before it.
  const old = new Marks();
  old.add(marks, 0);
  marks.clear();
  marks.add(old);
  for (const done of waiting) done(0);
  strictEqual(marks.isEmpty, false);
});

Deno.test("Follower: a tide is kept when this disk has what came before it, and its marks go then", () => {
  const ends: ((error: number) => void)[] = [];
  const { follower, kept, cannotKeep } = followerWith((done) =>
    ends.push(done)
  );
  const { frame } = follower.connection;
  const told = (sequence: number, id: number) => {
    Object.assign(frame, { kind: KIND.SETTLED, sequence, id });
    strictEqual(follower.heard(), null);
  };
  follower.keepTides(0);
  for (const sequence of [1, 2]) follower.marks.names(0, 7, sequence);
  follower.applied = 2;
  follower.settle();
  // The primary's disk has all of it, and this one not yet.
  told(2, 3);
  deepStrictEqual(kept, []);
  ends.pop()!(0);
  deepStrictEqual(kept, [3]);
  strictEqual(follower.marks.isEmpty, true);
  // Told again before this disk has it: the primary may come back as it was at the first word.
  follower.marks.names(0, 7, 3);
  follower.marks.names(0, 8, 4);
  follower.applied = 4;
  follower.settle();
  told(3, 5);
  told(4, 5);
  ends.pop()!(0);
  deepStrictEqual(kept, [3, 5]);
  deepStrictEqual([...follower.marks].map(({ id }) => id), [8]);
  told(4, 7);
  deepStrictEqual([kept, follower.marks.isEmpty], [[3, 5, 7], true]);
  // This disk has it first.
  follower.marks.names(0, 7, 5);
  follower.applied = 5;
  follower.settle();
  ends.pop()!(0);
  deepStrictEqual([kept, follower.marks.isEmpty], [[3, 5, 7], false]);
  told(5, 9);
  deepStrictEqual([kept, follower.marks.isEmpty], [[3, 5, 7, 9], true]);
  // Told by a primary that goes on with the tide of before: what it has not kept stays marked.
  follower.marks.names(0, 7, 6);
  follower.applied = 6;
  follower.settle();
  ends.pop()!(0);
  for (const again of [0, 9]) {
    told(6, again);
    deepStrictEqual([kept, follower.marks.isEmpty], [[3, 5, 7, 9], false]);
  }
  // It cannot be kept at first: what the primary's disk had then counts all the same.
  follower.marks.names(0, 8, 7);
  follower.applied = 7;
  cannotKeep(1);
  told(6, 11);
  follower.settle();
  ends.pop()!(0);
  told(7, 11);
  deepStrictEqual(kept, [3, 5, 7, 9, 11]);
  deepStrictEqual([...follower.marks].map(({ id }) => id), [8]);
  follower.close();
});

Deno.test("Follower: while a tide is on its way to the disk the loop goes on, and what it settles is told and forgotten afterwards", () => {
  const begin = () => {
    const bed = followerWith((done) => done(0)), { follower } = bed;
    const { frame } = follower.connection;
    const ends = bed.keepsSlowly();
    follower.keepTides(0);
    follower.marks.names(0, 7, 1);
    follower.applied = 1;
    follower.settle();
    follower.outgoing.clear();
    const told = () => {
      Object.assign(frame, { kind: KIND.SETTLED, sequence: 1, id: 3 });
      strictEqual(follower.heard(), null);
    };
    told();
    return { ...bed, ends, told };
  };
  const { follower, kept, ends, told } = begin();
  const state = () => [
    ends.length,
    kept.length,
    follower.marks.isEmpty,
    follower.outgoing.isEmpty,
  ];
  deepStrictEqual(state(), [1, 0, false, true]);
  // Neither a further sync nor the same word again begins a second one.
  follower.applied = 2;
  follower.settle();
  told();
  deepStrictEqual(state(), [1, 0, false, true]);
  ends[0]!(0);
  deepStrictEqual(state(), [1, 1, true, false]);
  follower.outgoing.clear();
  follower.settle();
  deepStrictEqual(state(), [1, 1, true, false]);
  follower.close();
  // Nothing is said of a disk that has failed meanwhile, nor after the session.
  for (const fails of [true, false]) {
    const { follower, fsync, ends } = begin();
    if (fails) {
      follower.tools.aio.fsync = (_fd, _dataOnly, done) => done(E.IO);
      fsync();
      follower.outgoing.clear();
    } else follower.close();
    ends[0]!(0);
    deepStrictEqual(
      [follower.marks.isEmpty, follower.outgoing.isEmpty],
      [false, true],
    );
    follower.close();
  }
});

/** What a disk that refuses a write so makes of the copy: errno for which it counts as none, and whether the write is acknowledged. */
function refusing(error: number) {
  const { follower, broken, write } = followerWith((done) => done(0), error);
  const room = () => follower.outgoing.room;
  write();
  strictEqual(follower.outgoing.isEmpty, false, "the primary is told");
  const told = room();
  follower.acknowledge();
  const acknowledged = room() < told;
  follower.settle();
  const settled = room() < told - (acknowledged ? HEADER : 0);
  follower.close();
  return { broken, acknowledged, settled };
}

Deno.test("Follower: a disk that takes no changes any more breaks the copy by the first one that it refuses, and nothing is acknowledged", () => {
  for (const error of [E.ROFS, E.SHUTDOWN, E.NODEV, E.NXIO]) {
    deepStrictEqual(refusing(error), {
      broken: [error],
      acknowledged: false,
      settled: false,
    });
  }
});

Deno.test("Follower: one bad sector, a damaged place or a full disk breaks no copy: it is levelled again", () => {
  for (const error of [E.IO, E.UCLEAN, E.NOSPC, E.DQUOT]) {
    deepStrictEqual(refusing(error), {
      broken: [],
      acknowledged: true,
      settled: true,
    });
  }
});
