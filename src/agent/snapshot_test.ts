import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { createAuthority, issueCertificate } from "../api/tls.ts";
import { createLoginLink, createUser } from "../api/users.ts";
import { AccountStore } from "../api/accounts.ts";
import { pack, unpack } from "../module/archive.ts";
import { paths } from "../system/paths.ts";
import { redact, secretsIn } from "../system/redact.ts";
import { SETTINGS } from "../../tests/api/issuer.ts";
import { OidcStore } from "../oidc/store.ts";
import { collect } from "./snapshot.ts";

/** A node with every secret that there is, all of them written into logs, records and scripts too. */
async function nodeWithSecrets() {
  const home = await Deno.makeTempDir({ prefix: "hakit-snapshot-" });
  const at = paths(home);
  const put = async (path: string, text: string) => {
    await Deno.mkdir(dirname(path), { recursive: true });
    await Deno.writeTextFile(path, text, { mode: 0o600 });
  };
  const etc = (name: string) => join(at.etc, name);
  const authority = createAuthority("office");
  const node = issueCertificate(authority, { name: "node1", addresses: [] });
  const webhook = join(home, "elsewhere/webhook");
  await put(webhook, "https://chat.example/services/T0AB1/B0CD2/f1leHook\n");
  const header = join(home, "elsewhere/header");
  await put(header, "X-Token: h3ader\n");
  const own = join(home, "elsewhere/own.json");
  await put(own, '{"routing_key": "R0ut1ngKey0123456789"}');
  await put(
    etc("cluster.yaml"),
    "cluster: office\nnotifications:\n  webhooks:\n" +
      "    - { url: 'https://ntfy.example/office-at-night', template: ntfy }\n" +
      `    - { url_file: '${webhook}', header_file: '${header}', template_file: '${own}' }\n    - [half\n`,
  );
  await put(
    etc("k3s.yaml"),
    "proxy: http://corp:S3cr3tProxyPw@proxy.local:3128\n",
  );
  await put(etc("ca.pem"), authority.certPem);
  await put(etc("node.pem"), node.certPem);
  await put(etc("ca.key"), authority.keyPem);
  await put(etc("node.key"), node.keyPem);
  await put(etc("own.key"), node.keyPem);
  await put(etc("secret.key"), "5a1b".repeat(16) + "\n");
  await put(etc("k3s-password"), 'pa"ss w\n');
  await put(etc("k3s-token"), "K10abcdef0123456789abcdef::server:1234\n");
  await put(etc("join.json"), JSON.stringify({ hash: "h".repeat(43) }));
  await put(etc("kubeconfig.yaml"), `token: ${"t0ken".repeat(10)}\n`);
  await put(
    etc("modules/db/module.yaml"),
    "name: db\nmode: mirror\nvariables:\n  DB_PASSWORD: hunter2!\n  DB_PWD: 'it''s 7'\n  PASSWORD_FILE: password\n  PORT: '3306'\n  PING: 'https://ping.example/v4r1able-0123456789ab'\n" +
      "checkers:\n  http:\n    - { name: web, url: 'http://watch:Ch3ckPw@127.0.0.1/up?key=Qu3ryKey' }\n    - { name: path, url: 'https://shop.example/health/5f2b8a51-9c1d-4e0b-8f6a-0c9d2e7b1a34/now' }\n" +
      "  custom:\n    - { name: sql, script: look, arguments: [--secret, Arg0ne] }\n",
  );
  await put(etc("modules/db/password"), "file pw 9\n");
  const users = etc("users.yaml");
  await createUser(users, {
    name: "admin",
    role: "administrator",
    password: "long enough",
  });
  const key = await new AccountStore(users).addKey("watch", "viewer");
  const link = await createLoginLink(users, { user: "admin" });
  const secretFiles = ["ca.key", "node.key", "own.key", "secret.key"]
    .concat(["k3s-password", "k3s-token", "join.json", "links.json"])
    .concat(["kubeconfig.yaml", "users.yaml"]);
  let all = "";
  for (const name of secretFiles) all += await Deno.readTextFile(etc(name));
  const careless =
    `port 3306 ${all} password=hunter2! done\n+ mysql -p'it'\\''s 7' -p"file pw 9" curl -u watch:Ch3ckPw /up?key=Qu3ryKey; look Arg0ne\n` +
    "POST /services/T0AB1/B0CD2/f1leHook with h3ader, R0ut1ngKey0123456789, office-at-night, GET /v4r1able-0123456789ab, /health/5f2b8a51-9c1d-4e0b-8f6a-0c9d2e7b1a34/now\n" +
    `https://node1:9010/login?once=${link}, -H "Authorization: Bearer ${key}", ${key}\n`;
  await put(join(at.log, "agent.log"), careless);
  await put(join(at.log, "db.log"), JSON.stringify({ careless }) + "\n");
  await put(join(at.log, "db/start_prim_2026-11-23T00-00-00.log"), careless);
  await put(etc("modules/db/bin/start_prim"), `#!/bin/sh\n# ${careless}`);
  await put(join(at.state, "db/record.json"), `{"goal":"run","x":"hunter2!"}`);
  return {
    at,
    secretFiles,
    unknown: [key, link],
    [Symbol.asyncDispose]: () => Deno.remove(home, { recursive: true }),
  };
}

