import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { newFrame } from "../peer/frame.ts";
import { E } from "../system/libc.ts";
import type { Context } from "./context.ts";
import { Marks } from "./marks.ts";
import { Pipeline } from "./pipeline.ts";
import { Dirty } from "./dirty.ts";
import { Settler } from "./settler.ts";
import { KIND } from "./operation.ts";
import { fits, type Tide } from "./tide.ts";
import type { Volume } from "./volume.ts";

const FILE = 2 ** 33 + 1;

/** A settler whose disk answers each sync as told (a promise: later), in a session with a peer that has everything on its disk. */
function settlerWith(answers: (number | Promise<number>)[]) {
  const file = Deno.makeTempFileSync();
  const dirty = new Dirty(file);
  const faults: string[] = [], late: string[] = [], told: number[] = [];
  let now = 0;
  const pipeline = new Pipeline(dirty, { fsync() {} }, {
    diverged() {},
    fault: (what) => faults.push(what),
    unreadable() {},
    late: (what) => late.push(what),
    persist: () => true,
  }, () => now);
  pipeline.unsettled.add(marksOf(10));
  pipeline.sequence = 10;
  const session = { connection: {} as never, number: 1 };
  pipeline.mirror(session.connection, session.number);
  pipeline.tell = (kind) => void told.push(kind);
  pipeline.settle({ there: 10 });
  const config = { module: "db" };
  const tide = {
    kept: { value: 1 } as Tide,
    keep(next: Tide) {
      this.kept = next;
    },
    keepBeside(next: Tide, _: unknown, done: (error: number) => void) {
      const error = errors.shift() ?? 0;
      if (error === 0) this.kept = next;
      done(error);
    },
  };
  const errors: number[] = [], drawn: number[] = [];
  const context = {
    folders: { tokens: { draw: () => void drawn.push(now) } },
    now: () => now,
    config,
    tide,
    log() {},
  } as unknown as Context;
  const volume = {
    sync(_: unknown, done: (error: number) => void) {
      const answer = answers.shift()!;
      if (typeof answer === "number") done(answer);
      else void answer.then(done);
    },
  };
  const settler = new Settler(context, pipeline, [
    volume as unknown as Volume,
  ]);
  settler.begin(session);
  return {
    pipeline,
    context,
    faults,
    late,
    told,
    tide,
    errors,
    drawn,
    settler,
    /** So much later. */
    turn(ms = 10_000) {
      now += ms;
      settler.turn(now);
    },
    /** Alone, so much later. */
    look(ms: number) {
      now += ms;
      settler.look(now);
    },
    [Symbol.dispose]() {
      pipeline.close();
      dirty.close();
      Deno.removeSync(file);
    },
  };
}

function marksOf(sequence: number): Marks {
  const marks = new Marks();
  marks.data(0, FILE, { offset: 0, length: 4096 }, sequence);
  return marks;
}

Deno.test("Settler: a mark goes when the peer has kept the tide after it, which is told until it has", () => {
  using bed = settlerWith([0, 0]);
  const { pipeline, tide, settler, errors } = bed;
  const values: number[] = [];
  pipeline.tell = (_kind, _volume, id) => void values.push(id);
  pipeline.settle({ tide: 0 });
  settler.keepTides();
  bed.turn();
  deepStrictEqual([values, tide.kept.value], [[3], 2]);
  const heard = (sequence: number, id: number) =>
    pipeline.heard({ ...newFrame(), kind: KIND.SETTLED, sequence, id });
  heard(10, 0);
  strictEqual(pipeline.unsettled.isEmpty, false);
  // It was not heard, say: told again with the next sync.
  pipeline.sequence = 11;
  pipeline.acknowledged = 11;
  pipeline.unsettled.names(0, 7, 11);
  bed.turn();
  deepStrictEqual([values, tide.kept.value], [[3, 3], 2]);
  // It cannot be kept here at first: the peer had kept it before its second word.
  errors.push(E.IO);
  heard(10, 3);
  heard(11, 3);
  strictEqual(tide.kept.value, 3);
  deepStrictEqual([...pipeline.unsettled].map(({ id }) => id), [7]);
  // Of a session that is over.
  settler.begin(null);
  heard(11, 5);
  strictEqual(tide.kept.value, 3);
});

