import assert from "node:assert/strict";
import { join } from "node:path";
import { parse } from "yaml";
import {
  checkerSecrets,
  secretsInFile,
  variableSecrets,
} from "./module_secrets.ts";

const secret = (variables: string) =>
  variableSecrets(`name: db\nvariables:\n${variables}`, "/m").words;

Deno.test("variableSecrets() takes every variable whose name or value is not known to be harmless", () => {
  const taken: [string, string][] = [
    ["DB_PWD", "hunter2"],
    ["PIN", "4711"],
    ["DBPW", "12345"],
    ["MEMO", "Tr0ub4dor"],
    ["DSN", "mysql:host=db;password=x"],
    ["DB_PASSWORD", "/begins/like/a/path"],
    ["API_KEY_NAME", "abc"],
  ];
  for (const [name, value] of taken) {
    assert.ok(secret(`  ${name}: "${value}"\n`).includes(value), name);
  }
  const open: [string, string][] = [
    ["PORT", "3306"],
    ["DATADIR", "/srv/data"],
    ["MAIL_HOST", "mail.example"],
    ["DBUSER", "shop"],
    ["WEIGHT", "250"],
    ["PEER", "10.0.0.7/24"],
    ["PEER6", "fd00::7"],
    ["ENABLED", "true"],
    ["EMPTY", ""],
  ];
  for (const [name, value] of open) {
    assert.deepEqual(secret(`  ${name}: "${value}"\n`), [], name);
  }
});

Deno.test("variableSecrets() knows a secret in each way in which it is written", () => {
  const words = secret(
    `  A: 'it''s so'\n  B: |\n    first line\n    second line\n  C: folded\n    word\n  D: "q\\"x\\ty"\n`,
  );
  for (
    const word of [
      ...["it's so", "'it''s so'", "first line", "second line"],
      ...["folded word", "folded", "word", 'q"x\ty'],
    ]
  ) assert.ok(words.includes(word), word);
});

Deno.test("variableSecrets() reads what it can of a module.yaml that is broken", () => {
  const words = secret(`  DB_PWD: hunter2\n  X: [half, a-list\nname: twice\n`);
  assert.ok(words.includes("hunter2"));
  assert.ok(words.some((word) => word.includes("a-list")), words.join());
});

Deno.test("variableSecrets() says which files hold a secret: their place is none", () => {
  const { words, files } = variableSecrets(
    "variables:\n  PASSWORD_FILE: password\n  KEY_FILE: /etc/db/key\n  LOG_FILE: db.log\n",
    "/etc/hakit/modules/db",
  );
  assert.deepEqual(words, []);
  assert.deepEqual(files, ["/etc/hakit/modules/db/password", "/etc/db/key"]);
  assert.deepEqual(secretsInFile("two words\n# comment\n"), ["two words"]);
});

Deno.test("of the modules that hakit brings every variable may be read by support", async () => {
  const folder = join(import.meta.dirname!, "../../modules");
  let seen = 0;
  for await (const { name } of Deno.readDir(folder)) {
    const yaml = await Deno.readTextFile(join(folder, name, "module.yaml"));
    const { variables } = parse(yaml);
    for (const variable of Object.keys(variables ?? {})) {
      seen++;
      const words = secret(`  ${variable}: Some-Word\n`);
      assert.deepEqual(words, [], variable);
    }
  }
  assert.ok(seen > 10);
});

Deno.test("checkerSecrets() takes what a URL carries, and arguments of programs, but for what is known to be harmless", () => {
  const of = (checkers: string) =>
    checkerSecrets(`name: db\ncheckers:\n${checkers}`);
  deepEqual(
    of(
      "  http:\n    - { name: web, url: 'http://watch:p%40ss@10.0.0.9/up?page=2&token=abc%20def&9f8e7d6c&deep=${DEEP}#top' }\n" +
        "    - { name: api, url: 'https://T0ken1@shop.example/' }\n",
    ),
    ["p%40ss", "p@ss", "abc%20def", "abc def", "9f8e7d6c", "T0ken1"],
  );
  deepEqual(
    of(
      "  custom:\n    - name: sql\n      script: look\n" +
        "      arguments: [--verbose, --port, '3306', --password, '12345', '--key=k3y!', --data=/srv/data, '${PW}', hunter2, '80', -v, -pPw]\n",
    ),
    ["12345", "k3y!", "hunter2", "-pPw"],
  );
  deepEqual(of("  http: nothing\n  custom:\n    - [half, a-list\n"), []);
  function deepEqual(words: string[], expected: string[]) {
    assert.deepEqual([...new Set(words)], expected);
  }
});
