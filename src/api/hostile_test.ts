/** Whatever is sent to any route: no failure of ours, no secret, no source; and nothing forged is believed. */
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  type Document,
  hostileRequests,
  offence,
} from "../../tests/api/hostile.ts";
import { apiWorld, CALLERS, PASSWORD, SECRETS } from "../../tests/api/world.ts";
import { errorSchema } from "./error.ts";
import { openApi } from "./openapi.ts";
import { pack } from "../module/archive.ts";

const RUNS = Number(Deno.env.get("HAKIT_FUZZ") ?? 400);
const document = JSON.parse(JSON.stringify(openApi())) as Document;
/** These answer with what is secret, as they must: who gets them is the table's business. */
const TELLS = [
  "POST /api/accounts",
  "POST /api/oidc/exchange",
  "POST /api/join",
  "POST /api/keys",
];

Deno.test("hostile requests to every route, from everybody, get an orderly answer", async () => {
  await using world = await apiWorld();
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...CALLERS),
      hostileRequests(document, {
        // Each would end the session that the others use.
        except: ["POST /api/logout", "POST /api/me/password"],
      }),
      async (caller, hostile) => {
        seen.add(hostile.route);
        const { path, method, headers, body } = hostile;
        const init: RequestInit = {
          method,
          headers,
          ...(body ? { body } : {}),
        };
        const answer = await world.ask(caller, path, init);
        const type = answer.headers.get("content-type") ?? "";
        if (type.startsWith("text/event-stream")) {
          await answer.body?.cancel();
          return;
        }
        const text = await answer.text();
        const secrets = TELLS.includes(hostile.route) ? [] : SECRETS;
        const told = caller === "root" || caller === "peer" ||
            caller.endsWith("administrator")
          ? secrets.slice(0, 1) // Variables are theirs to read.
          : secrets;
        const why = offence(answer.status, text, {
          secrets: told,
          unready: path.startsWith("/health/") ? [503] : [],
        });
        const hash = text.includes("scrypt$") &&
          TELLS.includes(hostile.route) && caller === "peer";
        assert.ok(why === null || hash, `${why}: ${method} ${path}: ${text}`);
        if (
          answer.status >= 400 && method !== "HEAD" && type.includes("json")
        ) {
          errorSchema.parse(JSON.parse(text));
        }
      },
    ),
    { numRuns: RUNS },
  );
  assert.ok(seen.size > 25, `${seen.size} routes`);
  // Still there, and nobody was added or raised.
  assert.equal((await world.ask("root", "/api/ping")).status, 200);
  assert.deepEqual(
    (await world.accounts.users()).map(({ name, role }) => [name, role]),
    ["administrator", "operator", "viewer"].map((name) => [name, name]),
  );
});

Deno.test("forged, altered, foreign and revoked credentials are a stranger's", async () => {
  await using world = await apiWorld();
  const good = await world.session("administrator");
  const key = world.keys.get("administrator")!;
  const as = async (headers: Record<string, string>) => {
    const { status, body } = await world.app.request(
      "/api/users",
      { headers },
      {
        connection: world.network,
      },
    );
    await body?.cancel();
    return status;
  };
  assert.equal(await as(good), 200);
  assert.equal(await as({ authorization: `Bearer ${key}` }), 200);
  const [cookie] = [good["cookie"]!];
  for (
    const headers of [
      { cookie: cookie.slice(0, -1) },
      { cookie: cookie + "A" },
      { cookie: cookie.toLowerCase() },
      { cookie: cookie.replace("__Host-", "") },
      { cookie: "__Host-hakit=" },
      { authorization: `Bearer ${key.slice(0, -1)}` },
      { authorization: `Bearer ${key}x` },
      { authorization: `Basic ${key}` },
      { authorization: key },
      { authorization: "Bearer hakit_" },
      { authorization: "Bearer undefined" },
      // A wrong key beside a good session: whoever sends a key means the key.
      { authorization: "Bearer hakit_wrong", cookie },
      { "x-forwarded-for": "127.0.0.1", "x-real-ip": "127.0.0.1" },
      { "x-hakit-by": "root" },
    ]
  ) {
    assert.equal(
      await as(headers as Record<string, string>),
      401,
      JSON.stringify(headers),
    );
  }
  await world.accounts.removeKey("administrator");
  assert.equal(await as({ authorization: `Bearer ${key}` }), 401);
});

