import assert from "node:assert/strict";
import type { z } from "zod";
import type { Ask } from "./ask.ts";
import { auditCommand } from "./audit.ts";
import { certCommand } from "./cert.ts";
import { keyCommand } from "./key.ts";
import { outputTo } from "./output.ts";
import { run } from "./run.ts";
import { userCommand } from "./user.ts";

const USERS = { users: [{ name: "anna", role: "viewer" }] };

/** Runs a command line; what it printed and asked of the agent. */
async function hakit(line: string, answer: unknown = USERS) {
  const asked: unknown[] = [];
  const ask: Ask = (path, request) => {
    asked.push([request.method ?? "GET", path, request.body]);
    return Promise.resolve(request.answer.parse(answer) as z.infer<
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
