import assert from "node:assert/strict";
import { join } from "node:path";
import { EndedSessions } from "./ended_sessions.ts";
import { IDLE_MS, Sessions } from "./sessions.ts";

const KEY = "ab".repeat(32);
const NOW = 1_800_000_000_000;
const ANNA = { name: "anna", stamp: "stamp", guest: null };
const MINUTE = 60_000;

async function nodes() {
  const dir = await Deno.makeTempDir({ prefix: "hakit-sessions-" });
  /** As an agent begins. */
  const begin = (node: string, clusterKey = KEY) =>
    new Sessions({
      clusterKey,
      ended: new EndedSessions(join(dir, `${node}.json`)),
    });
  return {
    dir,
    begin,
    [Symbol.asyncDispose]: () => Deno.remove(dir, { recursive: true }),
  };
}

Deno.test("a session is known to the other node and to an agent that begins anew, and to no other cluster", async () => {
  await using all = await nodes();
  const cookie = await all.begin("one").create(ANNA, NOW);
  for (const sessions of [all.begin("one"), all.begin("two")]) {
    const session = await sessions.find(cookie, NOW);
    assert.equal(session?.user, "anna");
    assert.equal(session?.stamp, "stamp");
  }
  const other = all.begin("other", "cd".repeat(32));
  assert.equal(await other.find(cookie, NOW), null);
  assert.equal(await new Sessions().find(cookie, NOW), null);
});

Deno.test("a cookie that was altered, in whatever way, is nobody's", async () => {
  await using all = await nodes();
  const sessions = all.begin("one");
  const cookie = await sessions.create(ANNA, NOW);
  const other = (sign: string) => sign === "A" ? "B" : "A";
  const altered = [...cookie].map((sign, at) =>
    cookie.slice(0, at) + other(sign) + cookie.slice(at + 1)
  );
  const forms = [cookie + "A", cookie + "=", cookie + " ", "", "A", "AAAA"]
    .concat(cookie.slice(0, -1), cookie.slice(1), "A".repeat(100_000));
  for (const form of [...altered, ...forms]) {
    assert.equal(await sessions.find(form, NOW), null, form);
  }
});

Deno.test("a session lasts for as long as it is used, under one id, and no clock makes one that never ends", async () => {
  await using all = await nodes();
  const sessions = all.begin("one");
  const first = await sessions.create(ANNA, NOW);
  const session = (await sessions.find(first, NOW + IDLE_MS - 1))!;
  assert.equal(await sessions.find(first, NOW + IDLE_MS), null);
  assert.equal(sessions.renewed(session, NOW + MINUTE), null);
  const next = sessions.renewed(session, NOW + IDLE_MS - 1)!;
  assert.equal((await sessions.find(next, NOW + IDLE_MS))?.id, session.id);
  assert.equal(await sessions.find(next, NOW), null);
  const guest = { role: "viewer" as const, until: NOW + MINUTE };
  const short = await sessions.create({ ...ANNA, guest }, NOW);
  assert.ok(await sessions.find(short, NOW + MINUTE - 1));
  assert.equal(await sessions.find(short, NOW + MINUTE), null);
});

Deno.test("a session that was ended stays so: in each of its cookies, for an agent that begins anew, and on the other node", async () => {
  await using all = await nodes();
  const one = all.begin("one"), two = all.begin("two");
  const first = await one.create(ANNA, NOW);
  const session = (await one.find(first, NOW))!;
  const renewed = one.renewed(session, NOW + 10 * MINUTE)!;
  const [gone, kept] = [
    await one.create(ANNA, NOW),
    await one.create(ANNA, NOW),
  ];
  // At once: neither write loses the other one's.
  await Promise.all([one.end(first, NOW), one.end(gone, NOW)]);
  await two.ended.merge(await one.ended.read(), NOW);
  for (const sessions of [one, two, all.begin("one"), all.begin("two")]) {
    const found = async (cookie: string) =>
      await sessions.find(cookie, NOW + 10 * MINUTE) !== null;
    assert.deepEqual(
      [await found(first), await found(renewed), await found(gone)],
      [false, false, false],
    );
    assert.equal(await found(kept), true);
  }
  // Remembered for longer than any of its cookies lasts.
  await one.end(kept, NOW + IDLE_MS + 10 * MINUTE);
  assert.equal(await one.find(renewed, NOW + 10 * MINUTE), null);
});

Deno.test("where it is not known which sessions were ended, all are", async () => {
  await using all = await nodes();
  const one = all.begin("one"), two = all.begin("two");
  const cookie = await one.create(ANNA, NOW);
  await Deno.writeTextFile(join(all.dir, "one.json"), '{"epoch":0,"end');
  const again = all.begin("one");
  assert.equal(await again.find(cookie, NOW), null);
  // The other node learns it, and whoever logs in now is known to both.
  await two.ended.merge(await again.ended.read(), NOW);
  assert.equal(await two.find(cookie, NOW), null);
  const fresh = await again.create(ANNA, NOW);
  assert.ok(await two.find(fresh, NOW));
});

Deno.test("more ended sessions than are remembered end all sessions, and forget none", async () => {
  const sessions = new Sessions();
  const cookie = await sessions.create(ANNA, NOW);
  const gone = await sessions.create(ANNA, NOW);
  await sessions.end(gone, NOW);
  const many = Object.fromEntries(
    Array.from({ length: 10_000 }, (_, at) => [`id ${at}`, NOW + MINUTE]),
  );
  await sessions.ended.merge({ epoch: 0, ended: many }, NOW);
  assert.equal(await sessions.find(gone, NOW), null);
  assert.equal(await sessions.find(cookie, NOW), null);
  assert.deepEqual((await sessions.ended.read()).ended, {});
  assert.ok(await sessions.find(await sessions.create(ANNA, NOW), NOW));
});
