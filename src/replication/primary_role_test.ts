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
