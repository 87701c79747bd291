import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
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

Deno.test("IdentityStore: what is being moved aside is remembered until all of it is, also where this copy counts as none for one reason more", () => {
  const folder = Deno.makeTempDirSync({ dir: "/dev/shm" });
  const path = `${folder}/identity.json`;
  try {
    const store = new IdentityStore(path);
    const again = () => new IdentityStore(path).aside;
    store.advance({ bitmap: null });
    strictEqual(again(), null);
    const aside = "aside-2026-11-28T10-00-00-000Z";
    for (
      const change of [
        () => store.save({}, { aside: null }),
        () => store.save({ consistent: true }),
        () => store.advance({ bitmap: null, consistent: true }),
      ]
    ) {
      store.save({ consistent: false }, { aside });
      strictEqual(again(), aside);
      store.save({ upToDate: false, consistent: false });
      store.condemn();
      strictEqual(again(), aside);
      strictEqual(store.aside, aside);
      change();
      strictEqual(store.aside, null);
      strictEqual(again(), null);
    }
    strictEqual(Deno.readTextFileSync(path).includes("aside"), false);
    // It becomes part of a path.
    store.save({}, { aside: "aside-/../../etc" });
    throws(again, /Cannot read/);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

Deno.test({
  name:
    "IdentityStore: what it says is kept on a disk that has become full, again and again",
  ignore: Deno.uid() !== 0,
  fn() {
    const folder = Deno.makeTempDirSync({ dir: "/dev/shm" });
    const run = (...[program, ...args]: [string, ...string[]]) =>
      new Deno.Command(program, { args }).outputSync().success;
    strictEqual(
      run("mount", "-t", "tmpfs", "-o", "size=64k", "none", folder),
      true,
    );
    try {
      const path = `${folder}/identity.json`;
      const store = new IdentityStore(path);
      store.advance({ bitmap: null });
      throws(
        () => Deno.writeFileSync(`${folder}/all`, new Uint8Array(1 << 20)),
        /No space left/,
      );
      for (let epoch = 1; epoch < 20; epoch++) {
        store.save({ epoch, consistent: epoch % 2 === 0 });
        const again = new IdentityStore(path).value;
        deepStrictEqual(again, store.value);
        strictEqual(again.epoch, epoch);
      }
    } finally {
      run("umount", folder);
      Deno.removeSync(folder, { recursive: true });
    }
  },
});

Deno.test("IdentityStore: a copy that is condemned counts as none in this process also where that cannot be written, and is written with the next record", () => {
  const folder = Deno.makeTempDirSync({ dir: "/dev/shm" });
  const path = `${folder}/identity.json`;
  try {
    const store = new IdentityStore(path);
    store.advance({ bitmap: null, upToDate: true }, {
      resync: newGeneration(),
    });
    const none = ({ value, resync }: IdentityStore) =>
      !value.consistent && !value.upToDate && resync === null;
    Deno.removeSync(`${path}.new`);
    Deno.mkdirSync(`${path}.new`);
    throws(() => store.condemn());
    strictEqual(none(store), true);
    strictEqual(none(new IdentityStore(path)), false);
    Deno.removeSync(`${path}.new`);
    store.save({ connected: false });
    strictEqual(none(store), true);
    strictEqual(none(new IdentityStore(path)), true);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});
