import {
  deepStrictEqual,
  match,
  strictEqual,
  throws,
} from "node:assert/strict";
import { clearStaleMounts, openBacking, ourMounts } from "../fuse/device.ts";
import { ColdReads } from "../fuse/cold_reads.ts";
import { libc, Memory } from "../system/libc.ts";
import { AIDE } from "./aide.ts";
import type { Context } from "./context.ts";
import { Dirty } from "./dirty.ts";
import { settleGround } from "./ground.ts";
import { readEpoch, writeEpoch } from "./id_xattr.ts";
import { IdentityStore } from "./identity_store.ts";
import { KnownFolders, strangeFolder } from "./known_folders.ts";
import { Marks } from "./marks.ts";
import { PrimaryRole } from "./primary_role.ts";

/** Descriptors of this process. */
function descriptors(): number {
  return [...Deno.readDirSync("/proc/self/fd")].length;
}

/** What a role needs to begin. */
function contextIn(folder: string): Context {
  const data = `${folder}/data`, stateDir = `${folder}/state`;
  for (const path of [data, stateDir]) Deno.mkdirSync(path);
  const identity = new IdentityStore(`${stateDir}/identity.json`);
  identity.advance({ bitmap: null, upToDate: true });
  return {
    config: {
      nodeIndex: 0,
      stateDir,
      directories: [{ path: data }],
      dial: ["127.0.0.1"],
    },
    identity,
    folders: new KnownFolders(stateDir),
    dirty: new Dirty(`${stateDir}/dirty.log`),
    marks: new Marks(),
    journal: { discard() {} },
    left: null,
    now: () => performance.now(),
    doubt: false,
    log() {},
  } as unknown as Context;
}

Deno.test({
  name:
    "PrimaryRole that cannot record that it goes on alone leaves nothing behind, and loses no mark",
  ignore: Deno.uid() !== 0,
  fn() {
    const folder = Deno.makeTempDirSync({ dir: "/dev/shm" });
    const context = contextIn(folder), path = `${folder}/data`;
    try {
      context.marks.names(0, 77, 1);
      context.dirty.flush = () => {
        throw new Error("no space left");
      };
      const begin = () =>
        new PrimaryRole(context, { alone: true, changed() {} });
      // What the first one opens for all later ones (libraries) is no leak.
      throws(begin, /no space left/);
      strictEqual(ourMounts(path), 0);
      const before = descriptors();
      for (let i = 0; i < 3; i++) throws(begin, /no space left/);
      strictEqual(ourMounts(path), 0);
      strictEqual(descriptors(), before);
      strictEqual(context.marks.isEmpty, false);
    } finally {
      clearStaleMounts(path);
      context.dirty.close();
      Deno.removeSync(folder, { recursive: true });
    }
  },
});

/** The note of the used inode ids on the folder `path`; `note`: it gets that one. */
function noteOf(path: string, note?: number): number | null {
  const backing = openBacking(path);
  if (note !== undefined) strictEqual(writeEpoch(backing, note), 0);
  const found = readEpoch(backing);
  libc.close(backing);
  return found;
}

Deno.test({
  name:
    "PrimaryRole knows the note that it gave its folder: a disk as it was before this role is another one",
  ignore: Deno.uid() !== 0,
  fn() {
    const folder = Deno.makeTempDirSync({ dir: "/dev/shm" });
    const context = contextIn(folder), path = `${folder}/data`;
    const { folders } = context, keep = folders.keep.bind(folders);
    try {
      deepStrictEqual([...settleGround(context)], []);
      const before = noteOf(path);
      // And dies before anything is mounted.
      folders.keep = (notes) => {
        keep(notes);
        Deno.renameSync(path, `${path}-away`);
      };
      throws(() => new PrimaryRole(context, { alone: false, changed() {} }));
      Deno.renameSync(`${path}-away`, path);
      strictEqual(strangeFolder(context), null);
      strictEqual(noteOf(path), before! + 1);
      noteOf(path, before!);
      match(strangeFolder(context)?.why ?? "", /is not the folder/);
    } finally {
      context.dirty.close();
      Deno.removeSync(folder, { recursive: true });
    }
  },
});

