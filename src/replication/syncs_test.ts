import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { E } from "../system/libc.ts";
import { S_IFREG } from "../fuse/abi.ts";
import { Inode } from "./inode.ts";
import { Syncs, type SyncTools } from "./syncs.ts";
import type { Volume } from "./volume.ts";

/** errno that an fsync of this node's disk ended with, and what was said of it before the application had its answer. */
function fsync(error: number): { answer: number; broke: number[] } {
  const broke: number[] = [];
  let answer = -1;
  const tools = {
    alone: true,
    ranOut: false,
    now: () => 0,
    aio: {
      fsync: (_: number, __: boolean, done: (e: number) => void) => done(error),
    },
    disk: {
      broke: (errno: number) => {
        strictEqual(answer, -1);
        broke.push(errno);
      },
    },
  };
  const inode = new Inode(2 ** 33, 7, S_IFREG);
  new Syncs(tools as unknown as SyncTools).add(
    { data: () => 7 } as unknown as Volume,
    inode,
    { dataOnly: true, local: false, answer: (errno) => answer = errno },
  );
  return { answer, broke };
}

/** Of a pipeline whose peer is there; `then` gets what ends each fsync of this node's disk. */
function mirroredTools(
  then: (done: (error: number) => void) => void,
  now = () => 0,
) {
  let sequence = 0;
  return {
    alone: false,
    ranOut: false,
    session: {},
    now,
    latency: { fsyncs: { add: () => {} } },
    bind: () => "bound",
    tell: () => sequence += 1,
    get sequence() {
      return sequence;
    },
    aio: {
      fsync: (_: number, __: boolean, done: (error: number) => void) =>
        then(done),
    },
  };
}

Deno.test("Syncs: what the peer had on its disk before this node had is asked for again in the next session", () => {
  let done = (_: number) => {};
  const answers: number[] = [];
  const tools = mirroredTools((each) => done = each);
  const inode = new Inode(2 ** 33, 7, S_IFREG);
  const syncs = new Syncs(tools as unknown as SyncTools);
  syncs.add(
    { index: 0, data: () => 7 } as unknown as Volume,
    inode,
    { dataOnly: true, local: false, answer: (errno) => answers.push(errno) },
  );
  syncs.heard(1, 0);
  syncs.lose();
  done(0);
  // A resync may have set the peer back to what this disk had.
  deepStrictEqual(answers, []);
  syncs.sendAgain();
  syncs.heard(2, 0);
  deepStrictEqual(answers, [0]);
});

Deno.test("Syncs: only what waits for this node's disk alone is its delay, the oldest first", () => {
  const done: ((error: number) => void)[] = [];
  let now = 100;
  const tools = mirroredTools((each) => done.push(each), () => now);
  const syncs = new Syncs(tools as unknown as SyncTools);
  const add = () =>
    syncs.add(
      { index: 0, data: () => 7 } as unknown as Volume,
      new Inode(2 ** 33 + now, 7, S_IFREG),
      { dataOnly: true, local: false, answer: () => {} },
    );
  add();
  add();
  strictEqual(syncs.laggingSince, 0);
  now = 200;
  syncs.heard(2, 0);
  now = 300;
  syncs.heard(1, 0);
  strictEqual(syncs.laggingSince, 200);
  now = 250;
  done[1]!(0);
  strictEqual(syncs.laggingSince, 300);
  // The peer is to be asked again, so it is not known what the disk alone delays.
  syncs.lose();
  strictEqual(syncs.laggingSince, 0);
  now = 400;
  Object.assign(tools, { alone: true });
  syncs.goAlone();
  strictEqual(syncs.laggingSince, 400);
  done[0]!(0);
  strictEqual(syncs.laggingSince, 0);
});

Deno.test("Syncs: what the peer does not have is named, so that the next session levels it", () => {
  const lacks: unknown[] = [];
  const tools = {
    alone: false,
    session: {},
    sequence: 7,
    now: () => 0,
    bind: () => "bound",
    tell: () => {},
    aio: {
      fsync: (_: number, __: boolean, done: (e: number) => void) => done(0),
    },
    events: { diverged: (_: string, what: unknown) => lacks.push(what) },
  };
  const inode = new Inode(2 ** 33, 7, S_IFREG);
  const syncs = new Syncs(tools as unknown as SyncTools);
  syncs.add(
    { index: 3, data: () => 7 } as unknown as Volume,
    inode,
    { dataOnly: true, local: false, answer: () => {} },
  );
  syncs.heard(7, E.STALE);
  deepStrictEqual(lacks, [{ volume: 3, id: 2 ** 33 }]);
  // It is asked again in the next session, and not answered before.
  strictEqual(syncs.waiting, 1);
});

Deno.test("Syncs: an fsync that lost writes breaks this copy before it is answered, one that was asked of the wrong file does not", () => {
  deepStrictEqual(fsync(0), { answer: 0, broke: [] });
  deepStrictEqual(fsync(E.IO), { answer: E.IO, broke: [E.IO] });
  deepStrictEqual(fsync(E.INVAL), { answer: E.INVAL, broke: [] });
});
