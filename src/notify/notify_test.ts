/** Notifications from the state to local servers that take them: what is told, once, also over restarts and failures. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { createServer, type Socket } from "node:net";
import { createSocket } from "node:dgram";
import { join } from "node:path";
import { parseCluster } from "../module/load.ts";
import type { ClusterState } from "../api/state.ts";
import { channelsOf } from "./channel.ts";
import { conditions, type Facts } from "./conditions.ts";
import { Notifier } from "./notifier.ts";
import { look, type Memory, MOST_WAITING, type Notice } from "./queue.ts";
import { httpBody, mailText } from "./render.ts";

type Role = "STOP" | "WAIT" | "ALONE" | "PRIM" | "SECOND";

interface Sight {
  readonly mine: Role;
  readonly theirs: Role;
  readonly reachable?: boolean;
  readonly reason?: string;
  readonly resource?: "up" | "down";
  readonly differences?: number;
  readonly link?: "up" | "down";
  readonly first?: boolean;
}

function facts(sight: Sight, more: Partial<Facts> = {}): Facts {
  const { reachable = true, first = false } = sight;
  const module = (role: Role, local: boolean) => ({
    name: "shop",
    role,
    status: role === "STOP" || role === "WAIT" ? "NotReady" : "Ready",
    reason: local ? sight.reason ?? null : null,
    differences: sight.differences ?? 0,
    resources: local && sight.resource
      ? [{ name: "tcp.web", state: sight.resource, detail: "refused\nBcc: x" }]
      : [],
  });
  const [me, other] = first ? ["node1", "node2"] : ["node2", "node1"];
  return {
    state: {
      nodes: [
        {
          name: me,
          local: true,
          reachable: true,
          modules: [module(sight.mine, true)],
        },
        {
          name: other,
          local: false,
          reachable,
          modules: [module(sight.theirs, false)],
        },
      ],
      links: [{
        local: "10.0.0.1",
        remote: "10.0.0.2",
        state: sight.link ?? "up",
      }],
    } as unknown as ClusterState,
    first,
    takeovers: [],
    disks: {},
    certificates: {},
    salvage: {},
    ...more,
  };
}

const ALL = { name: "all", level: "info" } as const;
const NEW: Memory = { told: {}, levels: {}, channels: {} };

/** Looks each second; the texts that each step added. */
function story(
  steps: readonly (readonly [seconds: number, facts: Facts])[],
  memory = NEW,
): { readonly texts: string[][]; readonly memory: Memory } {
  let changing = new Map() as ReturnType<typeof look>["changing"];
  let now = 0;
  const texts = steps.map(([seconds, at]) => {
    const found: string[] = [];
    for (let second = 0; second < seconds; second++) {
      now += 1000;
      const turn = look(memory, changing, {
        conditions: conditions(at),
        now,
        date: now,
        channels: [ALL],
        newId: () => `${now}`,
      });
      memory = { ...turn.memory, channels: {} };
      changing = turn.changing;
      found.push(
        ...(turn.memory.channels["all"]?.waiting ?? []).map(({ text, over }) =>
          `${over ? "over: " : ""}${text}`
        ),
      );
    }
    return found;
  });
  return { texts, memory };
}

const PAIR = facts({ mine: "SECOND", theirs: "PRIM" });
const LOST = facts({ mine: "ALONE", theirs: "PRIM", reachable: false }, {
  takeovers: [{
    module: "shop",
    reason: "failover",
    lastSeconds: 2.345,
    lastAt: 1,
  }],
});

Deno.test("a failover is told with its time, what follows from it, and its end", () => {
  const { texts } = story([
    [20, PAIR],
    [20, LOST],
    [20, facts({ mine: "PRIM", theirs: "SECOND" })],
  ]);
  deepStrictEqual(texts, [
    [],
    [
      "shop is served by node2 (a failover: the other node was lost; 2.3 s from the decision to the service's start)",
      "node2 does not hear node1 any more",
      "shop runs on node2 alone: no second copy is up to date",
    ],
    [
      "over: node2 hears node1 again",
      "over: shop is on both nodes",
    ],
  ]);
});

