import {
  deepStrictEqual,
  match,
  ok,
  rejects,
  strictEqual,
} from "node:assert/strict";
import { join } from "node:path";
import { asideNote } from "../replication/aside_note.ts";
import { command } from "../system/command.ts";
import type { Output } from "./output.ts";
import { run } from "./run.ts";
import { salvageCommand } from "./salvage.ts";

/** Runs `hakit salvage …` on a home with one kept folder; what it printed. */
async function salvage(
  use: (
    say: (...args: string[]) => Promise<{ code: number; text: string }>,
    folder: string,
  ) => Promise<void>,
): Promise<void> {
  const home = await Deno.makeTempDir({ prefix: "hakit-salvage-" });
  const before = Deno.env.get("HAKIT_HOME");
  const folder = join(home, "state/salvage/db/2026-11-23T02-30-00-000Z");
  await Deno.mkdir(join(folder, "0"), { recursive: true });
  await Deno.writeTextFile(join(folder, "0/rows"), "x".repeat(5000));
  await Deno.writeTextFile(join(folder, "LIST.txt"), "/srv/db/rows: 5000\n");
  Deno.env.set("HAKIT_HOME", home);
  const say = async (...args: string[]) => {
    let text = "";
    const add = (line = "") => {
      text += line + "\n";
    };
    const out: Output = {
      terminal: false,
      line: add,
      error: add,
      json: (value) => add(JSON.stringify(value)),
      table: (rows) => rows.forEach((row) => add(row.join(" "))),
      style: (_, word) => word,
      progress: () => ({ update: () => {}, end: () => {} }),
    };
    const code = await run(["salvage", ...args], {
      out,
      table: [salvageCommand],
    });
    return { code, text };
  };
  try {
    await use(say, folder);
  } finally {
    if (before === undefined) Deno.env.delete("HAKIT_HOME");
    else Deno.env.set("HAKIT_HOME", before);
    await Deno.remove(home, { recursive: true });
  }
}

const NAME = "db/2026-11-23T02-30-00-000Z";

Deno.test("hakit salvage lists, shows, exports and drops what was kept", async () => {
  await salvage(async (say, folder) => {
    match((await say("list")).text, new RegExp(`${NAME} 1 `));
    match((await say("show", NAME)).text, /rows: 5000/);
    const file = join(folder, "../../../kept.tar");
    strictEqual((await say("export", NAME, file)).code, 0);
    strictEqual((await Deno.stat(file)).mode! & 0o777, 0o600);
    strictEqual((await say("export", NAME, file)).code, 2);
    strictEqual((await say("drop", NAME, "--yes")).code, 0);
    match(
      (await say("list")).text,
      /Nothing is kept on this node\. .*the other one, too/,
    );
  });
});

Deno.test("hakit salvage exports a whole copy that was set aside, and says where it stands and that drop leaves it", async () => {
  await salvage(async (say, folder) => {
    const aside = join(folder, "../../../../db/.hakit/aside-1");
    await Deno.mkdir(aside, { recursive: true });
    await Deno.writeTextFile(join(aside, "rows"), "all of them");
    await Deno.remove(join(folder, "0"), { recursive: true });
    await Deno.writeTextFile(
      join(folder, "LIST.txt"),
      "Written by this node alone.\n" + asideNote([aside]),
    );
    ok(
      (await say("list")).text.includes(`${NAME} - a whole copy, in ${aside}`),
    );
    const file = join(folder, "../../../kept.tar");
    strictEqual((await say("export", NAME, file)).code, 0);
    const { stdout } = await command(["tar", "-xOf", file, `.${aside}/rows`]);
    strictEqual(stdout, "all of them");
    const { text } = await say("drop", NAME, "--yes");
    ok(text.includes(`the whole copy stays in ${aside}: take it away`), text);
    ok((await Deno.stat(aside)).isDirectory);
  });
});

Deno.test("hakit salvage exports no list alone where the whole copy cannot be seen", async () => {
  await salvage(async (say, folder) => {
    await Deno.writeTextFile(
      join(folder, "LIST.txt"),
      "Written by this node alone.\n" + asideNote(["/nowhere/aside-1"]),
    );
    const file = join(folder, "../../../kept.tar");
    const { code, text } = await say("export", NAME, file);
    strictEqual(code, 1);
    match(text, /stands in \/nowhere\/aside-1, which is hidden while/);
    await rejects(Deno.stat(file), Deno.errors.NotFound);
  });
});

Deno.test("hakit salvage destroys nothing that the agent sends or the replicator still keeps", async () => {
  await salvage(async (say, folder) => {
    using list = Deno.openSync(join(folder, "LIST.txt"));
    for (
      const [alone, why] of [
        [true, /still being kept/],
        [false, /being downloaded/],
      ] as const
    ) {
      strictEqual(list.tryLockSync(alone), true);
      const { code, text } = await say("drop", NAME, "--yes");
      strictEqual(code, 1);
      match(text, why);
      list.unlockSync();
    }
    strictEqual((await Deno.stat(folder)).isDirectory, true);
    strictEqual((await say("drop", NAME, "--yes")).code, 0);
  });
});

Deno.test("hakit salvage takes no path for a name, and drops nothing unasked", async () => {
  await salvage(async (say, folder) => {
    for (const name of ["../../etc", "db", "db/../db", ""]) {
      strictEqual((await say("drop", name, "--yes")).code, 2);
    }
    const unasked = await say("drop", NAME);
    deepStrictEqual(unasked.code, 2);
    match(unasked.text, /--yes/);
    strictEqual((await Deno.stat(folder)).isDirectory, true);
  });
});
