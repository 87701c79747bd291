import { match, ok, strictEqual } from "node:assert/strict";
import { fakeAgent, PASSWORD } from "../../tests/console/fake_agent.ts";
import { sampleState } from "../../tests/console/sample.ts";
import type { Connection } from "../api/auth.ts";

const network: Connection = { kind: "network", address: "192.0.2.1" };

async function world(state = sampleState()) {
  const agent = await fakeAgent(state);
  const request = (path: string, init: RequestInit = {}) =>
    agent.app.request(path, init, { connection: network });
  async function enter(name: string, password = PASSWORD) {
    const answer = await request("/login", {
      method: "POST",
      body: new URLSearchParams({ name, password }),
    });
    strictEqual(answer.status, 303);
    let cookie = answer.headers.get("set-cookie")!.split(";")[0]!;
    const look = async (path: string) => {
      const response = await request(path, { headers: { cookie } });
      return { status: response.status, text: await response.text() };
    };
    const csrf = /data-csrf="([^"]+)"/.exec((await look("/")).text)![1]!;
    return {
      look,
      async send(path: string, fields: Record<string, string>) {
        const response = await request(path, {
          method: "POST",
          headers: { cookie },
          body: new URLSearchParams({ csrf, ...fields }),
        });
        const next = response.headers.get("set-cookie")?.split(", ").at(-1);
        if (next) cookie = next.split(";")[0]!;
        return { status: response.status, text: await response.text() };
      },
    };
  }
  const users = async () =>
    (await agent.auth.accounts.users())
      .map(({ name, role }) => `${name} ${role}`).sort().join(", ");
  return {
    agent,
    enter,
    users,
    [Symbol.asyncDispose]: () => agent[Symbol.asyncDispose](),
  };
}

Deno.test("the page shows the role, and ways to users and audit to administrators only", async () => {
  await using all = await world();
  const admin = await all.enter("admin");
  const eve = await all.enter("eve");
  const [mine, theirs] = [await admin.look("/"), await eve.look("/")];
  match(mine.text, /admin <small>administrator<\/small>/);
  match(theirs.text, /eve <small>viewer<\/small>/);
  match(mine.text, /href="\/users"/);
  strictEqual(/href="\/(users|audit)"/.test(theirs.text), false);
  for (const path of ["/users", "/audit"]) {
    strictEqual((await admin.look(path)).status, 200);
    strictEqual((await eve.look(path)).status, 403);
  }
  strictEqual((await eve.look("/account")).status, 200);
});

Deno.test("administrators add, change and remove users, and nobody else does", async () => {
  await using all = await world();
  const admin = await all.enter("admin");
  const eve = await all.enter("eve");
  const anna = { name: "anna", role: "operator", password: "long enough" };
  strictEqual((await eve.send("/users/add", anna)).status, 403);
  strictEqual(
    (await eve.send("/users/role", { name: "eve", role: "administrator" }))
      .status,
    403,
  );
  strictEqual(
    (await admin.send("/users/add", { ...anna, csrf: "x" })).status,
    403,
  );
  strictEqual(await all.users(), "admin administrator, eve viewer");

  match((await admin.send("/users/add", anna)).text, /anna is operator now/);
  match(
    (await admin.send("/users/add", { ...anna, password: "short" })).text,
    /it exists/,
  );
  // What to do stands below what was wrong, as the command says it.
  match(
    (await admin.send("/users/role", { name: "bob", role: "viewer" })).text,
    /class="failed" role="alert">[^<]*bob[^<]*\nSee &quot;hakit user list&quot;</,
  );
  match(
    (await admin.send("/users/add", { ...anna, name: "<b>" })).text,
    /Cannot create user &quot;&lt;b&gt;&quot;/,
  );
  match(
    (await admin.send("/users/role", { name: "anna", role: "king" })).text,
    /expected one of viewer, operator, administrator/,
  );
  await admin.send("/users/role", { name: "anna", role: "viewer" });
  strictEqual(
    await all.users(),
    "admin administrator, anna viewer, eve viewer",
  );
  match(
    (await admin.send("/users/remove", { name: "admin" })).text,
    /last administrator/,
  );
  await admin.send("/users/remove", { name: "anna" });
  strictEqual(await all.users(), "admin administrator, eve viewer");
});