Deno.test("a swap is told by one node only, roles on the way by none", () => {
  const there = story([
    [20, PAIR],
    [2, facts({ mine: "PRIM", theirs: "WAIT" })],
    [
      20,
      facts({ mine: "PRIM", theirs: "SECOND" }),
    ],
  ]);
  deepStrictEqual(there.texts.flat(), ["shop is served by node2"]);
  const here = story([
    [20, facts({ mine: "PRIM", theirs: "SECOND", first: true })],
    [2, facts({ mine: "WAIT", theirs: "SECOND", first: true })],
    [20, facts({ mine: "SECOND", theirs: "PRIM", first: true })],
  ]);
  deepStrictEqual(here.texts.flat(), []);
});

Deno.test("a restart repeats nothing, and tells what happened meanwhile", () => {
  const before = story([[20, PAIR], [20, LOST]]);
  deepStrictEqual(story([[20, LOST]], before.memory).texts.flat(), []);
  deepStrictEqual(
    story([[20, facts({ mine: "WAIT", theirs: "STOP", reason: "no data" })]], {
      ...before.memory,
    }).texts.flat(),
    ["over: node2 hears node1 again", "shop waits on node2: no data"].concat(
      "over: shop is no longer alone on node2",
    ).sort((a, b) => order(a) - order(b)),
  );
  function order(text: string): number {
    return ["over: node2", "shop waits", "over: shop"].findIndex((start) =>
      text.startsWith(start)
    );
  }
});

Deno.test("resources, differences, links, disks, certificates and salvage are told, short flaps are not", () => {
  const base = { mine: "PRIM", theirs: "SECOND", first: true } as const;
  const { texts } = story([
    [20, facts(base)],
    [1, facts({ ...base, resource: "down" })],
    [20, facts(base)],
    [10, facts({ ...base, resource: "down" })],
    [5, facts({ ...base, differences: 3 })],
    [20, facts({ ...base, link: "down" })],
    [5, facts(base, { disks: { "/var/lib/hakit": 0.02 } })],
    [5, facts(base, { certificates: { "own.pem": 3.5 } })],
    [5, facts(base, { salvage: { shop: "2026-11-25T00-00-00" } })],
  ]);
  deepStrictEqual(texts.slice(0, 3), [[], [], []]);
  deepStrictEqual(texts[3], [
    "tcp.web of shop is down on node1: refused Bcc: x",
  ]);
  match(texts[4]![0]!, /copies of shop differ in 3 places/);
  match(texts[5]!.at(-1)!, /link 10.0.0.1 to 10.0.0.2 is down/);
  match(texts[6]![0]!, /nearly full \(2 % free\)/);
  match(texts[7]![0]!, /"own.pem" of node1 expires in 3 days/);
  match(texts[8]![0]!, /what only node1 wrote is kept/);
});

Deno.test("a queue is bounded, keeps the newest and counts the others; a channel takes what it asked for", () => {
  let memory = NEW;
  for (let n = 0; n < MOST_WAITING + 20; n++) {
    memory = look(memory, new Map(), {
      conditions: conditions(
        facts({ mine: "PRIM", theirs: "SECOND" }, {
          salvage: { shop: String(n) },
        }),
      ),
      now: n,
      date: n,
      channels: [ALL, { name: "critical", level: "critical" }, {
        name: "links",
        level: "info",
        events: ["link"],
      }],
      newId: () => String(n),
    }).memory;
  }
  const { waiting, dropped } = memory.channels["all"]!;
  strictEqual(waiting.length, MOST_WAITING);
  strictEqual(dropped, 20);
  strictEqual(waiting.at(-1)!.id, String(MOST_WAITING + 19));
  strictEqual(memory.channels["critical"]!.waiting.length, MOST_WAITING);
  strictEqual(memory.channels["links"], undefined);
});

const NOTICE: Notice = {
  id: "1",
  at: 0,
  kind: "resource",
  level: "warning",
  over: false,
  module: "shop",
  text: "<!channel> <https://evil.example|click> [a](https://evil.example) & é",
};

