import assert from "node:assert/strict";
import { join } from "node:path";
import { checkIngredients, debsOf } from "./bundle.ts";
import { UsageError } from "./command.ts";

Deno.test("bundle create refuses what cannot be in a bundle, in one line, before it downloads anything", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const from = join(folder, "plain");
    const empty = join(folder, "empty");
    await Deno.writeTextFile(from, "x");
    await Deno.writeTextFile(empty, "");
    const good = { path: "charts/web.tgz", from };
    await checkIngredients([good]);
    for (
      const [bad, message] of [
        [[{ path: "charts/web chart.tgz", from }], /no name for a file/],
        [[{ path: "charts/web.zip", from }], /no name for a file/],
        [[good, { ...good, from: empty }], /"charts\/web.tgz" is in it twice/],
        [[{ path: "charts/a.tgz", from: empty }], /"[^"]+empty" is empty/],
        [[{ path: "charts/a.tgz", from: folder }], /is no file/],
        [[{ path: "charts/a.tgz", from: from + "x" }], /does not exist/],
      ] as const
    ) {
      await assert.rejects(checkIngredients(bad), (error) => {
        assert(error instanceof UsageError);
        assert.match(error.message, message);
        assert(!error.message.includes("\n"));
        return true;
      });
    }
    await Deno.writeTextFile(join(folder, "one_1_all.deb"), "x");
    assert.deepEqual(await debsOf(`ubuntu-22.04=${folder}`), {
      system: "ubuntu-22.04",
      files: [join(folder, "one_1_all.deb")],
    });
    for (
      const given of [
        ...["ubuntu", "ubuntu-22=", "=x", `ubuntu-2204.=${folder}`],
        ...["debian-12=/does/not/exist", `debian-12=${from}`, `x-1=${folder}`],
      ]
    ) await assert.rejects(debsOf(given), UsageError, given);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
