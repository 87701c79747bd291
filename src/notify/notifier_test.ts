/** The notifier over its life: once by each channel, tried again, and gone on with by the next agent. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { createSocket } from "node:dgram";
import { join } from "node:path";
import { facts, LOST, mailServer, PAIR } from "../../tests/notices.ts";
import { parseCluster } from "../module/load.ts";
import type { Facts } from "./conditions.ts";
import { Notifier } from "./notifier.ts";
import type { Notice } from "./queue.ts";

Deno.test({
  name:
    "Notifier sends once by mail, webhook and syslog, tries again, and a new one goes on",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const folder = await Deno.makeTempDir();
    const refuse = { refuse: true };
    const mail = await mailServer(refuse);
    const posts: { path: string; body: string; token: string | null }[] = [];
    const web = Deno.serve(
      { port: 0, hostname: "127.0.0.1", onListen: () => {} },
      async (request) => {
        posts.push({
          path: new URL(request.url).pathname,
          body: await request.text(),
          token: request.headers.get("authorization"),
        });
        return new Response("ok");
      },
    );
    const datagrams: string[] = [];
    const udp = createSocket("udp4", (bytes) => datagrams.push(String(bytes)));
    await new Promise<void>((done) => udp.bind(0, "127.0.0.1", done));
    try {
      const put = async (name: string, text: string) => {
        await Deno.writeTextFile(join(folder, name), text);
        return join(folder, name);
      };
      const { notifications } = parseCluster(
        JSON.stringify({
          cluster: "office",
          id: "00112233445566778899aabbccddeeff",
          nodes: [1, 2].map((n) => ({
            name: `node${n}`,
            addresses: [`10.0.0.${n}`],
          })),
          notifications: {
            every: "1s",
            email: [{
              to: ["ops@example.com"],
              from: "hakit@example.com",
              server: "127.0.0.1",
              port: mail.port,
              security: "none",
              user: "hakit",
              password_file: await put("password", "s3cret\n"),
            }],
            webhooks: [{
              url_file: await put(
                "url",
                `http://127.0.0.1:${web.addr.port}/T0`,
              ),
              template: "slack",
              header_file: await put("header", "Authorization: Bearer tok\n"),
            }],
            syslog: [{ server: "127.0.0.1", port: udp.address().port }],
          },
        }),
        "cluster.yaml",
      );
      let at = PAIR;
      let clock = 0;
      const said: string[] = [];
      const make = () =>
        new Notifier({
          config: notifications,
          cluster: "office",
          node: "node2",
          folder,
          facts: () => at,
          log: { info: () => {}, warning: (line) => said.push(line) },
          now: () => clock,
          everyMs: 5,
        });
      const until = async (what: () => boolean) => {
        for (let tries = 0; tries < 1000 && !what(); tries++) {
          clock += 200;
          await new Promise((done) => setTimeout(done, 10));
        }
        ok(what(), JSON.stringify({ said, posts, datagrams }));
      };
      const first = new AbortController();
      const notifier = make();
      const life = notifier.run(first.signal);
      await until(() => clock > 20_000);
      at = LOST;
      await until(() => posts.length > 0 && datagrams.length > 2);
      const waiting = () =>
        notifier.reports().map(({ waiting }) => waiting).join();
      await until(() => waiting() === "3,0,0");
      match(said.join(), /e-mail to ops@example.com: .*451 later/);
      first.abort();
      await life;

      // The next agent's: only the mail is still to be told, and goes out now.
      refuse.refuse = false;
      const heard = [posts.length, datagrams.length];
      const second = new AbortController();
      const other = make();
      const next = other.run(second.signal);
      await until(() => mail.mails.length > 0);
      await until(() => clock > 60_000);
      strictEqual(mail.mails.length, 1);
      match(mail.mails[0]!, /^Subject: \[hakit office\].*\(and 2 more\)$/m);
      match(mail.mails[0]!, /served by node2/);
      match(mail.logins.at(-1)!, /^\0hakit\0s3cret$/);
      deepStrictEqual([posts.length, datagrams.length], heard);
      strictEqual(posts[0]!.token, "Bearer tok");
      strictEqual(posts[0]!.path, "/T0");
      match(
        datagrams.join("\n"),
        /hakit.*cluster office: shop is served by node2/,
      );

      const tested = await other.test("root");
      deepStrictEqual(tested.map(({ problem }) => problem), [null, null, null]);
      await web.shutdown();
      const failed = await other.test("root");
      // The address of a webhook is a secret: its path stands nowhere.
      match(failed[1]!.problem!, /^127.0.0.1:\d+ cannot be reached$/);
      second.abort();
      await next;
    } finally {
      mail.close();
      udp.close();
      await web.shutdown();
      await Deno.remove(folder, { recursive: true });
    }
  },
});

/** A notifier over a clock of the test's, and what its one channel was given. */
function onClock(
  folder: string,
  level: "info" | "critical" = "info",
) {
  const world = { clock: 0, facts: PAIR, told: [] as Notice[][] };
  const notifier = new Notifier({
    config: { email: [], webhooks: [], syslog: [], every: 10_000 },
    cluster: "office",
    node: "node2",
    folder,
    facts: () => world.facts,
    log: { info: () => {}, warning: () => {} },
    now: () => world.clock,
    channels: [{
      name: "all",
      title: "all",
      level,
      send: ({ notices }) => {
        world.told.push([...notices]);
        return Promise.resolve();
      },
    }],
  });
  /** One turn a second; the error of the last one. */
  const pass = async (seconds: number, at: Facts) => {
    let problem: unknown = null;
    world.facts = at;
    for (let second = 0; second < seconds; second++) {
      world.clock += 1000;
      problem = await notifier.turn().then(() => null, (error) => error);
      await new Promise((done) => setTimeout(done, 2));
    }
    return problem;
  };
  return { world, pass };
}

Deno.test("with no room for hakit's own files notices go out all the same, and are written when there is", async () => {
  const folder = await Deno.makeTempDir();
  const gone = join(folder, "state");
  try {
    const { world, pass } = onClock(gone);
    ok(await pass(40, LOST) instanceof Error);
    const texts = world.told.flat().map(({ text }) => text);
    match(texts.join(), /does not hear node1/);
    strictEqual(texts.length, new Set(texts).size, "told twice");
    await Deno.mkdir(gone);
    strictEqual(await pass(1, LOST), null);
    ok((await Deno.stat(join(gone, "notifications.json"))).isFile);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("what comes and goes all the time does not keep the first notice waiting", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const { world, pass } = onClock(folder);
    await pass(5, PAIR);
    const differ = facts({ mine: "PRIM", theirs: "SECOND", differences: 3 });
    const alike = facts({ mine: "PRIM", theirs: "SECOND" });
    for (let n = 0; n < 3; n++) {
      await pass(1, differ);
      await pass(1, alike);
    }
    strictEqual(world.told.length, 1);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("whoever was told that something critical began is told that it is over", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const { world, pass } = onClock(folder, "critical");
    await pass(5, PAIR);
    await pass(40, facts({ mine: "WAIT", theirs: "STOP", reason: "no data" }));
    await pass(40, facts({ mine: "SECOND", theirs: "PRIM" }));
    deepStrictEqual(world.told.flat().map(({ text }) => text), [
      "shop waits on node2: no data",
      "shop waits no longer on node2",
    ]);
    // A warning that nobody was told on this channel has no end there either.
    await pass(40, facts({ mine: "WAIT", theirs: "PRIM" }));
    await pass(40, facts({ mine: "SECOND", theirs: "PRIM" }));
    strictEqual(world.told.flat().length, 2);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
