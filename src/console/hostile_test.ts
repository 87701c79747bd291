/** Whatever is sent to any page or form of the console: no failure of ours, no secret, nothing of it comes back as a page's own. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { hostileForms, offence, PAGE_TOKEN } from "../../tests/api/hostile.ts";
import { SETTINGS } from "../../tests/api/issuer.ts";
import { fakeAgent, PASSWORD } from "../../tests/console/fake_agent.ts";
import { sampleState } from "../../tests/console/sample.ts";
import type { Connection } from "../api/auth.ts";

const RUNS = Number(Deno.env.get("HAKIT_FUZZ") ?? 400);
const network: Connection = { kind: "network", address: "192.0.2.1" };

async function world() {
  const agent = await fakeAgent(sampleState());
  // Nobody answers there: what comes back from it is made up by the browser.
  await agent.signOn.store.set({ ...SETTINGS, issuer: "https://127.0.0.1:1" });
  const request = (path: string, init: RequestInit) =>
    agent.app.request(path, init, { connection: network });
  const enter = async (name: string) => {
    const answer = await request("/login", {
      method: "POST",
      body: new URLSearchParams({ name, password: PASSWORD }),
    });
    const cookie = answer.headers.get("set-cookie")!.split(";")[0]!;
    const page = await (await request("/account", { headers: { cookie } }))
      .text();
    const [, token = ""] = /name="csrf" value="([\w-]+)"/.exec(page) ?? [];
    assert.ok(token.length > 20, page);
    return { cookie, token };
  };
  const callers = {
    stranger: { cookie: "", token: "x" },
    viewer: await enter("eve"),
    administrator: await enter("admin"),
  };
  return { agent, request, callers };
}

Deno.test("hostile requests to every page and form, from everybody, get an orderly answer", async () => {
  const { agent, request, callers } = await world();
  await using _agent = agent;
  const routes = agent.app.routes.filter(({ method, path }) =>
    method !== "ALL" && !path.startsWith("/api/") &&
    // It would end the session that the others use.
    path !== "/logout"
  );
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...Object.values(callers)),
      hostileForms(routes),
      async ({ cookie, token }, hostile) => {
        seen.add(hostile.route);
        const { path, method, body } = hostile;
        const headers = new Headers(hostile.headers);
        headers.append("cookie", cookie);
        const answer = await request(path, {
          method,
          headers,
          ...(body ? { body: body.replaceAll(PAGE_TOKEN, token) } : {}),
        });
        const text = await answer.text();
        const why = offence(answer.status, text, {
          secrets: [PASSWORD, SETTINGS.secret],
          // The issuer is away.
          unready: path.startsWith("/login/oidc") ? [503] : [],
        }) ?? pageOffence(answer, text);
        assert.equal(why, null, `${why}: ${method} ${path}: ${text}`);
      },
    ),
    { numRuns: RUNS },
  );
  assert.ok(seen.size > 20, `${[...seen].sort().join("\n")}`);
  // Nobody was raised, removed or logged out.
  const users = await agent.auth.accounts.users();
  assert.deepEqual(
    users.filter(({ name }) => ["admin", "eve"].includes(name))
      .map(({ name, role }) => [name, role]),
    [["admin", "administrator"], ["eve", "viewer"]],
  );
  for (const { cookie, token } of Object.values(callers)) {
    const { status } = await request("/account", { headers: { cookie } });
    assert.equal(status, token === "x" ? 303 : 200);
  }
});

Deno.test("pageOffence() sees what came back as a page's own, or the fuzz would prove nothing", () => {
  const html = { "content-type": "text/html; charset=utf-8" };
  const policy = { "content-security-policy": "default-src 'none'" };
  const of = (headers: Record<string, string>, text = "") =>
    pageOffence(new Response(text, { headers }), text);
  assert.equal(of({ ...html, ...policy }), null);
  assert.match(of(html) ?? "", /policy/);
  const script = "<script>alert(1)</script>";
  assert.match(of({ ...html, ...policy }, script) ?? "", /script/);
  assert.match(of({ location: "//evil.example" }) ?? "", /leads/);
  assert.match(of({ "set-cookie": "a=b" }) ?? "", /cookie/);
});

/** Why a page must not be answered so, or null. */
function pageOffence({ headers }: Response, text: string): string | null {
  const type = headers.get("content-type") ?? "";
  if (type.startsWith("text/html")) {
    if (/<script>|onerror=alert/.test(text)) return "it holds a script";
    if (!headers.has("content-security-policy")) return "it has no policy";
  }
  const to = headers.get("location");
  if (to !== null && !/^\/(?![/\\])/.test(to)) return `it leads to ${to}`;
  const strange = headers.getSetCookie()
    .find((cookie) => !/^(__Host-hakit|hakit-language)/.test(cookie));
  return strange === undefined ? null : `it sets a cookie: ${strange}`;
}