Deno.test({
  name:
    "PrimaryRole that goes on alone gives its folder a token that no state of before knows",
  ignore: Deno.uid() !== 0,
  fn() {
    const folder = Deno.makeTempDirSync({ dir: "/dev/shm" });
    const context = contextIn(folder), path = `${folder}/data`;
    const tokens = `${folder}/state/tokens`;
    try {
      Object.assign(context, { cold: new ColdReads([]) });
      deepStrictEqual([...settleGround(context)], []);
      const backup = Deno.readTextFileSync(tokens);
      // What the other node may lack: the first difference.
      context.marks.names(0, 77, 1);
      new PrimaryRole(context, { alone: true, changed() {} });
      clearStaleMounts(path);
      const now = () => ({
        ...context,
        folders: new KnownFolders(`${folder}/state`),
      });
      strictEqual(strangeFolder(now()), null);
      Deno.writeTextFileSync(tokens, backup);
      match(strangeFolder(now())?.why ?? "", /has newer data than/);
    } finally {
      clearStaleMounts(path);
      context.dirty.close();
      Deno.removeSync(folder, { recursive: true });
    }
  },
});

/** As a full disk refuses. */
function refuse(): never {
  using full = Deno.openSync("/dev/full", { write: true });
  full.writeSync(new Uint8Array(1));
  throw new Error("it was taken");
}

Deno.test("PrimaryRole goes on for a dead primary on a full state disk: what no mark can say, the identity does, until there is room and the copies are level", () => {
  const folder = Deno.makeTempDirSync({ dir: "/dev/shm" });
  const stateDir = `${folder}/state`;
  const said: string[] = [];
  let now = 0, full = true;
  // Its disk as the next process would find it: each mark is there, or everything is compared.
  const comparesAll = () =>
    new IdentityStore(`${stateDir}/identity.json`).value.directories?.length ===
      0;
  const marksOnDisk = () => {
    const dirty = new Dirty(`${stateDir}/dirty.log`);
    dirty.close();
    return [...dirty.marks].map(({ id }) => id);
  };
  let discarded = 0;
  const context = contextIn(folder);
  const { dirty } = context;
  const flush = dirty.flush.bind(dirty);
  dirty.flush = () => full && dirty.needsFlush ? refuse() : flush();
  Object.assign(context, {
    config: { ...context.config, directories: [] },
    now: () => now,
    log: (text: string) => void said.push(text),
    journal: {
      discard() {
        // What it alone named is named elsewhere.
        strictEqual(comparesAll(), true);
        discarded++;
      },
    },
    left: new Marks(),
    doubt: true,
  });
  context.left!.names(0, 78, 1);
  context.marks.names(0, 77, 1);
  const before = context.identity.value.current;
  try {
    const role = new PrimaryRole(context, { alone: true, changed() {} });
    deepStrictEqual([comparesAll(), discarded], [true, 1]);
    match(said.join(), /no room below .*: everything is compared instead/);
    // An application's write, and many turns: nothing waits, and the disk is not asked each time.
    strictEqual(context.identity.value.bitmap, before);
    const mark = new Marks();
    mark.names(0, 79, 1);
    dirty.add(mark);
    role.pipeline.complete();
    strictEqual(role.pipeline.alone, true);
    deepStrictEqual([comparesAll(), marksOnDisk()], [true, []]);
    // Room again.
    full = false;
    now += 10_000;
    role.pipeline.complete();
    deepStrictEqual(marksOnDisk().toSorted(), [77, 78, 79]);
    strictEqual(comparesAll(), true);
    full = true;
    deepStrictEqual([...role.stop({ atOnce: true })], []);
  } finally {
    dirty.close();
    Deno.removeSync(folder, { recursive: true });
  }
});

Deno.test("PrimaryRole: what the primary before it may lack is compared once, however far that one's numbers had come", () => {
  const folder = Deno.makeTempDirSync({ dir: "/dev/shm" });
  const context = contextIn(folder);
  Object.assign(context, {
    config: { ...context.config, directories: [] },
    cold: new ColdReads([]),
  });
  const range = { offset: 0, length: 4096 };
  context.marks.data(0, 77, range, 1_000_000);
  try {
    const role = new PrimaryRole(context, { alone: false, changed() {} });
    const { pipeline } = role;
    deepStrictEqual([...pipeline.unsettled].map(({ id }) => id), [77]);
    // Written again here, and on both disks.
    pipeline.unsettled.data(0, 77, range, 1);
    pipeline.settle({ here: 0, there: 0 });
    strictEqual(pipeline.unsettled.isEmpty, false);
    pipeline.settle({ here: 1, there: 1 });
    strictEqual(pipeline.unsettled.isEmpty, true);
    deepStrictEqual([...role.stop({ atOnce: true })], []);
  } finally {
    context.dirty.close();
    Deno.removeSync(folder, { recursive: true });
  }
});

