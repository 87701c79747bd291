/** Single sign-on against an issuer on loopback, honest and otherwise: who comes in, and that nobody else does. */
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { join } from "node:path";
import { SECRET, testIssuer, type Twist } from "../../tests/api/issuer.ts";
import type { OidcBody } from "./settings.ts";
import { type Ended, SignOn } from "./sign_on.ts";
import { OidcStore } from "./store.ts";

const HOST = "hakit.example.com:9010";

async function world(more: Partial<OidcBody> = {}) {
  const dir = await Deno.makeTempDir({ prefix: "hakit-oidc-" });
  const issuer = await testIssuer();
  const clock = { ahead: 0 };
  const lines: string[] = [];
  const node = (name: string, talkMs = 15_000) =>
    new SignOn({
      node: name,
      store: new OidcStore(join(dir, `${name}.json`)),
      places: () => ({ addresses: ["10.0.0.1", "10.0.0.9"], port: 9010 }),
      log: (line) => lines.push(line),
      now: () => Date.now() + clock.ahead,
      talkMs,
    });
  const [one, two, hasty] = [node("one"), node("two"), node("hasty", 600)];
  await one.store.set({ ...issuer.settings, ...more });
  for (const { store } of [two, hasty]) {
    await store.merge(await one.store.read());
  }
  /** The way out. */
  async function begin(next = "/") {
    const begun = await one.begin({ host: HOST, next });
    assert.equal(begun.kind, "go");
    return begun as Extract<typeof begun, { kind: "go" }>;
  }
  /** There and back again. */
  async function enter(
    claims: Record<string, unknown>,
    by: SignOn = one,
  ): Promise<Ended> {
    const { address, sealed } = await begin();
    const back = issuer.back(address, claims);
    return await by.end({ query: back.search, sealed });
  }
  return {
    issuer,
    one,
    two,
    hasty,
    lines,
    clock,
    begin,
    enter,
    async [Symbol.asyncDispose]() {
      await issuer[Symbol.asyncDispose]();
      await Deno.remove(dir, { recursive: true });
    },
  };
}

/** Refused for that reason, and the line for the log says this. */
function refused(ended: Ended, reason: string, why: RegExp): void {
  assert.equal(ended.kind, "refused", JSON.stringify(ended));
  if (ended.kind !== "refused") return;
  assert.match(ended.why, why);
  assert.equal(ended.reason, reason, ended.why);
  assert.equal(ended.why.includes("\n"), false);
  assert.equal(ended.why.includes(SECRET), false);
}

Deno.test("SignOn lets in by group, with the highest role, on whichever node the browser comes back", async () => {
  await using all = await world();
  const { enter, one, two } = all;
  for (
    const [groups, role] of [
      [["it-admins", "staff"], "administrator"],
      [["other", "it-night"], "operator"],
      ["staff", "viewer"],
    ] as const
  ) {
    for (const node of [one, two]) {
      const ended = await enter(
        { groups, preferred_username: "anna@example.com" },
        node,
      );
      assert.equal(ended.kind, "in", JSON.stringify(ended));
      if (ended.kind !== "in") return;
      assert.equal(ended.role, role);
      assert.equal(ended.name, "oidc:anna@example.com");
      assert.match(ended.why, new RegExp(`as ${role}, subject 4711`));
      const hours = (ended.until - Date.now()) / 3_600_000;
      assert.ok(hours > 7.9 && hours <= 8, `${hours}`);
    }
  }
});

Deno.test("SignOn sends the browser to the issuer with PKCE, state, nonce and an address of the cluster", async () => {
  await using all = await world({ scopes: ["groups"] });
  const { address, sealed } = await all.begin("/logs");
  const { searchParams: asked, pathname } = new URL(address);
  assert.equal(pathname, "/authorize");
  assert.equal(asked.get("response_type"), "code");
  assert.equal(asked.get("client_id"), "hakit");
  assert.equal(asked.get("scope"), "openid profile email groups");
  assert.equal(asked.get("code_challenge_method"), "S256");
  assert.equal(asked.get("redirect_uri"), `https://${HOST}/login/oidc/back`);
  for (const name of ["state", "nonce", "code_challenge"] as const) {
    assert.match(asked.get(name) ?? "", /^[\w-]{43}$/);
    // What the browser carries tells it nothing.
    assert.equal(sealed.includes(asked.get(name)!), false);
  }
  const other = await all.begin();
  assert.notEqual(
    new URL(other.address).searchParams.get("state"),
    asked.get("state"),
  );
  for (
    const host of [
      undefined,
      "evil.example",
      "hakit.example.com:9011",
      "hakit.example.com.evil.example:9010",
      "evil.example\\@hakit.example.com:9010",
      "hakit.example.com@evil.example",
      "10.0.0.2:9010",
      "10.0.0.1",
      "[::1",
    ]
  ) {
    const begun = await all.one.begin({ host, next: "/" });
    assert.equal(begun.kind, "elsewhere", host);
  }
  for (
    const host of [
      "10.0.0.9:9010",
      "hakit.example.com",
      "HAKIT.example.com:9010",
    ]
  ) {
    assert.equal((await all.one.begin({ host, next: "/" })).kind, "go", host);
  }
});

