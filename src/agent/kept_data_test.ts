import { deepStrictEqual, rejects } from "node:assert/strict";
import { join } from "node:path";
import { keptData } from "./kept_data.ts";

Deno.test("keptData() is the newest folder of each module, and no word where nobody can tell", async () => {
  const state = await Deno.makeTempDir();
  const salvage = join(state, "salvage");
  try {
    deepStrictEqual(await keptData({ state }), {});
    for (const name of ["db/2026-01-02", "db/2026-01-01"]) {
      await Deno.mkdir(join(salvage, name), { recursive: true });
    }
    deepStrictEqual(await keptData({ state }), { db: "2026-01-02" });
    // Stands for every disk that does not answer: root may read whatever it likes.
    await Deno.remove(salvage, { recursive: true });
    await Deno.writeTextFile(salvage, "");
    await rejects(keptData({ state }), Deno.errors.NotADirectory);
  } finally {
    await Deno.remove(state, { recursive: true });
  }
});