Deno.test("Settler: the last tide of an orderly end is none that was told before", () => {
  for (const told of [true, false]) {
    using bed = settlerWith([0]);
    const { tide, settler } = bed;
    settler.keepTides();
    if (told) bed.turn();
    const before = tide.kept, last = settler.lastTide();
    const came = [1, 2, 3].map((value) => fits(tide.kept, { value }));
    // Whatever the peer has kept until now, and nothing of it once it has the last one.
    deepStrictEqual(came, told ? [true, true, true] : [true, true, true]);
    strictEqual(fits(tide.kept, { value: last }), true);
    strictEqual(fits({ value: last }, { value: 3 }), !told);
    strictEqual(before.value, told ? 2 : 1);
  }
});

Deno.test("Settler: what is on both disks is told, and its marks go", () => {
  using bed = settlerWith([0]);
  bed.turn();
  deepStrictEqual(bed.told, [KIND.SETTLED]);
  strictEqual(bed.pipeline.unsettled.isEmpty, true);
});

Deno.test("Settler: a write that only the peer has is not told as settled before the peer was given back what stands here", () => {
  using bed = settlerWith([0]);
  const { pipeline, told } = bed;
  let givesBack = true;
  Object.defineProperty(pipeline, "givesBack", { get: () => givesBack });
  bed.turn();
  deepStrictEqual(told, []);
  strictEqual(pipeline.unsettled.isEmpty, false);
  givesBack = false;
  bed.turn();
  deepStrictEqual(told, [KIND.SETTLED]);
});

Deno.test("Settler: a sync that failed is not forgotten when the next one succeeds", () => {
  using bed = settlerWith([E.IO, 0, 0]);
  for (let i = 0; i < 3; i++) bed.turn();
  strictEqual(bed.faults.length, 1, `${bed.faults}`);
  deepStrictEqual(bed.told, []);
  strictEqual(bed.pipeline.unsettled.isEmpty, false);
});

Deno.test("Settler: an fsync that failed has lost what a later sync would take for written", () => {
  using bed = settlerWith([0]);
  bed.pipeline.disk.broke(E.IO, "an fsync failed");
  bed.turn();
  deepStrictEqual(bed.told, []);
  strictEqual(bed.pipeline.unsettled.isEmpty, false);
});

Deno.test("Pipeline: after a sync that failed this copy is the worse one, if the peer has all that was answered", () => {
  using bed = settlerWith([]);
  const { pipeline } = bed;
  strictEqual(pipeline.disk.isWorse, false);
  pipeline.peerIsLevel = true;
  strictEqual(pipeline.disk.isWorse, false);
  pipeline.disk.broke(E.IO, "an fsync failed");
  strictEqual(pipeline.disk.isWorse, true);
  // What is written from now on the peer does not have.
  pipeline.goAlone();
  strictEqual(pipeline.disk.isWorse, false);
});

Deno.test("Settler: times are told before each sync, for the peer's marks of what they are of go with it", () => {
  using bed = settlerWith([0, 0]);
  const { pipeline, told } = bed;
  Object.defineProperty(pipeline, "timesToSend", { value: true });
  pipeline.sendTimes = () => !!told.push(KIND.TIMES);
  bed.turn();
  bed.turn(1500);
  pipeline.sequence++;
  told.length = 0;
  bed.turn(600);
  deepStrictEqual(told, [KIND.TIMES, KIND.SETTLED]);
});