Deno.test("SignOn refuses whoever has none of the groups, and says what the issuer left out", async () => {
  await using all = await world();
  const { enter } = all;
  const anna = { preferred_username: "an\nna <b>" };
  refused(
    await enter({ ...anna, groups: ["it-admin", "IT-ADMINS", 7, null] }),
    "noRole",
    /none of the 2 values of claim "groups"/,
  );
  refused(await enter(anna), "noRole", /claim "groups" is missing/);
  refused(
    await enter({ ...anna, _claim_names: { groups: "src1" } }),
    "noRole",
    /left out claim "groups", it is too long/,
  );
  refused(
    await enter({ ...anna, groups: { "it-admins": true } }),
    "noRole",
    /none of the 0 values/,
  );
  const ended = await enter(anna);
  assert.equal(ended.name, "oidc:an_na__b_");
});

Deno.test("SignOn asks the user info where the token lacks the claim, and looks into nested ones", async () => {
  await using all = await world();
  const asked = all.issuer.asked;
  const ended = await all.enter({ userinfo: { groups: ["staff"] } });
  assert.equal(ended.kind, "in");
  assert.ok(asked.includes("/userinfo"));
  // Another one's user info is nobody's.
  refused(
    await all.enter({ userinfo: { groups: ["it-admins"], sub: "1" } }),
    "failed",
    /user info: .*sub/i,
  );
  await using nested = await world({ claim: "realm_access.roles" });
  const found = await nested.enter({ realm_access: { roles: ["it-night"] } });
  assert.equal(found.kind === "in" && found.role, "operator");
});

Deno.test("SignOn believes an e-mail address only when the issuer vouches for it", async () => {
  await using all = await world({
    claim: "email",
    roles: { administrator: ["anna@example.com"], operator: [], viewer: [] },
  });
  const email = "anna@example.com";
  refused(await all.enter({ email }), "noRole", /email_verified/);
  refused(
    await all.enter({ email, email_verified: false }),
    "noRole",
    /email_verified/,
  );
  const ended = await all.enter({ email, email_verified: true });
  assert.equal(ended.kind, "in");
});

const LIES: readonly (readonly [string, Partial<Twist>, RegExp])[] = [
  ["another nonce", {
    claims: (claims) => ({ ...claims, nonce: "x".repeat(43) }),
  }, /nonce/],
  ["no nonce", {
    claims: ({ nonce: _, ...claims }) => claims,
  }, /nonce/],
  ["another audience", {
    claims: (claims) => ({ ...claims, aud: "another" }),
  }, /aud/],
  ["many audiences, another party", {
    claims: (claims) => ({ ...claims, aud: ["hakit", "x"], azp: "x" }),
  }, /azp/],
  ["another issuer", {
    claims: (claims) => ({ ...claims, iss: "https://evil.example" }),
  }, /iss/],
  ["expired", {
    claims: (claims) => ({ ...claims, exp: Number(claims["iat"]) - 120 }),
  }, /not valid now.*clocks/],
  ["not yet valid", {
    claims: (claims) => ({ ...claims, nbf: Number(claims["iat"]) + 3600 }),
  }, /not valid now.*clocks/],
  ["no signature", {
    header: () => ({ alg: "none" }),
    signature: () => "",
  }, /no proof/],
  ["signed with the client secret", {
    header: () => ({ alg: "HS256" }),
    signature: (input) =>
      createHmac("sha256", SECRET).update(input).digest("base64url"),
  }, /no proof/],
  ["signed by somebody else", {
    signature: () => "A".repeat(342),
  }, /signature/],
  ["a key that it does not show", {
    header: (header) => ({ ...header, kid: "three" }),
  }, /key/],
  ["no token at all", {
    before: (path) =>
      path === "/token"
        ? Response.json({ access_token: "x", token_type: "Bearer" })
        : null,
  }, /id_token/],
  ["nonsense", {
    before: (path) =>
      path === "/token" ? new Response("<html>", { status: 200 }) : null,
  }, /content-type/],
];

