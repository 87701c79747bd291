import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import { Hono } from "hono";
import { streamSSE } from "hono/streaming";
import {
  Auth,
  type AuthEnv,
  type Connection,
  COOKIE,
  CSRF_HEADER,
} from "./auth.ts";
import { loginRoutes } from "./login.ts";
import { createLoginLink, createUser } from "./users.ts";

const network = (address = "192.0.2.1"): Connection => ({
  kind: "network",
  address,
});
const password = "correct horse";

async function world() {
  const dir = await Deno.makeTempDir({ prefix: "hakit-auth-" });
  const usersFile = join(dir, "users.yaml");
  await createUser(usersFile, { name: "op", role: "operator", password });
  await createUser(usersFile, { name: "eve", role: "viewer", password });
  const clock = { now: 1_000_000 };
  const lines: string[] = [];
  const streamEnd = Promise.withResolvers<void>();
  const auth = new Auth({
    usersFile,
    now: () => clock.now,
    log: (line) => lines.push(line),
    streamCheckMs: 20,
  });
  const app = new Hono<AuthEnv>()
    .route("/", loginRoutes(auth))
    .get("/api/state", auth.requireUser("viewer"), async (c) => {
      const caller = await auth.caller(c);
      return c.json(caller);
    })
    .get(
      "/api/events",
      auth.requireUser("viewer"),
      (c) =>
        streamSSE(c, async (stream) => {
          while (!stream.aborted) {
            await stream.writeSSE({ data: "tick" });
            await stream.sleep(5);
          }
          streamEnd.resolve();
        }),
    )
    .post("/api/do", auth.requireUser("operator"), (c) => c.json("done"))
    .post(
      "/api/install",
      auth.requireUser("administrator"),
      (c) => c.json("installed"),
    );

  const request = (
    path: string,
    init: RequestInit = {},
    connection: Connection = network(),
  ) => app.request(path, init, { connection });
  const login = (body: unknown, connection = network(), headers = {}) =>
    request("/api/login", {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
    }, connection);
  /** Headers of somebody who is logged in. */
  const enter = async (name: string) => {
    const response = await login({ name, password });
    strictEqual(response.status, 200, await response.text());
    const cookie = response.headers.get("set-cookie")!.split(";")[0]!;
    const state = await request("/api/state", { headers: { cookie } });
    const { csrf } = await state.json();
    return { cookie, [CSRF_HEADER]: csrf as string };
  };
  return {
    app,
    clock,
    lines,
    usersFile,
    streamEnd: streamEnd.promise,
    request,
    login,
    enter,
    [Symbol.asyncDispose]: () => Deno.remove(dir, { recursive: true }),
  };
}

Deno.test("Auth refuses a stranger and a request that no server vouches for", async () => {
  await using all = await world();
  const { request, app } = all;
  const stranger = await request("/api/state");
  strictEqual(stranger.status, 401);
  strictEqual((await stranger.json()).error.code, "login-required");
  strictEqual((await app.request("/api/state")).status, 401);
});

Deno.test("Auth takes the unix socket for root and the certificate for the peer", async () => {
  await using all = await world();
  const { request } = all;
  const post = { method: "POST" };
  strictEqual(
    (await request("/api/install", post, { kind: "socket" })).status,
    200,
  );
  const peer: Connection = { kind: "peer", node: "node2" };
  strictEqual((await request("/api/install", post, peer)).status, 200);
});

Deno.test("Auth refuses a forged, an altered and an ended session", async () => {
  await using all = await world();
  const { request, enter } = all;
  const { cookie, ...csrf } = await enter("op");
  const state = (value: string) =>
    request("/api/state", { headers: { cookie: value } });
  strictEqual((await state(cookie)).status, 200);
  const last = cookie.at(-1) === "A" ? "B" : "A";
  for (
    const forged of [
      cookie.slice(0, -2) + last + last,
      `${COOKIE}=`,
      `${COOKIE}=${"A".repeat(43)}`,
      `${COOKIE}=op`,
      `${COOKIE}=__proto__`,
      `hakit=${cookie.split("=")[1]}`,
    ]
  ) strictEqual((await state(forged)).status, 401, forged);
  const out = await request("/api/logout", {
    method: "POST",
    headers: { cookie, ...csrf },
  });
  strictEqual(out.status, 200);
  strictEqual((await state(cookie)).status, 401);
});

Deno.test("Auth sets a cookie that no script reads and no other site sends", async () => {
  await using all = await world();
  const { login } = all;
  const response = await login({ name: "op", password });
  const cookie = response.headers.get("set-cookie")!;
  match(cookie, /^__Host-hakit=[\w-]{100,1000}; /);
  for (const part of ["Path=/", "HttpOnly", "Secure", "SameSite=Strict"]) {
    ok(cookie.includes(part), part);
  }
});

