/** What calls a database dead moves it: only one that is, and never one that answers. Both modules' scripts on a real MariaDB. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { Database, OBSTACLE, type Run } from "./database.ts";

const K3S = join(import.meta.dirname!, "..", "..", "modules", "k3s");
/** The contract of checkers: 75 is "cannot tell", and nothing follows. */
const CANNOT_TELL = 75;
const ignore = OBSTACLE !== null;
const because = ignore ? ` (left out: ${OBSTACLE})` : "";

/** k3s asks the system's MariaDB: here a client of that name leads to the test's. */
async function datastore(database: Database): Promise<Run> {
  const client = join(database.home, "mariadb");
  await Deno.writeTextFile(
    client,
    `#!/bin/sh\nexec /usr/bin/mariadb "$@" --socket=${database.socket}\n`,
    { mode: 0o755 },
  );
  const { code, stdout, stderr } = await new Deno.Command(
    join(K3S, "bin", "check_datastore"),
    {
      env: {
        PATH: `${database.home}:${Deno.env.get("PATH")}`,
        HAKIT_MODULE_DIR: K3S,
        STORAGE: database.home,
        EXPORT: database.home,
      },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    },
  ).output();
  const decoder = new TextDecoder();
  return { code, text: decoder.decode(stdout) + decoder.decode(stderr) };
}

/** A connection that does this and stays. */
function holding(database: Database, statement: string) {
  const child = new Deno.Command("mariadb", {
    args: ["--no-defaults", `--socket=${database.socket}`, "--unbuffered"],
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const writer = child.stdin.getWriter();
  const ready = (async () => {
    const text = `${statement}; SELECT 'done';\n`;
    await writer.write(new TextEncoder().encode(text));
    const reader = child.stdout.getReader();
    await reader.read();
    reader.releaseLock();
  })();
  return {
    ready,
    async [Symbol.asyncDispose]() {
      await writer.close().catch(() => {});
      await child.stdout.cancel();
      await child.status;
    },
  };
}

Deno.test({
  name: `a database that answers is never called dead${because}`,
  ignore,
  async fn(t) {
    await using database = await Database.make("test-c1", 13315);
    const start = await database.script(["start_prim", "WAIT", "ALONE"]);
    assert.equal(start.code, 0, start.text);
    const both = () =>
      Promise.all([database.script(["check_sql"]), datastore(database)]);
    const expect = async (code: number, text: RegExp) => {
      for (const found of await both()) {
        assert.equal(found.code, code, found.text);
        assert.match(found.text, text);
      }
    };
    await t.step("well", () => expect(0, /^$/));
    await t.step("a backup holds all tables", async () => {
      await using lock = holding(database, "FLUSH TABLES WITH READ LOCK");
      await lock.ready;
      await expect(CANNOT_TELL, /^MariaDB answers, but ERROR (1205|1969)/);
    });
    await t.step("a transaction holds the checker's row", async () => {
      await using lock = holding(
        database,
        "BEGIN; SELECT * FROM k3s.hakit_check FOR UPDATE; SELECT * FROM hakit.hakit_check FOR UPDATE",
      );
      await lock.ready;
      await expect(CANNOT_TELL, /^MariaDB answers, but ERROR (1205|1969)/);
    });
    await t.step("all connections are in use", async () => {
      // 10 is the least; one more is root's.
      await database.sql("SET GLOBAL max_connections = 10");
      {
        await using many = new AsyncDisposableStack();
        for (let count = 0; count < 11; count++) {
          await many.use(holding(database, "SELECT 1")).ready;
        }
        await expect(CANNOT_TELL, /answers, but ERROR .*1040/);
      }
      await database.sql("SET GLOBAL max_connections = 100");
    });
    await t.step("well again", () => expect(0, /^$/));
    await t.step("somebody dropped the checker's database", async () => {
      await database.sql("DROP DATABASE k3s");
      const { code, text } = await database.script(["check_sql"]);
      assert.equal(code, CANNOT_TELL, text);
      await database.sql("CREATE DATABASE k3s");
      await expect(0, /^$/);
    });
    await t.step(
      "read-only: the checkers' root may write, the service may not",
      async () => {
        await database.sql("SET GLOBAL read_only = ON");
        await expect(
          CANNOT_TELL,
          /^MariaDB answers, but is read-only: only root can write \(SET GLOBAL read_only=OFF\)$/m,
        );
        await database.sql("SET GLOBAL read_only = OFF");
        await expect(0, /^$/);
      },
    );
    await t.step("a table that cannot be used is a failure", async () => {
      for (const name of ["k3s", "hakit"]) {
        await database.sql(
          `DROP TABLE ${name}.hakit_check; CREATE TABLE ${name}.hakit_check (id INT)`,
        );
      }
      for (const { code, text } of await both()) assert.equal(code, 1, text);
      for (const name of ["k3s", "hakit"]) {
        await database.sql(`DROP TABLE ${name}.hakit_check`);
      }
      await expect(0, /^$/);
    });
    await t.step("root has got a password", async () => {
      await database.sql(
        "ALTER USER root@localhost IDENTIFIED BY 'not for checkers'",
      );
      await expect(CANNOT_TELL, /ERROR 1045/);
    });
    await t.step("hung", async () => {
      const pid = Number(
        await Deno.readTextFile(
          database.socket.replace("mariadbd.sock", "mariadbd.pid"),
        ),
      );
      Deno.kill(pid, "SIGSTOP");
      const { code, text } = await database.script(["check_sql"]);
      Deno.kill(pid, "SIGCONT");
      assert.equal(code, 1, text);
      assert.match(text, /does not greet/);
    });
    await t.step("gone", async () => {
      await database.script(["stop_prim", "force", "ALONE", "WAIT"]);
      for (const { code, text } of await both()) assert.equal(code, 1, text);
    });
  },
});