Deno.test("SignOn refuses what is not the issuer's word for this browser, each with one line", async (test) => {
  await using all = await world();
  const { issuer, enter } = all;
  for (const [what, lie, why] of LIES) {
    await test.step(what, async () => {
      Object.assign(issuer.twist, lie);
      refused(await enter({ groups: ["it-admins"] }), "failed", why);
      issuer.beHonest();
    });
  }
  // A clock that is a little off is no lie.
  issuer.twist.claims = (claims) => ({
    ...claims,
    exp: Number(claims["iat"]) - 30,
  });
  assert.equal((await enter({ groups: ["staff"] })).kind, "in");
});

Deno.test("SignOn goes on when the issuer has other keys from one minute to the next", async () => {
  await using all = await world();
  assert.equal((await all.enter({ groups: ["staff"] })).kind, "in");
  await all.issuer.rotate();
  assert.equal((await all.enter({ groups: ["staff"] })).kind, "in");
});

Deno.test("SignOn takes each round once, from the browser that began it, and not later than ten minutes", async () => {
  await using all = await world();
  const { one, two, issuer, begin, clock } = all;
  const { address, sealed } = await begin();
  const back = issuer.back(address, { groups: ["staff"] });
  const mine = { query: back.search, sealed };

  const other = await begin();
  refused(
    await one.end({ query: back.search, sealed: other.sealed }),
    "stale",
    /state is not this browser's/,
  );
  const stolen = new URLSearchParams(back.search);
  stolen.set("state", new URL(other.address).searchParams.get("state")!);
  // A code that was given for another browser: the challenge is not this one's.
  refused(
    await one.end({ query: `?${stolen}`, sealed: other.sealed }),
    "failed",
    /refused the code/,
  );
  for (
    const wrong of [
      undefined,
      "",
      "x",
      sealed.slice(0, -2) + (sealed.endsWith("AA") ? "BB" : "AA"),
      "A".repeat(5000),
    ]
  ) {
    refused(
      await one.end({ query: back.search, sealed: wrong }),
      "stale",
      /did not begin it/,
    );
  }
  const fresh = await begin();
  const again = issuer.back(fresh.address, { groups: ["staff"] });
  const round = { query: again.search, sealed: fresh.sealed };
  assert.equal((await one.end(round)).kind, "in");
  refused(await one.end(round), "stale", /used already/);
  // The other node does not know that; the issuer does.
  refused(await two.end(round), "failed", /invalid_grant/);

  const late = await begin();
  const lateBack = issuer.back(late.address, { groups: ["staff"] });
  clock.ahead = 10 * 60_000;
  refused(
    await one.end({ query: lateBack.search, sealed: late.sealed }),
    "stale",
    /last 10 minutes/,
  );
  refused(await one.end(mine), "stale", /last 10 minutes/);
});

Deno.test("SignOn says what the issuer says when it lets somebody not in, or hakit not ask", async () => {
  await using all = await world();
  const { one, begin } = all;
  const { address, sealed } = await begin();
  const state = new URL(address).searchParams.get("state")!;
  const query = `?${new URLSearchParams({
    state,
    error: "access_denied",
    error_description: "not today",
  })}`;
  refused(
    await one.end({ query, sealed }),
    "denied",
    /access_denied, not today/,
  );

  await one.store.set({ ...all.issuer.settings, secret: "another" });
  refused(
    await all.enter({ groups: ["staff"] }),
    "failed",
    /invalid_client.*--client-secret-file/,
  );
});

Deno.test("SignOn waits for no issuer longer than it may, reads no more than it must, and says which part failed", async (test) => {
  await using all = await world();
  const { issuer, enter, one, hasty, lines } = all;
  const endless = () => {
    let sent = 0;
    return new Response(
      new ReadableStream({
        pull(controller) {
          sent++;
          if (sent > 2000) controller.close();
          else controller.enqueue(new Uint8Array(64 * 1024).fill(32));
        },
      }),
      { headers: { "content-type": "application/json" } },
    );
  };
  const slow = () =>
    new Promise<Response>((resolve) =>
      setTimeout(() => resolve(new Response("late")), 1000)
    );
  const at =
    (path: string, answer: () => Response | Promise<Response>) =>
    (asked: string) => asked === path ? answer() : null;
  for (
    const [what, before, why] of [
      ["slow token", at("/token", slow), /^sign-in: .*did not answer in time/],
      ["slow keys", at("/keys", slow), /^sign-in: .*did not answer in time/],
      ["huge token", at("/token", endless), /larger than 512 KiB/],
      ["huge keys", at("/keys", endless), /larger than 512 KiB/],
      [
        "failing token",
        at("/token", () => new Response("", { status: 502 })),
        /status 502/,
      ],
      [
        "keys elsewhere",
        at("/keys", () => Response.redirect("https://evil.example/keys")),
        /status 302/,
      ],
    ] as const
  ) {
    await test.step(what, async () => {
      const { address, sealed } = await all.begin();
      const back = issuer.back(address, { groups: ["staff"] });
      issuer.twist.before = before;
      const node = what.startsWith("slow") ? hasty : one;
      const ended = await node.end({ query: back.search, sealed });
      issuer.beHonest();
      refused(ended, "away", why);
      assert.match("why" in ended ? ended.why : "", /127\.0\.0\.1:\d+/);
    });
  }
  assert.equal((await enter({ groups: ["staff"] })).kind, "in");

  await test.step("away at the beginning: one line, and not asked at each click", async () => {
    all.clock.ahead += 61_000;
    issuer.twist.before = () => new Response("", { status: 503 });
    const before = issuer.asked.length;
    for (let click = 0; click < 5; click++) {
      const begun = await one.begin({ host: HOST, next: "/" });
      assert.equal(begun.kind, "away");
    }
    assert.equal(issuer.asked.length, before + 1);
    assert.equal(lines.length, 1);
    assert.match(lines[0]!, /discovery document: 127\.0\.0\.1:\d+: .*503/);
    issuer.beHonest();
    all.clock.ahead += 6_000;
    assert.equal((await one.begin({ host: HOST, next: "/" })).kind, "go");
  });
});

