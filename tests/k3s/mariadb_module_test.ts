/** The module mariadb as the agent calls it: every script at any time and any number of times. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { Database, OBSTACLE } from "./database.ts";

const START = ["start_prim", "WAIT", "ALONE", "start"];
const STOP = ["stop_prim", "ALONE", "WAIT", "stop"];
const FORCE = ["stop_prim", "force", "ALONE", "WAIT", "stop"];
const ignore = OBSTACLE !== null;
const because = ignore ? ` (left out: ${OBSTACLE})` : "";

Deno.test({
  name:
    `mariadb starts, keeps rows over a kill, and stops, each twice${because}`,
  ignore,
  async fn() {
    await using database = await Database.make("test-m1", 13310);
    const run = async (words: readonly string[], expected: RegExp) => {
      const { code, text } = await database.script(words);
      assert.equal(code, 0, text);
      assert.match(text, expected);
    };
    await run(["prestart", "STOP", "WAIT", "start"], /^$/);
    await run(START, /Database k3s and user k3s made[^]*answers on port 13310/);
    await run(START, /runs already/);
    await database.sql("INSERT INTO k3s.rows (note) VALUES ('kept')");
    await run(FORCE, /stopped/);
    await run(FORCE, /^$/);
    await run(START, /^MariaDB answers/);
    assert.equal(await database.sql("SELECT note FROM k3s.rows"), "kept");
    assert.equal(
      await database.sql("SELECT COUNT(*) FROM mysql.user WHERE User=''"),
      "0",
    );
    await run(STOP, /stopped/);
    await run(STOP, /^$/);
    await run(["prestart", "STOP", "WAIT", "start"], /^$/);
  },
});

Deno.test({
  name:
    `mariadb starts its server outside of AppArmor's profile of it, for its tables, too${because}`,
  ignore,
  async fn() {
    await using database = await Database.make("test-m6", 13316);
    const [tools, told] = ["tools", "told"].map((name) =>
      join(database.home, name)
    );
    await Deno.mkdir(tools!);
    await Deno.writeTextFile(
      join(tools!, "aa-exec"),
      `#!/bin/sh\necho "$*" >>${told}\nshift 3\nexec "$@"\n`,
      { mode: 0o755 },
    );
    const profiles = join(database.home, "profiles");
    await Deno.writeTextFile(profiles, "mariadbd (enforce)\n");
    const { code, text } = await database.script(START, {
      APPARMOR_PROFILES: profiles,
      PATH: `${tools}:${Deno.env.get("PATH")}`,
    });
    assert.equal(code, 0, text);
    const started = (await Deno.readTextFile(told!)).trim().split("\n");
    for (const line of started) {
      assert.match(line, /^-p unconfined -- \S+\/mariadbd --defaults-file=/);
    }
    assert.match(started[0]!, / --bootstrap /);
    assert.doesNotMatch(started.at(-1)!, / --bootstrap /);
  },
});

Deno.test({
  name: `mariadb makes an interrupted first start anew${because}`,
  ignore,
  async fn() {
    await using database = await Database.make("test-m2", 13311);
    await Deno.writeTextFile(join(database.data, ".hakit-making"), "");
    await Deno.mkdir(join(database.data, "mysql"));
    await Deno.writeTextFile(join(database.data, "ibdata1"), "half");
    const { code, text } = await database.script(START);
    assert.equal(code, 0, text);
    assert.match(text, /interrupted/);
    assert.equal(await database.sql("SELECT 1"), "1");
  },
});

Deno.test({
  name: `mariadb refuses to start in one line that says why${because}`,
  ignore,
  async fn() {
    await using database = await Database.make("test-m3", 13312);
    const refused = async (
      variables: { [name: string]: string },
      expected: RegExp,
    ) => {
      const { code, text } = await database.script(START, variables);
      assert.notEqual(code, 0);
      const last = text.trim().split("\n").at(-1)!;
      assert.match(last, expected);
    };
    await refused({ RUN_AS: "nobody-at-all" }, /no such user/);
    await refused({ DATADIR: "/var/tmp/hakit-is-not-there" }, /is no folder/);
    await refused({ PASSWORD_FILE: "/dev/null" }, /has no password/);
    await database.script(FORCE);
    await refused({ PORT: "no-port" }, /ended while starting: .*port/);
    await Deno.chmod(database.home, 0o700);
    await refused({}, /may not enter/);
  },
});
