import { deepStrictEqual, throws } from "node:assert/strict";
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
