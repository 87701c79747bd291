import assert from "node:assert/strict";
import { join } from "node:path";
import { type Places, places } from "../cluster/places.ts";
import { exists } from "../system/files.ts";
import {
  lackingFolders,
  makeFolders,
  preparedFolders,
  removeMade,
} from "./made_folders.ts";
import { foldersStep } from "./prereq.ts";

async function atHome(
  use: (at: Places, inside: (name: string) => string) => Promise<void>,
): Promise<void> {
  const home = await Deno.makeTempDir();
  try {
    const inside = (name: string) => join(home, name);
    await use(
      places({
        ...{ etc: inside("etc"), state: inside("state") },
        ...{ run: inside("run"), log: inside("log") },
      }),
      inside,
    );
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

Deno.test("removeMade() takes away what makeFolders() made and nothing is in, and remembers the rest", () =>
  atHome(async (at, inside) => {
    await Deno.mkdir(inside("srv"));
    const storage = inside("lib/hakit-k3s/storage");
    const folders = [storage, inside("srv/volume")];
    await makeFolders(at, folders);
    // A second run finds them and must not forget who made them.
    await makeFolders(at, folders);
    await Deno.writeTextFile(join(storage, "replicatedVolume"), "data");

    await removeMade(at);
    assert(!await exists(inside("srv/volume")));
    assert(await exists(inside("srv")), "it was here before");
    assert(await exists(join(storage, "replicatedVolume")));

    await Deno.remove(join(storage, "replicatedVolume"));
    await removeMade(at);
    assert(!await exists(inside("lib")));
    assert(!await exists(at.madeFolders));
    // Nothing of it is known: nothing is removed.
    await Deno.mkdir(storage, { recursive: true });
    await removeMade(at);
    assert(await exists(storage));
  }));

Deno.test("foldersStep() notes for first which folders prereq was told, until the cluster has settings", () =>
  atHome(async (at, inside) => {
    const told = { storage: inside("data/volume"), export: inside("srv") };
    assert.deepEqual(await preparedFolders(at), {});
    const step = foldersStep(at, told);
    assert.equal(await step.done(), null);
    await step.do(() => {});
    assert.deepEqual(await preparedFolders(at), told);
    assert.notEqual(await step.done(), null);
    await Deno.writeTextFile(at.settings, "");
    const other = { ...told, storage: inside("data/other") };
    await foldersStep(at, other).do(() => {});
    assert.deepEqual(await preparedFolders(at), told);
  }));

Deno.test("lackingFolders() names both of the module's folders, and no storage that was mirrored", () =>
  atHome(async (at, inside) => {
    const kept = { storage: inside("storage"), export: inside("export") };
    assert.deepEqual(await lackingFolders(at, kept), [
      kept.storage,
      kept.export,
    ]);
    await Deno.mkdir(kept.export);
    assert.deepEqual(await lackingFolders(at, kept), [kept.storage]);
    await Deno.mkdir(inside("state/k3s"), { recursive: true });
    await Deno.writeTextFile(at.identity, "{}");
    assert.deepEqual(await lackingFolders(at, kept), []);
  }));