Deno.test("what a script printed is neither a link nor a call in a chat, nor a header", () => {
  const message = {
    cluster: "office",
    node: "node1",
    notices: [NOTICE],
    dropped: 2,
  };
  const slack = httpBody("slack", message);
  strictEqual(/[<>]/.test(JSON.parse(slack.body).text), false);
  const teams = httpBody("teams", message);
  match(
    JSON.parse(teams.body).attachments[0].content.body[2].text,
    /\\\[a\\\]/,
  );
  const ntfy = httpBody("ntfy", message);
  strictEqual(/[^\x20-\x7e]/.test(ntfy.headers["title"]!), false);
  strictEqual(JSON.parse(httpBody("json", message).body).notices[0].id, "1");
  match(mailText(message), /2 earlier ones are left out/);
});

/** Takes mails as a server does; `refuse`: not now. */
async function mailServer(options: { refuse: boolean }) {
  const mails: string[] = [];
  const logins: string[] = [];
  const server = createServer((socket: Socket) => {
    let data: string | null = null;
    let buffer = "";
    const say = (line: string) => socket.write(`${line}\r\n`);
    say("220 test");
    socket.on("error", () => {});
    socket.on("data", (chunk) => {
      buffer += chunk.toString();
      for (;;) {
        const at = buffer.indexOf("\r\n");
        if (at < 0) return;
        const line = buffer.slice(0, at);
        buffer = buffer.slice(at + 2);
        if (data !== null) {
          if (line === ".") {
            mails.push(data);
            data = null;
            say("250 taken");
          } else data += line + "\n";
        } else if (line.startsWith("EHLO")) {
          say("250-test");
          say("250 AUTH PLAIN");
        } else if (line.startsWith("AUTH PLAIN ")) {
          logins.push(atob(line.slice("AUTH PLAIN ".length)));
          say("235 in");
        } else if (line === "DATA") {
          data = "";
          say("354 go on");
        } else if (line.startsWith("MAIL") && options.refuse) say("451 later");
        else if (line === "STARTTLS") say("502 not here");
        else say("250 ok");
      }
    });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as { port: number };
  return { port, mails, logins, close: () => server.close() };
}

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

Deno.test("without STARTTLS offered nothing is sent, the password least of all", async () => {
  const mail = await mailServer({ refuse: false });
  const password = await Deno.makeTempFile();
  await Deno.writeTextFile(password, "s3cret");
  try {
    const [channel] = channelsOf({
      email: [{
        to: ["ops@example.com"],
        from: "hakit@example.com",
        server: "127.0.0.1",
        port: mail.port,
        security: "starttls",
        user: "hakit",
        password_file: password,
        level: "info",
      }],
      webhooks: [],
      syslog: [],
      every: 1000,
    });
    let problem = "";
    await channel!.send({
      cluster: "office",
      node: "node1",
      notices: [NOTICE],
      dropped: 0,
    }).catch((error) => problem = error.message);
    match(problem, /TLS/i);
    deepStrictEqual([mail.mails, mail.logins], [[], []]);
  } finally {
    mail.close();
    await Deno.remove(password);
  }
});

Deno.test("a file that holds no header is named, and what it holds is not", async () => {
  const file = await Deno.makeTempFile();
  try {
    for (
      const line of ["s3cret", "s3 cret: x", "Authorization: s3cret\u0001"]
    ) {
      await Deno.writeTextFile(file, line);
      const [channel] = channelsOf({
        email: [],
        webhooks: [{
          url: "http://127.0.0.1:9/",
          template: "json",
          header_file: file,
          level: "info",
        }],
        syslog: [],
        every: 1000,
      });
      let problem = "";
      await channel!.send({
        cluster: "office",
        node: "node1",
        notices: [NOTICE],
        dropped: 0,
      }).catch((error) => problem = error.message);
      match(problem, /holds no header, expected one line/);
      ok(problem.includes(file) && !problem.includes("s3"), problem);
    }
  } finally {
    await Deno.remove(file);
  }
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