Deno.test("PrimaryRole whose disk takes neither marks nor that everything is compared does not begin, and loses no mark", () => {
  const folder = Deno.makeTempDirSync({ dir: "/dev/shm" });
  const context = contextIn(folder);
  Object.assign(context, { config: { ...context.config, directories: [] } });
  let discarded = 0;
  context.journal.discard = () => void discarded++;
  context.left = new Marks();
  context.left.names(0, 78, 1);
  context.dirty.flush = refuse;
  context.identity.save = refuse;
  try {
    throws(
      () => new PrimaryRole(context, { alone: true, changed() {} }),
      /No space left/,
    );
    strictEqual(discarded, 0);
    deepStrictEqual([...context.left].map(({ id }) => id), [78]);
  } finally {
    context.dirty.close();
    Deno.removeSync(folder, { recursive: true });
  }
});

/** A primary that is told to stop, beside a second thread that does only what the test does for it. */
function stopping({ alone }: { readonly alone: boolean }) {
  const folder = Deno.makeTempDirSync({ dir: "/dev/shm" });
  const asked: { what: number; done: (error: number) => void }[] = [];
  const said: string[] = [];
  const clock = { at: 0 };
  const context: Context = Object.assign(contextIn(folder), {
    notice: null,
    now: () => clock.at,
    log: (text: string) => void said.push(text),
    cold: new ColdReads([]),
    aide: {
      run: (
        what: number,
        _fd: number,
        _path: string | number | null,
        done: (error: number) => void,
      ) => void asked.push({ what, done }),
      cancelUnmounts: () => void said.push("cancelled"),
    },
  });
  const role = new PrimaryRole(context, { alone, changed() {} });
  const path = `${folder}/data`;
  const end = role.stop({ atOnce: false });
  return {
    asked,
    context,
    path,
    said,
    /** Ten turns of its loop; whether it has stopped. */
    pass(ms: number): boolean {
      for (let turn = 0; turn < 10; turn++) {
        if (end.next().done) return true;
        clock.at += ms / 10;
      }
      return false;
    },
    [Symbol.dispose]() {
      clearStaleMounts(path);
      context.dirty.close();
      Deno.removeSync(folder, { recursive: true });
    },
  };
}

Deno.test({
  name:
    "PrimaryRole that is alone waits for its disk however long that takes, and says so",
  ignore: Deno.uid() !== 0,
  fn() {
    using world = stopping({ alone: true });
    const { asked, context, path } = world;
    const HOURS = 10 * 3_600_000;
    strictEqual(world.pass(HOURS), false);
    match(context.notice ?? "", /waits until this node's disk has what was/);
    strictEqual(ourMounts(path), 1);
    strictEqual(libc.umount2(new Memory(4096).string(path), 0), 0);
    asked[0]!.done(0);
    strictEqual(world.pass(HOURS), false);
    match(context.notice ?? "", /disk has all of it: .* leave this one on/);
    const { UMOUNT, SYNCFS } = AIDE;
    deepStrictEqual(asked.map(({ what }) => what), [UMOUNT, SYNCFS]);
    asked[1]!.done(0);
    strictEqual(world.pass(1000), true);
    strictEqual(context.notice, null);
  },
});

Deno.test({
  name:
    "PrimaryRole whose unmount does not end takes back one that has not begun: something else may be mounted there by then",
  ignore: Deno.uid() !== 0,
  fn() {
    using world = stopping({ alone: false });
    const { path, said } = world;
    strictEqual(world.pass(50_000), false);
    strictEqual(ourMounts(path), 1);
    strictEqual(said.includes("cancelled"), false);
    strictEqual(world.pass(100_000), true);
    strictEqual(ourMounts(path), 0);
    strictEqual(said.includes("cancelled"), true);
    match(said.join(), /could not be unmounted within 60 s/);
  },
});