Deno.test("SignOn.test() tells one issuer from another, an unknown authority, and one that is not there", async () => {
  await using all = await world();
  const { one, issuer } = all;
  assert.deepEqual(await one.test(), {
    node: "one",
    problem: null,
    remedy: null,
  });
  const problem = async () => {
    const { problem, remedy } = await one.test();
    return `${problem} (${remedy})`;
  };
  for (
    const name of [
      "https://login.example.com/{tenantid}/v2.0",
      `${issuer.url}/other`,
      "nonsense",
    ]
  ) {
    issuer.twist.metadata = { issuer: name };
    assert.match(await problem(), /the issuer calls itself ".*--issuer/);
  }
  issuer.twist.metadata = { token_endpoint: "http://127.0.0.1/token" };
  assert.match(await problem(), /"token_endpoint" is missing or no https/);
  issuer.twist.metadata = { jwks_uri: undefined };
  assert.match(await problem(), /"jwks_uri" is missing/);
  issuer.beHonest();
  issuer.twist.before = (path) =>
    path === "/keys" ? Response.json({ keys: [] }) : null;
  assert.match(await problem(), /signing keys: no keys/);
  issuer.beHonest();
  await one.store.set({ ...issuer.settings, authority: null });
  assert.match(await problem(), /certificate.*--ca-file/i);
  const taken = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const { port } = taken.addr;
  taken.close();
  await one.store.set({
    ...issuer.settings,
    issuer: `https://127.0.0.1:${port}/realm`,
  });
  assert.match(
    await problem(),
    /discovery document: 127\.0\.0\.1:\d+: .*refused.*local users/i,
  );
  await one.store.off();
  assert.match(await problem(), /is off/);
});

Deno.test("SignOn is not there while it is off, or while nobody can say which settings are meant", async () => {
  await using all = await world();
  const { one, two, lines, issuer } = all;
  const { address, sealed } = await all.begin();
  const back = issuer.back(address, { groups: ["staff"] });
  const here = async (node: SignOn) => [
    (await node.offer())?.label ?? null,
    await node.stamp() === null,
    (await node.begin({ host: HOST, next: "/" })).kind,
  ];
  assert.deepEqual(await here(one), ["", false, "go"]);
  // Both change it while they do not hear each other.
  await one.store.set({ ...issuer.settings, label: "One" });
  await two.store.set({ ...issuer.settings, label: "Two" });
  await one.store.merge(await two.store.read());
  assert.deepEqual(await here(one), [null, true, "off"]);
  assert.match((await one.shown()).problem ?? "", /both nodes were changed/);
  assert.equal(lines.length, 1);
  refused(
    await one.end({ query: back.search, sealed }),
    "stale",
    /switched off/,
  );
  await one.store.set({ ...issuer.settings, label: "Both" });
  await two.store.merge(await one.store.read());
  assert.equal((await two.offer())?.label, "Both");
  await two.store.off();
  assert.deepEqual(await here(two), [null, true, "off"]);
  assert.deepEqual(await two.shown(), {
    settings: null,
    problem: null,
    redirects: [],
  });
});

Deno.test("SignOn with a file that cannot be read says so and offers nothing", async () => {
  await using all = await world();
  await Deno.writeTextFile(all.one.store.file, "{");
  assert.equal(await all.one.offer(), null);
  assert.match(all.lines[0]!, /Cannot read ".*one\.json": it is no JSON/);
  await assert.rejects(all.one.shown(), /Cannot read/);
});
