import {
  deepStrictEqual,
  match,
  strictEqual,
  throws,
} from "node:assert/strict";
import { E } from "../system/libc.ts";
import type { Context } from "./context.ts";
import { Dirty } from "./dirty.ts";
import { IdentityStore } from "./identity_store.ts";
import { KnownFolders } from "./known_folders.ts";
import { Marks } from "./marks.ts";
import { SecondaryRole } from "./secondary_role.ts";
import type { Volume } from "./volume.ts";

Deno.test("SecondaryRole whose disk fails its last sync is no copy afterwards, also when its marks cannot be written", () => {
  const folder = Deno.makeTempDirSync({ dir: "/dev/shm" });
  const path = `${folder}/identity.json`;
  const dirty = new Dirty(`${folder}/dirty.log`);
  try {
    const identity = new IdentityStore(path);
    identity.advance({ bitmap: null, upToDate: true, connected: true });
    const context = {
      config: { listen: [], trusted: [], dial: [], directories: [] },
      identity,
      folders: new KnownFolders(folder),
      dirty,
      marks: new Marks(),
      doubt: false,
      now: () => performance.now(),
      log() {},
    } as unknown as Context;
    context.marks.names(0, 77, 5);
    dirty.flush = () => {
      throw new Error("no space left");
    };
    const role = new SecondaryRole(context, { full: false, changed() {} });
    let closed = 0;
    const volume = {
      sync: (_: unknown, done: (error: number) => void) => done(E.IO),
      close: () => closed++,
    };
    role.volumes.push(volume as unknown as Volume);
    throws(() => [...role.stop(true)], /no space left/);
    const left = [identity, new IdentityStore(path)].map(({ value }) => [
      value.upToDate,
      value.consistent,
    ]);
    deepStrictEqual(left, [[false, false], [false, false]]);
    deepStrictEqual([closed, context.marks.isEmpty], [1, false]);
  } finally {
    dirty.close();
    Deno.removeSync(folder, { recursive: true });
  }
});

Deno.test("SecondaryRole: a sync that a failover did not wait for, and that fails, is told to the role that comes after it", () => {
  const folder = Deno.makeTempDirSync({ dir: "/dev/shm" });
  const dirty = new Dirty(`${folder}/dirty.log`);
  try {
    const identity = new IdentityStore(`${folder}/identity.json`);
    identity.advance({ bitmap: null, upToDate: true });
    const context = {
      config: { listen: [], trusted: [], dial: [], directories: [] },
      identity,
      dirty,
      marks: new Marks(),
      doubt: false,
      now: () => 0,
      notice: null,
      lost: 0,
      log() {},
    } as unknown as Context;
    const begin = (full = false) =>
      new SecondaryRole(context, { full, changed() {} });
    const before = begin();
    deepStrictEqual([...before.stop(false)], []);
    before.broke(E.IO);
    deepStrictEqual([context.lost, identity.value.consistent], [E.IO, true]);
    // A primary is told by its settler; this one counts as no copy, and takes no primary.
    const after = begin();
    after.turn();
    deepStrictEqual([context.lost, identity.value.consistent], [0, false]);
    match(context.notice ?? "", /this node's disk failed to sync: EIO/);
    strictEqual(identity.value.upToDate, false);

    // A person has everything compared: that is the answer to what was lost before; until it is done this copy is none.
    identity.save({ upToDate: true, consistent: true });
    context.lost = E.IO;
    context.notice = null;
    const compared = begin(true);
    deepStrictEqual([context.lost, identity.value.consistent], [0, false]);
    compared.turn();
    strictEqual(context.notice, null);
    // What it loses from then on is another matter.
    compared.broke(E.IO);
    compared.turn();
    match(context.notice ?? "", /this node's disk failed to sync: EIO/);
  } finally {
    dirty.close();
    Deno.removeSync(folder, { recursive: true });
  }
});
