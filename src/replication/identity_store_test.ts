import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { IdentityStore, newGeneration } from "./identity_store.ts";

Deno.test("IdentityStore: a resync that is under way is remembered until this copy is another one, or whole", () => {
  const folder = Deno.makeTempDirSync({ dir: "/dev/shm" });
  const path = `${folder}/identity.json`;
  try {
    const store = new IdentityStore(path);
    const again = () => new IdentityStore(path).resync;
    store.advance({ bitmap: null });
    strictEqual(store.resync, null);
    const resync = newGeneration();
    store.save({ consistent: false }, { resync });
    store.save({ upToDate: false, connected: true, epoch: 7 });
    strictEqual(store.resync, resync);
    strictEqual(again(), resync);

    for (
      const change of [
        // Level, or kept out because its disk failed; something else by now.
        () => store.save({ consistent: true }),
        () => store.save({ upToDate: false, consistent: false }),
        () => store.advance({ bitmap: null }),
        () => store.save({}, { resync: null }),
      ]
    ) {
      store.save({}, { resync });
      strictEqual(again(), resync);
      change();
      strictEqual(store.resync, null);
      strictEqual(again(), null);
    }

    // A primary that goes on alone meanwhile keeps its marks.
    store.save({}, { resync });
    store.advance({ bitmap: store.value.current }, { resync });
    strictEqual(again(), resync);
    // What travels to the peer, and what programs of before it read, is the identity alone.
    deepStrictEqual("resync" in store.value, false);
    store.save({ consistent: true });
    strictEqual(Deno.readTextFileSync(path).includes("resync"), false);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});
