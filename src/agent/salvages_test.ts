import {
  deepStrictEqual,
  match,
  ok,
  rejects,
  strictEqual,
} from "node:assert/strict";
import { join } from "node:path";
import { asideNote } from "../replication/aside_note.ts";
import { sleep } from "../system/clock.ts";
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
    async [Symbol.asyncDispose]() {
      // Counted by a process of its own, which may take longer than the test.
      await salvages.sizes.settled();
      await Deno.remove(folder, { recursive: true });
    },
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

Deno.test("Salvages destroys nothing that is still being kept, and packs no half of it", async () => {
  await using world = await home();
  const { salvages, kept, said } = world;
  // As the replicator holds it.
  const list = await Deno.open(join(kept, "LIST.txt"));
  ok(list.tryLockSync(true));
  const refused = { code: "salvage-in-use", message: /still being kept/ };
  await rejects(salvages.drop("db", { name: NAME, by: "root" }), refused);
  await rejects(salvages.archive("db", NAME), refused);
  deepStrictEqual(said, []);
  ok((await Deno.stat(join(kept, "0/rows"))).isFile);
  list.close();
  await salvages.drop("db", { name: NAME, by: "root" });
  await rejects(Deno.stat(kept), Deno.errors.NotFound);
});

Deno.test("Salvages destroys nothing that is being downloaded, until its reader has all of it or has left", async () => {
  await using world = await home();
  const { salvages, kept } = world;
  // More than what waits between tar and a reader that does not read.
  await Deno.writeFile(join(kept, "0/rows"), new Uint8Array(4 << 20).fill(7));
  const drop = () => salvages.drop("db", { name: NAME, by: "root" });
  const stream = await salvages.archive("db", NAME);
  const refused = { code: "salvage-in-use", message: /being downloaded/ };
  await rejects(drop(), refused);
  // Two at once are fine.
  await new Response(await salvages.archive("db", NAME)).bytes();
  await rejects(drop(), refused);
  await stream.cancel();
  for (let tries = 0;; tries++) {
    try {
      await drop();
      break;
    } catch (error) {
      // tar needs a moment to notice.
      if (tries > 200) throw error;
      await sleep(50);
    }
  }
  await rejects(Deno.stat(kept), Deno.errors.NotFound);
});

Deno.test("Salvages names a whole copy that was set aside, packs it, and leaves it when its note is dropped", async () => {
  await using world = await home();
  const { salvages, kept, said } = world;
  const aside = join(kept, "../../../../aside-1");
  await Deno.mkdir(aside);
  await Deno.writeTextFile(join(aside, "rows"), "all of them");
  const note = (path: string) =>
    Deno.writeTextFile(join(kept, "LIST.txt"), "Head.\n" + asideNote([path]));
  await note(aside);
  deepStrictEqual(await salvages.list("db"), [{
    name: NAME,
    bytes: null,
    asides: [aside],
  }]);
  const file = join(kept, "../../../kept.tar");
  await Deno.writeFile(file, await salvages.archive("db", NAME));
  const { stdout } = await command(["tar", "-xOf", file, `.${aside}/rows`]);
  strictEqual(stdout, "all of them");
  await note("/nowhere/aside-1");
  await rejects(salvages.archive("db", NAME), /hidden while the module serves/);
  await note(aside);
  await salvages.drop("db", { name: NAME, by: "root" });
  ok(said.join().endsWith(`all of it stays in ${aside}`), said.join());
  ok((await Deno.stat(aside)).isDirectory);
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
