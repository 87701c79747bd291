import assert from "node:assert/strict";
import type { z } from "zod";
import { sampleState } from "../../tests/console/sample.ts";
import type { Ask } from "./ask.ts";
import { auditCommand } from "./audit.ts";
import { certCommand } from "./cert.ts";
import { keyCommand } from "./key.ts";
import { oidcCommand } from "./oidc.ts";
import { outputTo } from "./output.ts";
import { run } from "./run.ts";
import { userCommand } from "./user.ts";

const USERS = { users: [{ name: "anna", role: "viewer" }] };

/** Runs a command line; what it printed and asked of the agent. */
async function hakit(
  line: string,
  answer: unknown = USERS,
  tried?: unknown,
  state = sampleState(),
) {
  const asked: unknown[] = [];
  const ask: Ask = (path, request) => {
    if (path === "/api/state") {
      return Promise.resolve(request.answer.parse(state) as z.infer<
        typeof request.answer
      >);
    }
    asked.push([request.method ?? "GET", path, request.body]);
    const told = path.endsWith("/test") ? tried : answer;
    return Promise.resolve(request.answer.parse(told) as z.infer<
      typeof request.answer
    >);
  };
  let out = "", err = "";
  const code = await run(line.split(" "), {
    table: [
      userCommand(ask),
      keyCommand(ask),
      auditCommand(ask),
      certCommand(ask),
      oidcCommand(ask),
    ],
    out: outputTo({
      terminal: false,
      colour: false,
      out: (text) => out += text,
      err: (text) => err += text,
      now: () => 0,
    }),
  });
  return { code, out, err, asked };
}

Deno.test("hakit user lists, adds with a password that is shown once, changes and removes", async () => {
  assert.equal((await hakit("user list")).out, "USER  ROLE\nanna  viewer\n");
  const added = await hakit("user add anna --role operator");
  const [, shown] = /shown once\): ([\w-]{16})\n$/.exec(added.out)!;
  assert.deepEqual(added.asked, [[
    "POST",
    "/api/users",
    { name: "anna", role: "operator", password: shown },
  ]]);
  assert.deepEqual((await hakit("user role anna --role viewer")).asked, [
    ["PUT", "/api/users/anna", { role: "viewer" }],
  ]);
  assert.deepEqual((await hakit("user remove ../x")).asked, [
    ["DELETE", "/api/users/..%2Fx", undefined],
  ]);
});

Deno.test("hakit user and key say that a node which is not reachable goes on with what was before", async () => {
  const { nodes: [node1, node2], ...rest } = sampleState();
  const parted = { ...rest, nodes: [node1!, { ...node2!, reachable: false }] };
  const note = /\. Not on node2, which is not reachable: there what was before/;
  for (
    const [line, answer] of [
      ["user remove anna", USERS],
      ["user role anna --role viewer", USERS],
      ["user password anna", USERS],
      ["key revoke prometheus", { keys: [] }],
    ] as const
  ) {
    assert.match((await hakit(line, answer, null, parted)).out, note);
    assert.doesNotMatch((await hakit(line, answer)).out, note);
  }
});

Deno.test("hakit user takes a password from a file, and shows it nowhere", async () => {
  const file = await Deno.makeTempFile();
  await Deno.writeTextFile(file, "a long password\nand a note\n");
  const line = `user password anna --password-file ${file}`;
  const { asked, out } = await hakit(line);
  assert.deepEqual(asked, [
    ["PUT", "/api/users/anna", { password: "a long password" }],
  ]);
  assert.equal(out.includes("a long"), false);
  await Deno.writeTextFile(file, "");
  assert.equal((await hakit(line)).code, 2);
  await Deno.remove(file);
  assert.equal((await hakit(line)).code, 2);
});