Deno.test("whoever is removed while a node is not reachable is not said to be logged out there", async () => {
  const note = /Not on node2, which is not reachable: there what was before/g;
  const { nodes: [node1, node2], ...rest } = sampleState();
  const parted = { ...rest, nodes: [node1!, { ...node2!, reachable: false }] };
  for (const [state, notes] of [[sampleState(), 0], [parted, 5]] as const) {
    await using all = await world(state);
    const admin = await all.enter("admin");
    const users = (await admin.look("/users")).text;
    // Once for all, and where each of the two users gets a password or is removed.
    strictEqual([...users.matchAll(note)].length, notes);
    strictEqual(users.includes("The same on both nodes."), notes === 0);
    const own = (await admin.look("/account")).text;
    strictEqual(note.test(own), notes > 0);
  }
});

Deno.test("everybody changes the own password, with the old one, and goes on", async () => {
  await using all = await world();
  const eve = await all.enter("eve");
  const fields = {
    old: PASSWORD,
    password: "new password",
    again: "new password",
  };
  match(
    (await eve.send("/account/password", { ...fields, again: "other words" }))
      .text,
    /The new passwords differ/,
  );
  match(
    (await eve.send("/account/password", { ...fields, old: "wrong" })).text,
    /The old password is wrong/,
  );
  strictEqual((await eve.send("/account/password", fields)).status, 303);
  strictEqual((await eve.look("/account")).status, 200);
  await all.enter("eve", "new password");
});

Deno.test("the audit page shows what was done and refused, and what was typed as text", async () => {
  await using all = await world();
  const admin = await all.enter("admin");
  const eve = await all.enter("eve");
  await eve.send("/users/add", { name: "x" });
  await admin.send("/users/add", {
    name: "anna",
    role: "viewer",
    password: "long enough",
  });
  await all.agent.app.request("/login", {
    method: "POST",
    body: new URLSearchParams({ name: "<script>", password: "x" }),
  }, { connection: network });
  const { text } = await admin.look("/audit");
  match(
    text,
    /user eve<\/td><td>192\.0\.2\.1<\/td><td class="refused">refused/,
  );
  match(text, /POST \/users\/add anna as viewer/);
  ok(text.indexOf("anna as viewer") < text.indexOf("user eve"), "newest first");
  match(text, /user &lt;script&gt;/);
  strictEqual(text.includes("long enough"), false);
  strictEqual((await admin.look("/audit?node=nobody")).status, 404);
});

Deno.test("the audit page finds by text and result what is older than it shows, and saves it", async () => {
  await using all = await world();
  const { audit } = all.agent;
  const entry = (who: string, detail: string) =>
    audit.write({
      who,
      from: "192.0.2.9",
      what: "POST /api/modules/k3s/stop",
      detail,
      result: "refused",
      status: 403,
    });
  entry("user long-ago", "<b>first");
  for (let number = 0; number < 600; number++) entry("user busy", `n${number}`);
  const admin = await all.enter("admin");
  const plain = (await admin.look("/audit")).text;
  match(plain, /The newest 500 entries/);
  strictEqual(plain.includes("long-ago"), false);
  match(plain, /data-live/);
  const found = (await admin.look("/audit?text=LONG-ago&result=refused")).text;
  match(found, /1 of 1 entries that match/);
  match(found, /user long-ago<\/td>.*&lt;b&gt;first/);
  match(found, /value="LONG-ago"/);
  match(found, /<option value="refused" selected/);
  // It goes on by itself only where little is read for it.
  strictEqual(found.includes("data-live"), false);
  match((await admin.look("/audit?text=n")).text, /500 of 60\d entries/);
  match((await admin.look("/audit?result=failed")).text, /0 of 0 entries/);
  const saved = await admin.look("/audit/save?text=long-ago&result=nonsense");
  match(
    saved.text,
    /^2\S+Z\trefused\tuser long-ago\t192\.0\.2\.9\tPOST \/api\/modules\/k3s\/stop\t<b>first\n$/,
  );
  const eve = await all.enter("eve");
  strictEqual((await eve.look("/audit/save")).status, 403);
});
