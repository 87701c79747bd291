import assert from "node:assert/strict";
import { join } from "node:path";
import { places } from "../cluster/places.ts";
import { exists } from "../system/files.ts";
import { makeFolders, removeMade } from "./made_folders.ts";

Deno.test("removeMade() takes away what makeFolders() made and nothing is in, and remembers the rest", async () => {
  const home = await Deno.makeTempDir();
  try {
    const inside = (name: string) => join(home, name);
    const at = places({
      ...{ etc: inside("etc"), state: inside("state") },
      ...{ run: inside("run"), log: inside("log") },
    });
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
  } finally {
    await Deno.remove(home, { recursive: true });
  }
});