Deno.test("collect() holds what support needs, and nothing of what is secret below /etc/hakit", async () => {
  await using node = await nodeWithSecrets();
  const files = await collect({
    paths: node.at,
    node: "node1",
    known: { "state.json": { variables: { DB_PASSWORD: "hunter2!" } } },
  });
  const paths = files.map(({ path }) => path);
  for (
    const wanted of [
      "state.json",
      "etc/cluster.yaml",
      "etc/modules/db/module.yaml",
      "etc/modules/db/bin/start_prim",
      "state/db/record.json",
      "log/agent.log",
      "log/db.log",
      "log/db/start_prim_2026-11-23T00-00-00.log",
      "system/mounts.txt",
    ]
  ) assert.ok(paths.includes(`node1/${wanted}`), wanted);
  // As it is sent: packed, and unpacked by the strict reader.
  const text = unpack(pack(files))
    .map(({ path, content }) => path + new TextDecoder().decode(content))
    .join("\n");
  assert.match(text, /PORT: '3306'/);
  assert.match(text, /password=\[removed\] done/);
  assert.match(text, /https:\/\/shop.example\/health\/\[removed\]\/now/);
  for (const name of node.secretFiles) {
    const content = await Deno.readTextFile(join(node.at.etc, name));
    for (const line of content.split(/[\n"',]/)) {
      const word = line.trim();
      // Words of YAML and the frame of PEM are no secrets.
      if (word.length < 20 || /^-----|^(users|keys|links|token):?/.test(word)) {
        continue;
      }
      if (/^created: /.test(word)) continue;
      assert.equal(text.includes(word), false, `${name}: ${word}`);
    }
  }
  for (
    const secret of [
      ...["hunter2!", "s 7", "pw 9", "5a1b5a1b", 'pa"ss w', "S3cr3tProxyPw"],
      ...["Ch3ckPw", "Qu3ryKey", "Arg0ne", "f1leHook", "h3ader", "R0ut1ng"],
      ...["office-at-night", "v4r1able", "5f2b8a51"],
      ...node.unknown,
    ]
  ) {
    assert.equal(text.includes(secret), false, secret);
    const inJson = JSON.stringify(secret).slice(1, -1);
    assert.equal(text.includes(inJson), false, inJson);
  }
  assert.equal(text.includes("BEGIN PRIVATE KEY-----\nM"), false);
});

Deno.test("redact() leaves no secret in whatever text, also where one holds another", () => {
  const word = fc.string({ minLength: 4, maxLength: 12 });
  fc.assert(fc.property(
    fc.array(word, { maxLength: 5 }),
    fc.array(fc.string(), { maxLength: 5 }),
    (secrets, rest) => {
      const hidden = secrets.filter((secret) => !"[removed]".includes(secret));
      const text = rest.join("|") + hidden.join("|") + JSON.stringify(hidden);
      const clean = redact(text, hidden);
      // What the replacement itself puts together with its neighbours was not there before.
      for (const secret of hidden) {
        const pieces = clean.split("[removed]");
        assert.ok(pieces.every((piece) => !piece.includes(secret)), secret);
      }
    },
  ));
});

Deno.test("secretsIn() takes each long word of a file, and a short password whole", () => {
  assert.deepEqual(secretsIn("pass\n"), ["pass"]);
  assert.deepEqual(secretsIn("abc\n"), []);
  assert.deepEqual(secretsIn(`a: ${"x".repeat(20)}\nb: ${"y".repeat(16)}`), [
    "x".repeat(20),
    "y".repeat(16),
  ]);
});

Deno.test("collect() takes the secret of single sign-on out, however short, and leaves the issuer's name", async () => {
  await using node = await nodeWithSecrets();
  await new OidcStore(join(node.at.etc, "oidc.json")).set({
    ...SETTINGS,
    secret: "s3~c.t",
  });
  const file = await Deno.readTextFile(join(node.at.etc, "oidc.json"));
  await Deno.writeTextFile(join(node.at.log, "agent.log"), file);
  const text = (await collect({ paths: node.at, node: "node1", known: {} }))
    .map(({ path, content }) => path + new TextDecoder().decode(content))
    .join("\n");
  const { sealKey } = JSON.parse(file).changes[0];
  assert.match(text, /office-of-paris/);
  for (const secret of ["s3~c.t", sealKey]) {
    assert.equal(text.includes(secret), false, secret);
  }
});