Deno.test("a session that was ended, or whose user changed, cannot be replayed", async () => {
  await using world = await apiWorld();
  const viewer = await world.session("viewer");
  const post = (path: string, headers: Record<string, string>, body: unknown) =>
    world.app.request(path, {
      method: "POST",
      headers,
      body: JSON.stringify(body),
    }, { connection: world.network });
  const look = async (headers: Record<string, string>) =>
    (await world.app.request("/api/me", { headers }, {
      connection: world.network,
    })).status;
  assert.equal(await look(viewer), 200);
  assert.equal((await post("/api/logout", viewer, {})).status, 200);
  assert.equal(await look(viewer), 401);

  const first = await world.session("operator");
  const second = await world.session("operator");
  const changed = await post("/api/me/password", first, {
    old: PASSWORD,
    password: "a new horse 9",
  });
  assert.equal(changed.status, 200);
  // Whoever changed it goes on with a new cookie; all other sessions, and the old cookie, are void.
  assert.equal(await look(second), 401);
  assert.equal(await look(first), 401);
  const cookie = changed.headers.get("set-cookie")!.split(", ").at(-1)!
    .split(";")[0]!;
  assert.equal(await look({ cookie }), 200);

  const lowered = await world.session("administrator");
  await world.accounts.addUser({
    name: "other",
    role: "administrator",
    password: PASSWORD,
  });
  await world.accounts.setRole("administrator", "viewer");
  assert.equal(await look(lowered), 401);
});

Deno.test("the token of another session's page does not pass", async () => {
  await using world = await apiWorld();
  const one = await world.session("administrator");
  const other = await world.session("operator");
  for (
    const headers of [
      { cookie: one["cookie"]! },
      { cookie: one["cookie"]!, "x-hakit-csrf": "" },
      { cookie: one["cookie"]!, "x-hakit-csrf": other["x-hakit-csrf"]! },
    ]
  ) {
    const answer = await world.app.request("/api/modules/k3s/stop", {
      method: "POST",
      headers: headers as Record<string, string>,
    }, { connection: world.network });
    assert.equal(answer.status, 403);
    assert.equal((await answer.json()).error.code, "csrf");
  }
  assert.deepEqual(world.done, []);
});

Deno.test("the own password is not guessed faster through its change than through the login", async () => {
  await using world = await apiWorld();
  const headers = await world.session("viewer");
  const statuses: number[] = [];
  for (let guess = 0; guess < 8; guess++) {
    const answer = await world.app.request("/api/me/password", {
      method: "POST",
      headers,
      body: JSON.stringify({ old: `guess ${guess}`, password: "x".repeat(9) }),
    }, { connection: world.network });
    statuses.push(answer.status);
    await answer.body?.cancel();
  }
  assert.equal(statuses[0], 403);
  assert.equal(statuses.at(-1), 429);
});

Deno.test("what scripts printed and users typed is never a page or a header", async () => {
  await using world = await apiWorld();
  for (
    const path of [
      "/api/modules/k3s/log",
      "/api/modules/k3s/scripts/start_prim_2026-11-23T00-00-00.log",
      "/api/<script>alert(1)</script>",
      "/metrics",
    ]
  ) {
    const answer = await world.ask("root", path);
    const type = answer.headers.get("content-type")!;
    assert.match(type, /^(application\/json|text\/plain)/, path);
    assert.equal(answer.headers.get("x-content-type-options"), "nosniff");
    assert.match(
      answer.headers.get("content-security-policy")!,
      /default-src 'none'/,
    );
    assert.equal(answer.headers.get("set-cookie"), null);
    await answer.body?.cancel();
  }
});

Deno.test("oversized bodies are refused before they are read whole", async () => {
  await using world = await apiWorld();
  for (
    const [path, bytes] of [
      ["/api/modules/k3s/stop", 17_000],
      ["/api/users", 5_000],
      ["/api/keys", 5_000],
      ["/api/me/password", 5_000],
      ["/api/certificates/renew", 110_000],
    ] as const
  ) {
    let pulled = 0;
    // No length is announced: it must be counted.
    const body = new ReadableStream({
      pull(controller) {
        pulled += 4096;
        controller.enqueue(new Uint8Array(4096).fill(0x20));
        if (pulled > 64 * 1024 * 1024) controller.close();
      },
    });
    const answer = await world.ask("session administrator", path, {
      method: "POST",
      body,
      duplex: "half",
    } as RequestInit);
    assert.equal(answer.status, 413, path);
    errorSchema.parse(await answer.json());
    assert.ok(pulled < bytes + 64 * 1024, `${path}: ${pulled} bytes`);
  }
});

