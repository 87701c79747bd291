import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { Report } from "../replication/control.ts";
import { EMPTY, type Identity } from "../replication/identity.ts";
import { CopyFolders } from "./copy_folders.ts";
import { Fallback } from "./fallback.ts";

Deno.test("Fallback: a node that becomes secondary does not wait until an old copy of millions of files is removed", async () => {
  // A file system without reflinks: no new one is kept.
  const folder = await Deno.makeTempDir({ dir: "/dev/shm" });
  const directories = [`${folder}/one`, `${folder}/two`];
  const old = "before-resync-2026-01-02T03-04-05-678Z";
  const others = ["2026-01-02T03-04-05-678Z", "2026-01-03T03-04-05-678Z.part"];
  for (const path of directories) {
    for (const name of [old, ...others]) {
      await Deno.mkdir(`${path}/.hakit/copies/${name}`, { recursive: true });
    }
  }
  const folders = new CopyFolders(directories);
  const { remove } = Deno;
  const removed: string[] = [];
  const gate = Promise.withResolvers<void>(),
    end = Promise.withResolvers<void>();
  Deno.remove = async (path, options) => {
    await gate.promise;
    await remove(path, options);
    if (removed.push(`${path}`) === directories.length) end.resolve();
  };
  try {
    const fallback = new Fallback({
      directories,
      log: { info() {}, warning: (text) => end.reject(new Error(text)) },
      now: () => 0,
    });
    const identity: Identity = { ...EMPTY, current: "0000000000000001" };
    const peer = { ...EMPTY, current: "0000000000000002" };
    await fallback.keep({ phase: "idle", identity } as Report, peer);
    strictEqual(fallback.name, null);
    deepStrictEqual(await folders.names(), [others[0]]);
    gate.resolve();
    await end.promise;
    // A copy that somebody takes meanwhile is nobody else's to remove.
    deepStrictEqual(
      removed,
      directories.map((path) => `${path}/.hakit/copies/${old}.part`),
    );
  } finally {
    Deno.remove = remove;
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("Fallback: what it kept goes when the copy is level, and nothing of a copy that somebody takes in that moment", async () => {
  const folder = await Deno.makeTempDir();
  const directories = [`${folder}/one`, `${folder}/two`];
  const old = "before-resync-2026-01-02T03-04-05-678Z";
  const being = "2026-01-03T03-04-05-678Z.part";
  const ready = "2026-01-04T03-04-05-678Z";
  const copies = (path: string) => `${path}/.hakit/copies`;
  try {
    for (const [index, path] of directories.entries()) {
      // Of a copy in its last step the first directory's half has its name already.
      for (const name of [old, being, index === 0 ? ready : `${ready}.part`]) {
        await Deno.mkdir(`${copies(path)}/${name}`, { recursive: true });
      }
    }
    const fallback = new Fallback({
      directories,
      log: { info() {}, warning: (text) => throwError(text) },
      now: () => 0,
    });
    const resyncs = { ...EMPTY, consistent: false };
    await fallback.keep({ phase: "idle", identity: resyncs } as Report, null);
    strictEqual(fallback.name, old);
    await fallback.look({
      phase: "secondary",
      session: "mirrored",
      identity: { ...EMPTY, upToDate: true },
    } as Report);
    strictEqual(fallback.name, null);
    const left = directories.map((path) =>
      [...Deno.readDirSync(copies(path))].map(({ name }) => name).sort()
    );
    deepStrictEqual(left, [[being, ready], [being, `${ready}.part`]]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

function throwError(text: string): never {
  throw new Error(text);
}