Deno.test("Auth refuses to change anything without the page's token", async () => {
  await using all = await world();
  const { request, enter } = all;
  const headers = await enter("op");
  const { cookie } = headers;
  const post = async (more: Record<string, string>) => {
    const response = await request("/api/do", {
      method: "POST",
      headers: more,
    });
    return response.status;
  };
  strictEqual(await post({ cookie }), 403);
  strictEqual(await post({ cookie, [CSRF_HEADER]: "" }), 403);
  strictEqual(await post({ cookie, [CSRF_HEADER]: "x".repeat(43) }), 403);
  const other = await enter("op");
  strictEqual(await post({ cookie, [CSRF_HEADER]: other[CSRF_HEADER] }), 403);
  strictEqual(await post(headers), 200);
});

Deno.test("Auth keeps the viewer from acting and the operator from installing", async () => {
  await using all = await world();
  const { request, enter } = all;
  const act = async (name: string, path: string) => {
    const headers = await enter(name);
    return (await request(path, { method: "POST", headers })).status;
  };
  strictEqual(await act("eve", "/api/do"), 403);
  strictEqual(await act("op", "/api/do"), 200);
  strictEqual(await act("op", "/api/install"), 403);
});

/** As a browser does: the cookie that came back is sent the next time. */
function kept(answer: Response, headers: Record<string, string>): number {
  const cookie = answer.headers.get("set-cookie")?.split(";")[0];
  if (cookie) headers["cookie"] = cookie;
  return answer.status;
}

Deno.test("Auth ends a session after 8 idle hours, when the user is gone, or has another password", async () => {
  await using all = await world();
  const { request, enter, clock, usersFile } = all;
  const state = async (headers: Record<string, string>) =>
    kept(await request("/api/state", { headers }), headers);
  const hour = 3_600_000;
  const first = { ...await enter("op") };
  const old = { ...first };
  clock.now += 7 * hour;
  strictEqual(await state(first), 200);
  clock.now += 7 * hour;
  strictEqual(await state(first), 200);
  strictEqual(await state(old), 401);
  clock.now += 8 * hour;
  strictEqual(await state(first), 401);

  const second = { ...await enter("op") };
  const text = await Deno.readTextFile(usersFile);
  await Deno.writeTextFile(
    usersFile,
    text.replace("operator", "administrator"),
  );
  strictEqual(await state(second), 401);
  await Deno.writeTextFile(usersFile, "users: []\n");
  strictEqual(await state(second), 401);
});

Deno.test("Auth slows down guessing by address, also when all guesses come at once", async () => {
  await using all = await world();
  const { login, clock } = all;
  const guess = (n: number) => login({ name: "op", password: `guess ${n}` });
  const statuses = (await Promise.all(
    Array.from({ length: 12 }, (_, n) => guess(n)),
  )).map((response) => response.status);
  deepStrictEqual(
    statuses.filter((status) => status === 401).length <= 6,
    true,
    statuses.join(),
  );
  const held = await login({ name: "op", password });
  strictEqual(held.status, 429);
  ok(Number(held.headers.get("retry-after")) >= 1);
  clock.now += 60_000;
  strictEqual((await login({ name: "op", password })).status, 200);
});

Deno.test("Auth slows down guessing at one user from many addresses, but not where the user logged in before", async () => {
  await using all = await world();
  const { login } = all;
  const home = network("198.51.100.7");
  strictEqual((await login({ name: "op", password }, home)).status, 200);
  for (let n = 0; n < 12; n++) {
    await login({ name: "op", password: "wrong one" }, network(`192.0.2.${n}`));
  }
  const elsewhere = await login(
    { name: "op", password },
    network("192.0.2.99"),
  );
  strictEqual(elsewhere.status, 429);
  strictEqual((await login({ name: "op", password }, home)).status, 200);
});

Deno.test("Auth slows down guessing from where the user logged in before, whoever else logs in there", async () => {
  await using all = await world();
  const { login } = all;
  strictEqual((await login({ name: "op", password })).status, 200);
  const statuses: number[] = [];
  for (let round = 0; round < 6; round++) {
    for (let n = 0; n < 4; n++) {
      const { status } = await login({ name: "op", password: `${round}.${n}` });
      statuses.push(status);
    }
    strictEqual((await login({ name: "eve", password })).status, 200);
  }
  ok(statuses.includes(429), statuses.join());
});

Deno.test("Auth takes no typed name for the place that somebody logged in from", async () => {
  await using all = await world();
  const { login } = all;
  const home = network("198.51.100.7");
  strictEqual((await login({ name: "op", password }, home)).status, 200);
  const name = JSON.stringify(["op", "198.51.100.7"]);
  for (let n = 0; n < 14; n++) {
    await login({ name, password: "wrong one" }, network(`192.0.2.${n}`));
  }
  strictEqual((await login({ name: "op", password }, home)).status, 200);
});

Deno.test("Auth ends the session of somebody whose pages only ask by themselves", async () => {
  await using all = await world();
  const { request, enter, clock } = all;
  const headers = { ...await enter("op"), "x-hakit-unasked": "1" };
  let status = 0;
  for (let hour = 0; hour < 9; hour++) {
    status = (await request("/api/state", { headers })).status;
    clock.now += 3_600_000;
  }
  strictEqual(status, 401);
});

