import { strictEqual, throws } from "node:assert/strict";
import { clearStaleMounts, ourMounts } from "../fuse/device.ts";
import type { Context } from "./context.ts";
import { Dirty } from "./dirty.ts";
import { IdentityStore } from "./identity_store.ts";
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