Deno.test("the audit says who did what from where with which result, and no secret", async () => {
  await using world = await apiWorld();
  const post = (
    caller: (typeof CALLERS)[number],
    path: string,
    body: unknown,
  ) => world.ask(caller, path, { method: "POST", body: JSON.stringify(body) });
  await post("session operator", "/api/modules/k3s/stop", { node: "node2" });
  await post("key viewer", "/api/modules/k3s/stop", {});
  await post("root", "/api/users", {
    name: "anna",
    role: "viewer",
    password: "very secret word",
  });
  await post("stranger", "/api/modules/k3s/stop", {});
  await post("stranger", "/api/login", { name: "eve", password: "guess" });
  await world.ask("session administrator", "/api/modules/k3s/archive");
  await world.ask("root", "/api/state");
  const { entries } = await (await world.ask("root", "/api/audit")).json();
  const lines = entries
    .map(({ who, from, what, detail, result }: Record<string, string>) =>
      [who, from, what, detail, result].join(" | ")
    )
    .filter((line: string) => !line.includes("login |  | done"));
  assert.deepEqual(lines, [
    "user operator | 192.0.2.1 | POST /api/modules/k3s/stop | on node2 | done",
    "key viewer | 192.0.2.1 | POST /api/modules/k3s/stop |  | refused",
    "root | local | POST /api/users | anna as viewer | done",
    "user eve | 192.0.2.1 | login |  | refused",
    "user administrator | 192.0.2.1 | GET /api/modules/k3s/archive |  | done",
  ]);
  const text = await Deno.readTextFile(world.audit.path);
  assert.equal(/secret word|guess|hakit_/.test(text), false);
});

Deno.test("the peer's word for whom it asks is one short line", async () => {
  await using world = await apiWorld();
  for (const by of ["user anna", "x".repeat(500), "a\u001b[2Jb"]) {
    await world.app.request("/api/modules/k3s/stop", {
      method: "POST",
      headers: { "x-hakit-by": encodeURI(by).replaceAll("%20", " ") },
    }, { connection: { kind: "peer", node: "node2" } });
  }
  assert.equal(world.done[0], "stop k3s by user anna through node2");
  assert.ok(world.done.every((line) => line.length < 150));
  // From anybody else it is nothing.
  await world.ask("session operator", "/api/modules/k3s/stop", {
    method: "POST",
    headers: { "x-hakit-by": "root" },
  });
  assert.equal(world.done.at(-1), "stop k3s by user operator");
});

Deno.test("an event stream goes on where it broke, keeps the agent's own log from viewers, and says when lines are gone", async () => {
  await using world = await apiWorld();
  const line = (module: string | null, text: string) =>
    world.streams.log({
      module,
      level: "info",
      text,
      at: "2026-11-23T00:00:00.000Z",
    });
  const read = async (caller: (typeof CALLERS)[number], lastId: string) => {
    const answer = await world.ask(caller, "/api/events?only=log,state", {
      headers: { "last-event-id": lastId },
    });
    const reader = answer.body!.pipeThrough(new TextDecoderStream())
      .getReader();
    let text = "";
    while (!text.includes("event: state")) text += (await reader.read()).value;
    await reader.cancel();
    return text;
  };
  const first = await read("key administrator", "");
  const id = /id: (\w+-0)/.exec(first)![1]!;
  line("k3s", "<b>one</b>");
  line(null, "login of anna");
  const missed = await read("key administrator", id);
  assert.match(missed, /<b>one[^]*login of anna[^]*event: state/);
  const viewer = await read("key viewer", id);
  assert.match(viewer, /one/);
  assert.equal(viewer.includes("anna"), false);
  const again = await read("key administrator", id.replace(/0$/, "1"));
  assert.equal(again.includes("<b>one"), false);
  assert.match(await read("key viewer", "gone-17"), /event: reset/);
});

