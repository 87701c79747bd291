import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { Report } from "../replication/control.ts";
import { EMPTY, type Identity } from "../replication/identity.ts";
import { CopyFolders, removeTrees } from "./copy_folders.ts";
import { Fallback } from "./fallback.ts";

const stateOf = (path: string) =>
  Array.from(Deno.readDirSync(`${path}/.hakit/copies`), ({ name }) => name)
    .sort();

/** Two directories with these copies, each named with the directories that it stands in. */
async function onDirectories(
  copies: { readonly [name: string]: readonly ("one" | "two")[] },
  run: (directories: readonly string[]) => Promise<void>,
): Promise<void> {
  // A file system without reflinks: no new one is kept.
  const folder = await Deno.makeTempDir({ dir: "/dev/shm" });
  try {
    for (const [name, places] of Object.entries(copies)) {
      for (const place of places) {
        const path = `${folder}/${place}/.hakit/copies/${name}`;
        await Deno.mkdir(path, { recursive: true });
      }
    }
    await run([`${folder}/one`, `${folder}/two`]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const BOTH = ["one", "two"] as const;

Deno.test("CopyFolders: half a copy that a power cut left goes, also one of before; what was set aside stays", () =>
  onDirectories({
    "2026-01-02T00-00-00-000Z": ["one"],
    // While it became one, and while it was given up.
    "before-resync-2026-01-03T00-00-00-000Z": ["one"],
    "before-resync-2026-01-03T00-00-00-000Z.part": ["two"],
    "before-2026-01-04T00-00-00-000Z.part": ["one"],
    "before-2026-01-04T00-00-00-000Z": ["two"],
    "before-2026-01-05T00-00-00-000Z": ["two"],
    "before-resync-2026-01-06T00-00-00-000Z": BOTH,
    "2026-01-07T00-00-00-000Z": BOTH,
  }, async (directories) => {
    const folders = new CopyFolders(directories);
    for (const kind of ["resync", "others"] as const) {
      const parts = await folders.parts(kind);
      // The half with the name of a whole one first.
      ok(parts.findIndex((path) => path.endsWith(".part")) > 0);
      await removeTrees(parts);
    }
    const whole = [
      "2026-01-07T00-00-00-000Z",
      "before-resync-2026-01-06T00-00-00-000Z",
    ];
    deepStrictEqual(directories.map(stateOf), [
      whole,
      [whole[0], "before-2026-01-05T00-00-00-000Z", whole[1]],
    ]);
  }));

Deno.test("Fallback: what is begun as soon as a node has become secondary is not removed as something that was left", () =>
  onDirectories({
    "before-resync-2026-01-03T00-00-00-000Z.part": BOTH,
  }, async (directories) => {
    const { readDir, remove } = Deno;
    const begun = "before-resync-2026-01-07T00-00-00-000Z.part";
    const removed: string[] = [];
    const end = Promise.withResolvers<void>();
    Deno.readDir = async function* (path) {
      // A disk that is slow enough for the next one to begin.
      await new Promise((resolve) => setTimeout(resolve, 20));
      yield* readDir(path);
    };
    Deno.remove = async (path, options) => {
      await remove(path, options);
      if (removed.push(`${path}`) === 2) end.resolve();
    };
    try {
      const fallback = new Fallback({
        directories,
        log: { info() {}, warning: (text) => end.reject(new Error(text)) },
        now: () => 0,
      });
      await fallback.keep({ phase: "idle", identity: EMPTY } as Report, null);
      for (const path of directories) {
        await Deno.mkdir(`${path}/.hakit/copies/${begun}`);
      }
      await end.promise;
      deepStrictEqual(directories.map(stateOf), [[begun], [begun]]);
    } finally {
      Object.assign(Deno, { readDir, remove });
    }
  }));

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
