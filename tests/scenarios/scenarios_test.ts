/** Replays every transcript; HAKIT_UPDATE=1 writes them anew, to be reviewed as a diff. */
import { strictEqual } from "node:assert/strict";
import { replay } from "./transcript.ts";

const folder = new URL(".", import.meta.url);
const names = [...Deno.readDirSync(folder)]
  .map(({ name }) => name)
  .filter((name) => name.endsWith(".txt"))
  .sort();

for (const name of names) {
  Deno.test(`scenario ${name.slice(0, -".txt".length)}`, async () => {
    const file = new URL(name, folder);
    const text = await Deno.readTextFile(file);
    const now = replay(text);
    if (Deno.env.get("HAKIT_UPDATE") === "1") {
      await Deno.writeTextFile(file, now);
    } else strictEqual(now, text);
  });
}
