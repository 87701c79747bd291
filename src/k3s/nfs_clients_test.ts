import assert from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { forgetClient, isClientOf } from "./nfs_clients.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

/** As nfsdcltrack 1.3.4 and nfsdcld 2.6 make them. */
async function folderWith(
  ids: readonly string[],
): Promise<{ folder: string; ids: () => string[][] }> {
  const folder = await Deno.makeTempDir();
  const files = ["nfsdcltrack", "nfsdcld"].map((name) =>
    join(folder, name, "main.sqlite")
  );
  const tables = [["clients"], [
    "rec-0000000000000001",
    "rec-0000000000000002",
  ]];
  for (const [i, file] of files.entries()) {
    await Deno.mkdir(join(file, ".."));
    using database = new DatabaseSync(file);
    database.exec("CREATE TABLE parameters (key TEXT PRIMARY KEY, value TEXT)");
    for (const table of tables[i]!) {
      database.exec(
        i === 0
          ? `CREATE TABLE "${table}" (id BLOB PRIMARY KEY, time INTEGER, has_session INTEGER)`
          : `CREATE TABLE "${table}" (id BLOB PRIMARY KEY, princhash BLOB)`,
      );
      for (const id of ids) {
        database.prepare(`INSERT INTO "${table}" (id) VALUES (?)`).run(
          bytes(id),
        );
      }
    }
  }
  return {
    folder,
    ids: () =>
      files.flatMap((file, i) => {
        using database = new DatabaseSync(file);
        return tables[i]!.map((table) =>
          database.prepare(`SELECT id FROM "${table}"`).all().map(({ id }) =>
            new TextDecoder().decode(id as Uint8Array)
          )
        );
      }),
  };
}

Deno.test("isClientOf() knows a node's client by the name hakit set, or by the host's", () => {
  assert(isClientOf("node2", "Linux NFSv4.1 hakit-node2/server2"));
  assert(isClientOf("node2", "Linux NFSv4.2 hakit-node2/server2\0"));
  assert(isClientOf("node2", "Linux NFSv4.1 node2"));
  for (
    const id of [
      "Linux NFSv4.1 node22",
      "Linux NFSv4.1 hakit-node22/node2",
      "Linux NFSv4.1 agent7",
      "Linux NFSv4.0 10.0.0.2/10.0.0.9 tcp",
      "node2",
      "",
    ]
  ) assert(!isClientOf("node2", id), id);
});

Deno.test("forgetClient() removes the dead node's records from both kinds of memory, and nobody else's", async () => {
  const others = ["Linux NFSv4.1 hakit-node1/one", "Linux NFSv4.2 agent7"];
  const made = await folderWith([
    ...others,
    "Linux NFSv4.1 hakit-node2/two",
  ]);
  assert.deepEqual(await forgetClient(made.folder, null), {
    forgotten: 0,
    left: 3,
  });
  assert.deepEqual(await forgetClient(made.folder, "node2"), {
    forgotten: 3,
    left: 2,
  });
  for (const ids of made.ids()) assert.deepEqual(ids.sort(), others.sort());
  assert.equal((await forgetClient(made.folder, "node2")).forgotten, 0);
  await Deno.remove(made.folder, { recursive: true });
});

Deno.test("forgetClient() finds nothing where nfsd never ran, and says which file is damaged", async () => {
  const folder = await Deno.makeTempDir();
  assert.deepEqual(await forgetClient(folder, "node2"), {
    forgotten: 0,
    left: 0,
  });
  await Deno.mkdir(join(folder, "v4recovery", "c0ffee"), { recursive: true });
  assert.equal((await forgetClient(folder, "node2")).left, 1);
  await Deno.mkdir(join(folder, "nfsdcld"));
  await Deno.writeTextFile(
    join(folder, "nfsdcld", "main.sqlite"),
    "no database at all, but long enough to look like one".repeat(20),
  );
  await assert.rejects(forgetClient(folder, "node2"), /not a database/);
  await Deno.remove(folder, { recursive: true });
});