Deno.test("a viewer gets no line of the agent's own log through the other node either", async () => {
  await using far = await apiWorld();
  // As PeerApi.request() and the other node's server do it.
  await using near = await apiWorld({
    forward: (path, { by, role, lastId }) =>
      far.ask("peer", path, {
        headers: {
          ...(by ? { "x-hakit-by": by } : {}),
          ...(role ? { "x-hakit-role": role } : {}),
          ...(lastId ? { "last-event-id": lastId } : {}),
        },
      }),
  });
  const path = "/api/events?node=node2&only=log,state";
  const read = async (
    asked: Promise<Response>,
  ) => {
    const reader = (await asked).body!.pipeThrough(new TextDecoderStream())
      .getReader();
    let text = "";
    while (!text.includes("event: state")) text += (await reader.read()).value;
    await reader.cancel();
    return text;
  };
  const first = await read(near.ask("key administrator", path));
  const headers = { "last-event-id": /id: (\w+-0)/.exec(first)![1]! };
  for (const [module, text] of [["k3s", "one"], [null, "anna came"]] as const) {
    const at = "2026-11-23T00:00:00.000Z";
    far.streams.log({ module, level: "info", text, at });
  }
  const as = (
    caller: (typeof CALLERS)[number],
    more: Record<string, string> = {},
  ) => read(near.ask(caller, path, { headers: { ...headers, ...more } }));
  for (const viewer of ["key viewer", "session viewer"] as const) {
    assert.match(await as(viewer), /"one"/);
    assert.doesNotMatch(await as(viewer), /anna/);
    // The header counts from the other node only.
    const raised = { "x-hakit-role": "administrator" };
    assert.doesNotMatch(await as(viewer, raised), /anna/);
  }
  assert.match(await as("key operator"), /anna/);
  assert.match(await as("root", { "x-hakit-role": "viewer" }), /anna/);
  // A role of a later version: less rather than more.
  const strange = far.ask("peer", "/api/events?only=log,state", {
    headers: { ...headers, "x-hakit-role": "guest" },
  });
  assert.doesNotMatch(await read(strange), /anna/);
});

Deno.test("an event stream ends when its key is revoked", async () => {
  await using world = await apiWorld();
  const answer = await world.ask("key operator", "/api/events");
  const reader = answer.body!.getReader();
  await reader.read();
  await world.accounts.removeKey("operator");
  const end = Date.now() + 20_000;
  while (!(await reader.read()).done) assert.ok(Date.now() < end);
});

Deno.test("offence() sees failures, secrets and source, or the fuzz would prove nothing", () => {
  const secrets = ["s3cret"];
  for (
    const [status, text] of [
      [500, "{}"],
      [503, "{}"],
      [200, "it is s3cret"],
      [200, "scrypt$32768$x$y"],
      [404, "-----BEGIN PRIVATE KEY-----"],
      [200, "root:x:0:0:root"],
      [400, "Error\n    at file:///x/app.ts:1:2"],
    ] as const
  ) assert.notEqual(offence(status, text, { secrets }), null, text);
  assert.equal(offence(404, "Nothing is here", { secrets }), null);
  assert.equal(offence(503, "", { secrets, unready: [503] }), null);
});

Deno.test("module archives leave their folder by no name", async () => {
  const { unpack } = await import("../module/archive.ts");
  const good = pack([{
    path: "module.yaml",
    executable: false,
    content: new Uint8Array(3),
  }]);
  assert.equal(unpack(good).length, 1);
  for (
    const name of [
      "../x",
      "a/../../x",
      "/etc/passwd",
      "a//b",
      "a/./b",
      "a\\b",
      "a\nb",
      "..",
      "a/..",
      "\u0001",
    ]
  ) {
    const bytes = rename(good, name);
    if (name === "/etc/passwd") {
      // An absolute name, whatever tar would make of it.
      assert.throws(() => unpack(bytes), /expected one inside/, name);
    } else assert.throws(() => unpack(bytes), Error, name);
  }
});

/** The archive with its first file under another name, and a right check sum. */
function rename(archive: Uint8Array, name: string): Uint8Array {
  const bytes = archive.slice();
  bytes.fill(0, 0, 100);
  bytes.set(new TextEncoder().encode(name), 0);
  bytes.fill(0x20, 148, 156);
  const sum = bytes.subarray(0, 512).reduce((all, byte) => all + byte, 0);
  bytes.set(
    new TextEncoder().encode(sum.toString(8).padStart(6, "0") + "\0 "),
    148,
  );
  return bytes;
}

Deno.test("HEAD of an event stream takes no reader's place, here or at the other node", async () => {
  let left = 0;
  await using world = await apiWorld({
    forward: () => {
      const body = new ReadableStream({
        cancel() {
          left++;
        },
      });
      const headers = { "content-type": "text/event-stream" };
      return Promise.resolve(new Response(body, { headers }));
    },
  });
  const method = "HEAD";
  for (let tries = 0; tries < 70; tries++) {
    const answer = await world.ask("key viewer", "/api/events", { method });
    assert.equal(answer.status, 200);
  }
  await world.ask("key viewer", "/api/events?node=node2", { method });
  for (let tries = 0; tries < 100 && world.streams.readers > 0; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.equal(world.streams.readers, 0);
  assert.equal(left, 1);
});
