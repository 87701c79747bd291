import {
  deepStrictEqual,
  match,
  ok,
  rejects,
  strictEqual,
} from "node:assert/strict";
import { join } from "node:path";
import { command } from "../system/command.ts";
import { paths } from "../system/paths.ts";
import { Salvages } from "./salvages.ts";

const NAME = "2026-11-23T02-30-00-000Z";

async function home() {
  const folder = await Deno.makeTempDir({ prefix: "hakit-salvages-" });
  const at = paths(folder);
  const kept = join(at.state, "salvage/db", NAME);
  await Deno.mkdir(join(kept, "0"), { recursive: true });
  await Deno.writeTextFile(join(kept, "0/rows"), "x".repeat(5000));
  await Deno.writeTextFile(join(kept, "LIST.txt"), "/srv/db/rows: 5000\n");
  const said: string[] = [];
  const salvages = new Salvages({
    node: { paths: at, me: { name: "node1" } },
    log: { warning: (line: string) => said.push(line) },
  });
  return {
    salvages,
    said,
    kept,
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

Deno.test("Salvages lists what is kept, shows it, packs it, and destroys it with a line in the log", async () => {
  await using world = await home();
  const { salvages, said } = world;
  deepStrictEqual(await salvages.list("db"), [{ name: NAME, bytes: null }]);
  deepStrictEqual(await salvages.list("other"), []);
  strictEqual(await salvages.files("db", NAME), "/srv/db/rows: 5000\n");
  const stream = await salvages.archive("db", NAME);
  const file = join(world.kept, "../../../kept.tar");
  await Deno.writeFile(file, stream);
  const { stdout } = await command(["tar", "-xOf", file, "./0/rows"]);
  strictEqual(stdout, "x".repeat(5000));
  await salvages.drop("db", { name: NAME, by: "user admin" });
  deepStrictEqual(await salvages.list("db"), []);
  match(said.join(), /db.*2026-11-23T02-30-00-000Z.*destroyed.*user admin/);
});

Deno.test("Salvages makes no path of a name", async () => {
  await using world = await home();
  const { salvages, kept } = world;
  for (const name of ["..", "../db", ".", "", "0"]) {
    await rejects(salvages.drop("db", { name, by: "root" }), /Nothing is kept/);
    await rejects(salvages.archive("db", name), /Nothing is kept/);
  }
  ok((await Deno.stat(kept)).isDirectory);
});

Deno.test("Salvages shows the beginning of a list that nobody could read to its end", async () => {
  await using world = await home();
  const line = "/srv/db/rows: 5000\n";
  await Deno.writeTextFile(
    join(world.kept, "LIST.txt"),
    line.repeat(100_000),
  );
  const text = await world.salvages.files("db", NAME);
  ok(text.length <= 1_048_700, String(text.length));
  match(text, /: 5000\n… the archive has the rest\n$/);
});
