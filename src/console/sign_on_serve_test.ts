/** Single sign-on as a browser sees it: button, cookies, sessions, refusals, audit. The issuer is one on loopback. */
import { match, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { SECRET, testIssuer } from "../../tests/api/issuer.ts";
import { fakeAgent, PASSWORD } from "../../tests/console/fake_agent.ts";
import { sampleState } from "../../tests/console/sample.ts";
import type { Connection } from "../api/auth.ts";

const HOST = "hakit.example.com:9010";
const OIDC_COOKIE = "__Host-hakit-oidc";

async function world() {
  const issuer = await testIssuer();
  const agent = await fakeAgent(sampleState());
  /** A browser with its cookies. */
  function browser(address = "192.0.2.1") {
    const cookies = new Map<string, string>();
    const connection: Connection = { kind: "network", address };
    async function go(path: string, init: RequestInit = {}) {
      const headers = new Headers(init.headers);
      if (!headers.has("host")) headers.set("host", HOST);
      const cookie = [...cookies].map(([name, text]) => `${name}=${text}`);
      if (cookie.length > 0) headers.set("cookie", cookie.join("; "));
      const answer = await agent.app.request(path, { ...init, headers }, {
        connection,
      });
      const set = answer.headers.getSetCookie();
      for (const line of set) {
        const [, name, text] = /^([^=]+)=([^;]*)/.exec(line)!;
        if (/max-age=0/i.test(line)) cookies.delete(name!);
        else cookies.set(name!, text!);
      }
      return {
        status: answer.status,
        headers: answer.headers,
        set,
        text: await answer.text(),
      };
    }
    /** Through the issuer, as somebody in these groups. */
    async function enter(groups: readonly string[], name = "anna") {
      const { headers } = await go("/login/oidc?next=%2Flogs%2Fagent");
      const address = headers.get("location")!;
      const back = issuer.back(address, { groups, preferred_username: name });
      return await go(back.pathname + back.search);
    }
    return { go, enter, cookies };
  }
  return {
    issuer,
    agent,
    browser,
    setUp: (more = {}) =>
      agent.signOn.store.set({ ...issuer.settings, names: [HOST], ...more }),
    audit: async () =>
      (await agent.audit.read(100)).filter(({ what }) => what === "login")
        .map(({ who, result, detail }) => `${who} ${result}: ${detail}`),
    async [Symbol.asyncDispose]() {
      await agent[Symbol.asyncDispose]();
      await issuer[Symbol.asyncDispose]();
    },
  };
}

Deno.test("without settings there is no button, and no route", async () => {
  await using all = await world();
  const { go } = all.browser();
  strictEqual((await go("/login")).text.includes("/login/oidc"), false);
  const nowhere = await go("/login/nowhere");
  for (const path of ["/login/oidc", "/login/oidc/back?code=x&state=y"]) {
    const answer = await go(path);
    strictEqual(answer.status, 404);
    strictEqual(answer.text, nowhere.text);
    strictEqual(answer.set.length, 0);
  }
});

Deno.test("each role comes in by its group, to the page that was wanted, and may what the role may", async () => {
  await using all = await world();
  await all.setUp({ label: "Example & Co" });
  match(
    (await all.browser().go("/login?next=%2Fusers")).text,
    /href="\/login\/oidc\?next=%2Fusers"[^>]*>Log in with Example &amp; Co</,
  );
  for (
    const [group, role, users] of [
      ["it-admins", "administrator", 200],
      ["it-night", "operator", 403],
      ["staff", "viewer", 403],
    ] as const
  ) {
    const { go, enter, cookies } = all.browser();
    const entered = await enter([group]);
    strictEqual(entered.status, 200);
    // By a page of ours: a redirect in a chain that another site began carries no strict cookie.
    match(entered.text, /http-equiv="refresh" content="0;url=\/logs\/agent"/);
    match(
      entered.set.find((line) => line.startsWith("__Host-hakit="))!,
      /Path=\/; HttpOnly; Secure; SameSite=Strict/,
    );
    strictEqual(cookies.has(OIDC_COOKIE), false);
    match(
      (await go("/")).text,
      new RegExp(`oidc:anna <small>${role}</small>`),
    );
    strictEqual((await go("/users")).status, users);
    // The page's token is asked for as from everybody.
    const post = { method: "POST", body: "{}" };
    strictEqual((await go("/api/modules/k3s/stop", post)).status, 403);
    const account = await go("/account");
    match(account.text, /your password is not kept here/);
    strictEqual(account.text.includes("/account/password"), false);
  }
  const told = await all.audit();
  match(told.join("\n"), /user oidc:anna done: as operator, subject 4711/);
});

Deno.test("the browser is sent out with a short-lived cookie of its own, and only from our pages", async () => {
  await using all = await world();
  await all.setUp();
  const { go } = all.browser();
  const out = await go("/login/oidc?next=//evil.example/x");
  strictEqual(out.status, 303);
  strictEqual(new URL(out.headers.get("location")!).origin, all.issuer.url);
  strictEqual(out.headers.get("cache-control"), "no-store");
  const [cookie = ""] = out.set;
  ok(cookie.startsWith(`${OIDC_COOKIE}=`), cookie);
  for (
    const part of [
      "Max-Age=600",
      "Path=/",
      "HttpOnly",
      "Secure",
      "SameSite=Lax",
    ]
  ) ok(cookie.includes(part), part);
  // Wherever it was to go, it comes out at home.
  const back = all.issuer.back(out.headers.get("location")!, {
    groups: ["staff"],
  });
  const entered = await go(back.pathname + back.search);
  match(entered.text, /content="0;url=\/"/);

  const cross = await go("/login/oidc", {
    headers: { "sec-fetch-site": "cross-site" },
  });
  strictEqual(cross.status, 403);
  const elsewhere = await go("/login/oidc", {
    headers: { host: "evil.example" },
  });
  strictEqual(elsewhere.status, 400);
  match(elsewhere.text, /does not work at evil\.example/);
  strictEqual(elsewhere.set.length, 0);
});

Deno.test("whoever is refused is told so in words, stays out, and may use a password", async () => {
  await using all = await world();
  await all.setUp();
  const { go, enter, cookies } = all.browser();
  const nobody = await enter(["guests"], "<b>bob");
  strictEqual(nobody.status, 403);
  match(nobody.text, /oidc:_b_bob has no role here/);
  strictEqual(cookies.size, 0);

  const stranger = await go("/login/oidc/back?code=x&state=y");
  strictEqual(stranger.status, 400);
  match(stranger.text, /Begin it again/);

  all.issuer.twist.claims = (claims) => ({ ...claims, aud: "another" });
  const liar = await enter(["it-admins"]);
  strictEqual(liar.status, 401);
  match(liar.text, /The answer of the sign-in service was refused/);
  strictEqual(liar.text.includes("another"), false);
  all.issuer.beHonest();
  strictEqual((await go("/")).status, 303);

  const told = await all.audit();
  match(told[0]!, /^user oidc:_b_bob refused: subject 4711: none of the 1/);
  match(told[1]!, /^user \(single sign-on\) refused: this browser did not/);
  match(told[2]!, /^user \(single sign-on\) refused: sign-in: .*aud/);
  strictEqual(told.join("").includes(SECRET), false);

  const form = new URLSearchParams({ name: "admin", password: PASSWORD });
  strictEqual((await go("/login", { method: "POST", body: form })).status, 303);
});

Deno.test("refusals slow down as wrong passwords do, and nobody's password waits for them", async () => {
  await using all = await world();
  await all.setUp();
  const { go } = all.browser();
  const statuses: number[] = [];
  for (let guess = 0; guess < 8; guess++) {
    statuses.push((await go("/login/oidc/back?code=x&state=y")).status);
  }
  strictEqual(statuses.slice(0, 6).every((status) => status === 400), true);
  strictEqual(statuses.at(-1), 429);
  const other = all.browser("192.0.2.2");
  strictEqual((await other.enter(["staff"])).status, 200);
  const form = new URLSearchParams({ name: "admin", password: PASSWORD });
  strictEqual((await go("/login", { method: "POST", body: form })).status, 303);
});

Deno.test("a session ends with the settings that let it in, and in the language of the browser the issuer is away", async () => {
  await using all = await world();
  await all.setUp();
  const one = all.browser();
  await one.enter(["it-admins"]);
  strictEqual((await one.go("/")).status, 200);
  await all.setUp({
    roles: { administrator: [], operator: [], viewer: ["x"] },
  });
  strictEqual((await one.go("/")).status, 303);
  await all.setUp();
  strictEqual((await one.go("/")).status, 303);
  await one.enter(["it-admins"]);
  await all.agent.signOn.store.off();
  strictEqual((await one.go("/")).status, 303);

  await all.setUp();
  all.issuer.twist.before = () => new Response("", { status: 503 });
  const french = await all.browser().go("/login/oidc", {
    headers: { "accept-language": "fr" },
  });
  strictEqual(french.status, 503);
  match(french.text, /ne répond pas.*mot de passe/s);
});

Deno.test("whatever comes back instead of the issuer's answer is refused in an orderly way", async () => {
  await using all = await world();
  await all.setUp();
  const words = fc.constantFrom(
    ...["code", "state", "iss", "error", "error_description", "id_token"],
    ...["response", "next", "session_state"],
  );
  let caller = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(words, fc.string({ unit: "binary" })), {
        maxLength: 6,
      }),
      fc.boolean(),
      fc.option(fc.string()),
      async (pairs, honestState, cookie) => {
        // Each from an address of its own, or it would only wait.
        caller++;
        const { go, cookies } = all.browser(
          `10.${caller >> 16}.${(caller >> 8) & 255}.${caller & 255}`,
        );
        const out = await go("/login/oidc");
        const { searchParams } = new URL(out.headers.get("location")!);
        const query = new URLSearchParams(pairs);
        if (honestState) query.append("state", searchParams.get("state")!);
        if (cookie !== null) {
          cookies.set(OIDC_COOKIE, encodeURIComponent(cookie));
        }
        const answer = await go(`/login/oidc/back?${query}`);
        ok([400, 401].includes(answer.status), `${answer.status} ${query}`);
        strictEqual(cookies.has("__Host-hakit"), false);
        strictEqual(answer.text.includes("at file://"), false);
      },
    ),
    { numRuns: 100 },
  );
});
