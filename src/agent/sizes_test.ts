import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import { Sizes } from "./sizes.ts";

Deno.test("Sizes counts what is on the disk once, and again when it is another version", async () => {
  const folder = await Deno.makeTempDir({ prefix: "hakit-sizes-" });
  try {
    const file = join(folder, "file");
    await Deno.writeTextFile(file, "x".repeat(100_000));
    // A hole takes no room.
    await Deno.truncate(file, 50_000_000);
    const sizes = new Sizes();
    strictEqual(sizes.of([folder], "one"), null);
    await sizes.settled();
    const first = sizes.of([folder], "one")!;
    ok(first >= 100_000 && first < 1_000_000, String(first));
    await Deno.writeTextFile(join(folder, "more"), "x".repeat(2_000_000));
    strictEqual(sizes.of([folder], "one"), first);
    strictEqual(sizes.of([folder], "two"), null);
    await sizes.settled();
    ok(sizes.of([folder], "two")! > first + 1_900_000);
    // One that is gone is not counted, and counting goes on with the next.
    const gone = [join(folder, "gone")];
    deepStrictEqual([sizes.of(gone), sizes.of([folder], "three")], [
      null,
      null,
    ]);
    await sizes.settled();
    strictEqual(sizes.of(gone), null);
    strictEqual(sizes.of([folder], "three"), sizes.of([folder], "two"));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
