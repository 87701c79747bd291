import assert from "node:assert/strict";
import { linkedFolders } from "./facts.ts";

Deno.test("linkedFolders() finds a link on the way to a folder that is not there yet", async () => {
  const home = await Deno.realPath(await Deno.makeTempDir());
  try {
    await Deno.mkdir(`${home}/data/srv`, { recursive: true });
    await Deno.symlink("data/srv", `${home}/srv`);
    await Deno.symlink("/not-mounted", `${home}/nowhere`);
    assert.deepEqual(
      await linkedFolders([
        `${home}/srv/volume/deep`,
        `${home}/data/srv/volume`,
        `${home}/srv`,
        `${home}/nowhere/deep`,
      ]),
      {
        [`${home}/srv/volume/deep`]: `${home}/data/srv/volume/deep`,
        [`${home}/srv`]: `${home}/data/srv`,
        [`${home}/nowhere/deep`]: "/not-mounted/deep",
      },
    );
  } finally {
    await Deno.remove(home, { recursive: true });
  }
});