Deno.test("Auth takes a login link once", async () => {
  await using all = await world();
  const { login, usersFile, clock } = all;
  const once = await createLoginLink(usersFile, { user: "op", now: clock.now });
  const both = await Promise.all([login({ once }), login({ once })]);
  deepStrictEqual(both.map(({ status }) => status).sort(), [200, 401]);
});

Deno.test("login refuses another site's form, a long body, and what is no login", async () => {
  await using all = await world();
  const { login, request } = all;
  const right = { name: "op", password };
  const host = { host: "node1:9010" };
  for (
    const [headers, status] of [
      [{ ...host, origin: "https://evil.example" }, 403],
      [{ ...host, origin: "null" }, 403],
      [{ ...host, "sec-fetch-site": "cross-site" }, 403],
      [{ ...host, "sec-fetch-site": "same-site" }, 403],
      [{ ...host, origin: "https://node1:9010" }, 200],
    ] as const
  ) {
    const response = await login(right, network(), headers);
    strictEqual(response.status, status, JSON.stringify(headers));
  }
  const long = await login({ name: "op", password: "x".repeat(10_000) });
  strictEqual(long.status, 413);
  for (const body of [null, [], {}, { name: "op" }, { ...right, role: "a" }]) {
    strictEqual((await login(body)).status, 400, JSON.stringify(body));
  }
  const broken = await request("/api/login", { method: "POST", body: "{" });
  strictEqual(broken.status, 400);
});

Deno.test("Auth writes refusals to the log on one line, whatever the name holds", async () => {
  await using all = await world();
  const { login, lines } = all;
  await login({ name: "op\nlogin: user root", password: "guess nine" });
  strictEqual(lines.length, 1);
  ok(!lines[0]!.includes("\n"));
});

Deno.test("Auth cuts an event stream when its session ends", async () => {
  await using all = await world();
  const { request, enter } = all;
  const headers = await enter("op");
  const stream = await request("/api/events", { headers });
  const reader = stream.body!.getReader();
  ok(!(await reader.read()).done);
  await request("/api/logout", { method: "POST", headers });
  let ended = false;
  for (let read = 0; read < 200 && !ended; read++) {
    ended = await reader.read().then(({ done }) => done, () => true);
  }
  ok(ended);
  await all.streamEnd;
});

Deno.test("Auth.vouch() opens a session that ends by its clock, however busy, and with the settings", async () => {
  const dir = await Deno.makeTempDir({ prefix: "hakit-auth-" });
  const clock = { now: 1_000_000 };
  const holds = { stamp: "one" as string | null };
  const logins: unknown[] = [];
  const auth = new Auth({
    usersFile: join(dir, "users.yaml"),
    now: () => clock.now,
    vouching: () => Promise.resolve(holds.stamp),
    onLogin: (login) => logins.push(login),
  });
  const hour = 3_600_000;
  const app = new Hono<AuthEnv>()
    .post("/vouch", async (c) => {
      const vouched = await auth.vouch(c, () =>
        Promise.resolve({
          kind: "in" as const,
          name: "oidc:anna",
          role: "operator" as const,
          stamp: "one",
          until: clock.now + 10 * hour,
          why: "as operator\nlogin: user root",
        }));
      return c.json(vouched.kind);
    })
    .post("/api/do", auth.requireUser("operator"), (c) => c.json("done"))
    .get("/api/state", auth.requireUser("viewer"), (c) => c.json(c.var.caller));
  const ask = (path: string, init: RequestInit = {}) =>
    app.request(path, init, { connection: network() });
  const enter = async () => {
    const answer = await ask("/vouch", { method: "POST" });
    return { cookie: answer.headers.get("set-cookie")!.split(";")[0]! };
  };
  const state = async (headers: Record<string, string>) =>
    kept(await ask("/api/state", { headers }), headers);

  const first = await enter();
  const caller = await (await ask("/api/state", { headers: first })).json();
  deepStrictEqual(
    [caller.name, caller.role, caller.guest],
    ["oidc:anna", "operator", true],
  );
  const act = { method: "POST" };
  const bare = await ask("/api/do", { ...act, headers: first });
  strictEqual(bare.status, 403);
  const headers = { ...first, [CSRF_HEADER]: caller.csrf };
  strictEqual((await ask("/api/do", { ...act, headers })).status, 200);
  for (const hours of [5, 4.9]) {
    clock.now += hours * hour;
    strictEqual(await state(first), 200);
  }
  clock.now += 0.1 * hour;
  strictEqual(await state(first), 401);
  const idle = await enter();
  clock.now += 8 * hour;
  strictEqual(await state(idle), 401);

  const second = await enter();
  holds.stamp = "two";
  strictEqual(await state(second), 401);
  holds.stamp = "one";
  strictEqual(await state(second), 401);
  const third = await enter();
  holds.stamp = null;
  strictEqual(await state(third), 401);
  match(JSON.stringify(logins[0]), /"detail":"as operator[^\\n]*login/);
  await Deno.remove(dir, { recursive: true });
});