Deno.test("Settler: no sync goes before the times of thousands of new files are told, in parts, also while applications keep the buffer full", () => {
  using bed = settlerWith([0]);
  const { pipeline, told } = bed;
  let left = 3;
  Object.defineProperty(pipeline, "timesToSend", { get: () => left > 0 });
  Object.defineProperty(pipeline, "full", { value: true });
  pipeline.sendTimes = () => !!told.push(KIND.TIMES) && --left === 0;
  bed.turn();
  deepStrictEqual(told, [KIND.TIMES]);
  bed.turn(1);
  bed.turn(1);
  deepStrictEqual(told, [KIND.TIMES, KIND.TIMES, KIND.TIMES, KIND.SETTLED]);
});

Deno.test("Settler: alone a disk that could not write back is told, and looked at only after further changes", () => {
  using bed = settlerWith([E.IO, 0]);
  const { pipeline, late, faults } = bed;
  pipeline.goAlone();
  pipeline.sequence++;
  bed.look(29_000);
  deepStrictEqual(late, []);
  bed.look(1_000);
  strictEqual(late.length, 1);
  strictEqual(/EIO.*only copy/.test(late[0]!), true, late[0]);
  // It has had its answer.
  bed.look(60_000);
  pipeline.sequence++;
  bed.look(60_000);
  strictEqual(late.length, 1);
  deepStrictEqual(faults, []);
});

Deno.test("Settler: a sync that began alone and fails when the peer is level again makes this copy the worse one", async () => {
  const { promise, resolve } = Promise.withResolvers<number>();
  using bed = settlerWith([promise]);
  const { pipeline, late, faults } = bed;
  pipeline.goAlone();
  pipeline.sequence++;
  bed.look(30_000);
  pipeline.mirror({} as never, 2);
  resolve(E.IO);
  await promise;
  deepStrictEqual(late, []);
  strictEqual(faults.length, 1);
  strictEqual(pipeline.disk.broken, true);
});

Deno.test("Settler: what a sync of the role before lost is told when it is known whose copy is to go on", () => {
  {
    using bed = settlerWith([]);
    const { context, pipeline, settler, late, faults } = bed;
    context.lost = E.IO;
    // The peer may be back in a moment, or shut out.
    settler.learn();
    deepStrictEqual([late, faults, pipeline.disk.broken], [[], [], false]);
    pipeline.peerIsLevel = true;
    settler.learn();
    settler.learn();
    deepStrictEqual([late.length, faults.length], [0, 1]);
    strictEqual(/failed to sync: EIO/.test(faults[0]!), true, faults[0]);
    strictEqual(pipeline.disk.isWorse, true);
  }
  using bed = settlerWith([]);
  const { context, pipeline, settler, late, faults } = bed;
  context.lost = E.IO;
  pipeline.goAlone();
  settler.learn();
  settler.learn();
  deepStrictEqual([late.length, faults], [1, []]);
  strictEqual(/EIO.*only copy/.test(late[0]!), true, late[0]);
});

Deno.test("Settler: what is written alone has folder and state get another token now and then, once it is on the disk", () => {
  using bed = settlerWith(Array(100).fill(0));
  const { drawn, pipeline } = bed;
  pipeline.goAlone();
  bed.look(15 * 60_000);
  deepStrictEqual(drawn.splice(0), [15 * 60_000]);
  bed.look(15 * 60_000);
  deepStrictEqual(drawn, [], "nothing was written since");
  for (let minute = 0; minute < 25; minute++) {
    pipeline.sequence++;
    bed.look(60_000);
  }
  deepStrictEqual(drawn.map((at) => at / 60_000), [31, 41, 51]);
});

Deno.test("Settler: what is mirrored has folder and state get another token now and then, too", () => {
  using bed = settlerWith(Array(100).fill(0));
  const { drawn, pipeline } = bed;
  for (let minute = 0; minute < 25; minute++) {
    pipeline.sequence++;
    bed.turn(60_000);
  }
  deepStrictEqual(drawn.map((at) => at / 60_000), [10, 20]);
  bed.turn(15 * 60_000);
  strictEqual(drawn.length, 2, "nothing was written since");
});
