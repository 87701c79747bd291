import assert from "node:assert/strict";
import { join } from "node:path";
import { AccountStore } from "../api/accounts.ts";
import { accountsSchema } from "../api/accounts_file.ts";
import { endedSchema, EndedSessions } from "../api/ended_sessions.ts";
import { ApiError } from "../api/error.ts";
import type { PeerApi, PeerRequest } from "../api/peer_api.ts";
import { SETTINGS } from "../../tests/api/issuer.ts";
import { OidcStore } from "../oidc/store.ts";
import { oidcFileSchema } from "../oidc/settings_file.ts";
import {
  exchange,
  exchangeEnded,
  exchangeOidc,
  keepAccountsLevel,
} from "./accounts_sync.ts";

const ANNA = { name: "anna", role: "viewer", password: "long enough" } as const;

/** Two nodes' stores; each is the other's peer while `link.up`. */
async function pair() {
  const dir = await Deno.makeTempDir({ prefix: "hakit-sync-" });
  const one = new AccountStore(join(dir, "one.yaml"));
  const two = new AccountStore(join(dir, "two.yaml"));
  await one.addUser({ ...ANNA, name: "admin", role: "administrator" });
  await two.merge(await one.read());
  const link = { up: true, answers: true, old: false };
  const oidc = {
    one: new OidcStore(join(dir, "one.json")),
    two: new OidcStore(join(dir, "two.json")),
  };
  const ended = {
    one: new EndedSessions(join(dir, "one-ended.json")),
    two: new EndedSessions(join(dir, "two-ended.json")),
  };
  const towards = (store: AccountStore): Pick<PeerApi, "request"> => ({
    async request(path: string, { body }: PeerRequest) {
      if (!link.up) throw new ApiError(502, "peer-not-reachable", "away");
      if (path === "/api/oidc/exchange") {
        if (link.old) return new Response("nothing is here", { status: 404 });
        const theirs = oidcFileSchema.parse(JSON.parse(String(body)));
        const known = store === two ? oidc.two : oidc.one;
        return Response.json(await known.merge(theirs));
      }
      if (path === "/api/sessions/ended") {
        if (link.old) return new Response("nothing is here", { status: 404 });
        const theirs = endedSchema.parse(JSON.parse(String(body)));
        const known = store === two ? ended.two : ended.one;
        return Response.json(await known.merge(theirs, Date.now()));
      }
      const both = await store.merge(
        accountsSchema.parse(JSON.parse(String(body))),
      );
      // It was taken, but its answer was lost.
      if (!link.answers) throw new ApiError(502, "peer-not-reachable", "cut");
      return Response.json(both);
    },
  });
  const names = async (store: AccountStore) =>
    (await store.users()).map(({ name }) => name).sort().join(" ");
  return {
    one,
    two,
    link,
    oidc,
    ended,
    towards,
    names,
    [Symbol.asyncDispose]: () => Deno.remove(dir, { recursive: true }),
  };
}

Deno.test("exchange() gives both nodes what either knows, and a removed user stays removed", async () => {
  await using nodes = await pair();
  const { one, two, towards, names } = nodes;
  await one.addUser(ANNA);
  await two.addUser({ ...ANNA, name: "ben" });
  await exchange({ accounts: one, peer: towards(two) });
  assert.equal(await names(one), "admin anna ben");
  assert.equal(await names(two), "admin anna ben");
  nodes.link.up = false;
  await one.removeUser("anna");
  await assert.rejects(exchange({ accounts: one, peer: towards(two) }), /away/);
  nodes.link.up = true;
  // The one that was away speaks first.
  await exchange({ accounts: two, peer: towards(one) });
  assert.equal(await names(one), "admin ben");
  assert.equal(await names(two), "admin ben");
});

Deno.test("exchange() is made up for when its answer was lost", async () => {
  await using nodes = await pair();
  const { one, two, towards, names, link } = nodes;
  await two.addUser(ANNA);
  link.answers = false;
  await assert.rejects(exchange({ accounts: one, peer: towards(two) }));
  assert.equal(await names(one), "admin");
  link.answers = true;
  await exchange({ accounts: one, peer: towards(two) });
  assert.equal(await names(one), "admin anna");
});

Deno.test("keepAccountsLevel() sends a change at once, says once that it could not, and makes up for it", async () => {
  await using nodes = await pair();
  const { one, two, towards, names, link } = nodes;
  const stop = new AbortController();
  const said: string[] = [];
  const running = keepAccountsLevel({
    accounts: one,
    oidc: nodes.oidc.one,
    ended: nodes.ended.one,
    peer: towards(two),
    alive: () => true,
    log: { warning: (text) => said.push(text) },
    everyMs: 50,
  }, stop.signal);
  const until = async (wanted: string) => {
    for (let tries = 0; await names(two) !== wanted; tries++) {
      assert.ok(tries < 400, `${await names(two)}, expected ${wanted}`);
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  };
  await one.addUser(ANNA);
  await until("admin anna");
  link.up = false;
  await one.removeUser("anna");
  await new Promise((resolve) => setTimeout(resolve, 300));
  assert.equal(said.length, 1);
  link.up = true;
  await until("admin");
  stop.abort();
  await running;
});

Deno.test("exchangeOidc() gives single sign-on to the other node, and leaves one alone that does not know of it yet", async () => {
  await using nodes = await pair();
  const { two, towards, oidc, link } = nodes;
  await oidc.one.set(SETTINGS);
  link.old = true;
  await exchangeOidc({ oidc: oidc.one, peer: towards(two) });
  assert.equal((await oidc.two.standing()).kind, "off");
  link.old = false;
  await exchangeOidc({ oidc: oidc.one, peer: towards(two) });
  assert.deepEqual(await oidc.two.standing(), await oidc.one.standing());
  assert.equal((await Deno.stat(oidc.two.file)).mode! & 0o777, 0o600);
  // Switched off on the other one while this one was away: it stays off.
  await oidc.two.off();
  await exchangeOidc({ oidc: oidc.one, peer: towards(two) });
  assert.equal((await oidc.one.standing()).kind, "off");
});

Deno.test("a session that was ended on one node is ended on the other at once, and on both when they were parted", async () => {
  await using nodes = await pair();
  const { one, two, ended, towards, link } = nodes;
  const now = Date.now();
  const ids = async (known: EndedSessions) =>
    Object.keys((await known.read()).ended).sort().join();
  const stop = new AbortController();
  const running = keepAccountsLevel({
    accounts: one,
    oidc: nodes.oidc.one,
    ended: ended.one,
    peer: towards(two),
    alive: () => true,
    log: { warning: () => {} },
    everyMs: 60_000,
  }, stop.signal);
  // The first round, before which nobody listens.
  while (await ids(ended.two) !== "a") {
    await ended.one.end("a", now);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  stop.abort();
  await running;
  link.up = false;
  await ended.one.end("b", now);
  await ended.two.end("c", now);
  await assert.rejects(exchangeEnded({ ended: ended.one, peer: towards(two) }));
  link.up = true;
  link.old = true;
  await exchangeEnded({ ended: ended.one, peer: towards(two) });
  link.old = false;
  await exchangeEnded({ ended: ended.one, peer: towards(two) });
  assert.equal(await ids(ended.one), "a,b,c");
  assert.equal(await ids(ended.two), "a,b,c");
});