Deno.test("hakit key, audit and cert say in one line what is wrong, and ask nothing then", async () => {
  for (
    const [line, why] of [
      ["user", /ACTION is missing/],
      ["user ad anna", /did you mean "add"/],
      ["user add", /name a user/],
      ["user role anna", /--role is missing/],
      ["key revoke", /name a key/],
      ["key crate x", /did you mean "create"/],
      ["audit --lines 0", /expected 1 to 10000/],
      ["audit --lines x", /expected 1 to 10000/],
      ["cert", /ACTION is missing/],
      ["oidc", /ACTION is missing/],
      ["oidc sett", /did you mean "set"/],
      ["cert install", /name the certificate's file/],
      ["cert install /nowhere", /Cannot read "\/nowhere"/],
    ] as const
  ) {
    const { code, err, asked } = await hakit(line);
    assert.equal(code, 2, line);
    assert.match(err, why);
    assert.equal(err.trim().split("\n").length, 1);
    assert.deepEqual(asked, []);
  }
});

Deno.test("hakit key create shows the key, hakit audit a table", async () => {
  const created = await hakit("key create watch", { name: "watch", key: "k" });
  assert.deepEqual(created.asked, [
    ["POST", "/api/keys", { name: "watch", role: "viewer" }],
  ]);
  assert.match(created.out, /Key watch \(viewer, shown once\): k/);
  const audit = await hakit("audit --node node2", {
    entries: [{
      at: "2026-11-23T02:00:00.000Z",
      who: "user anna",
      from: "10.0.0.7",
      what: "POST /api/modules/db/stop",
      detail: "on node2",
      result: "done",
      status: 200,
    }],
  });
  assert.deepEqual(audit.asked[0], [
    "GET",
    "/api/audit?lines=50&node=node2",
    undefined,
  ]);
  assert.match(audit.out, /2026-11-23 02:00:00 +user anna +10\.0\.0\.7 +done/);
});

const OIDC = {
  settings: {
    issuer: "https://login.example.com/realms/office",
    client: "hakit",
    label: "",
    claim: "groups",
    roles: { administrator: ["it"], operator: [], viewer: ["staff"] },
    scopes: [],
    names: ["hakit.example.com"],
    authority: null,
    hours: 8,
  },
  problem: null,
  redirects: ["https://hakit.example.com:9010/login/oidc/back"],
};
const OFF = { settings: null, problem: null, redirects: [] };
const WELL = { node: "node1", problem: null, remedy: null };

Deno.test("hakit oidc sets up from a secret in a file, keeps what is not named, and shows the secret nowhere", async () => {
  const file = await Deno.makeTempFile();
  await Deno.writeTextFile(file, "S3cret~\n");
  const line =
    "oidc set --issuer https://login.example.com/realms/office --client-id hakit" +
    " --administrator it --viewer staff --name hakit.example.com";
  const missing = await hakit(line, OFF);
  assert.equal(missing.code, 2);
  assert.match(missing.err, /--client-secret-file is missing/);
  const set = await hakit(`${line} --client-secret-file ${file}`, OFF, WELL);
  assert.equal(set.code, 0, set.err);
  const { settings } = OIDC;
  assert.deepEqual(set.asked[1], [
    "PUT",
    "/api/oidc",
    {
      ...settings,
      secret: "S3cret~",
      roles: { viewer: ["staff"], operator: [], administrator: ["it"] },
    },
  ]);
  assert.equal(set.out.includes("S3cret"), false);
  await Deno.remove(file);

  const more = await hakit(
    "oidc set --viewer staff --viewer guests --label Office",
    OIDC,
    { ...WELL, problem: "it is away", remedy: "look" },
  );
  assert.equal(more.code, 0, more.err);
  assert.deepEqual(more.asked[1], [
    "PUT",
    "/api/oidc",
    {
      ...settings,
      label: "Office",
      roles: {
        viewer: ["staff", "guests"],
        operator: [],
        administrator: ["it"],
      },
    },
  ]);
  assert.match(more.out, /at the issuer +https:\/\/hakit\.example\.com:9010/);
  assert.match(more.out, /Saved, but node1 .*: it is away\nlook/);
});

Deno.test("hakit oidc refuses what nobody could come in by, and test fails when the issuer does", async () => {
  for (
    const [line, why] of [
      ["oidc set", /--issuer is missing/],
      ["oidc set --issuer https://x", /--client-id is missing/],
      ["oidc set --issuer https://x --client-id y", /nobody would come in/],
    ] as const
  ) {
    const { code, err, asked } = await hakit(line, OFF);
    assert.equal(code, 2, line);
    assert.match(err, why);
    assert.equal(asked.length, 1);
  }
  const hours = await hakit("oidc set --hours 0", OIDC);
  assert.match(hours.err, /--hours is "0", expected 1 to 24/);
  const other = await hakit("oidc set --issuer https://other.example", OIDC);
  assert.match(other.err, /with a new issuer/);
  const away = { ...WELL, problem: "it is away", remedy: "look" };
  const test = await hakit("oidc test", OIDC, away);
  assert.deepEqual([test.code, test.out], [1, "node1: it is away\nlook\n"]);
  assert.equal((await hakit("oidc test --json", OIDC, WELL)).code, 0);
  assert.match((await hakit("oidc show", OFF)).out, /is off/);
  assert.deepEqual(
    JSON.parse((await hakit("oidc show --json", OIDC)).out),
    OIDC,
  );
  assert.deepEqual((await hakit("oidc off", OFF)).asked, [
    ["DELETE", "/api/oidc", undefined],
  ]);
});
