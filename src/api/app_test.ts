import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import type { Door } from "../agent/door.ts";
import type { Certificates } from "../agent/certificates.ts";
import type { SignOn } from "../oidc/sign_on.ts";
import { createApp } from "./app.ts";
import { flushLogs } from "../system/beside.ts";
import { Audit } from "./audit.ts";
import { Auth, type Connection } from "./auth.ts";
import { EventStreams, StateFeed } from "./events.ts";
import type { ClusterState } from "./state.ts";
import { createUser } from "./users.ts";

const STATE = { cluster: "c", nodes: [], sentence: "s" } as unknown as
  & ClusterState
  & { cluster: string };
const SOCKET: Connection = { kind: "socket" };
const PEER: Connection = { kind: "peer", node: "node2" };
const STRANGER: Connection = { kind: "network", address: "192.0.2.1" };

/** An app on a door that writes down what is asked of it. */
async function withApp(
  use: (
    ask: (
      path: string,
      init?: RequestInit,
      connection?: Connection,
    ) => Promise<Response>,
    asked: unknown[],
    feed: StateFeed,
  ) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "hakit-app-" });
  const asked: unknown[] = [];
  const note = (what: string) => (...args: unknown[]) => {
    asked.push([what, ...args]);
    return Promise.resolve({ cluster: "c" });
  };
  const usersFile = join(folder, "users.yaml");
  await createUser(usersFile, {
    name: "anna",
    role: "operator",
    password: "correct horse 7",
  });
  const feed = new StateFeed(() => STATE);
  const streams = new EventStreams(feed);
  const auth = new Auth({ usersFile });
  const app = createApp({
    door: {
      state: () => STATE,
      command: note("command"),
      isPeer: (node: string | undefined) => node === "node2",
      forward: (path: string, init: unknown) => {
        asked.push(["forward", path, init]);
        return Promise.resolve(Response.json({ forwarded: true }));
      },
      log: note("log"),
      scripts: note("scripts"),
      script: note("script"),
      modules: {
        list: () =>
          Promise.resolve([{
            name: "db",
            module: {
              name: "db",
              mode: "mirror",
              variables: { PASSWORD: "x" },
              checkers: { http: [{ url: "http://127.0.0.1/?token=x" }] },
            },
          }]),
        install: note("install"),
        remove: note("remove"),
      },
    } as unknown as Door,
    auth,
    streams,
    audit: new Audit(join(folder, "audit.log")),
    certificates: {} as Certificates,
    signOn: {} as SignOn,
  });
  // Where a page would carry its token.
  app.get("/whoami", auth.requireUser("viewer"), (c) => c.json(c.var.caller));
  try {
    await use(
      async (path, init, connection = SOCKET) =>
        await app.request(path, init, { connection }),
      asked,
      feed,
    );
  } finally {
    streams.close();
    await flushLogs();
    await Deno.remove(folder, { recursive: true });
  }
}

const post = (body: unknown): RequestInit => ({
  method: "POST",
  headers: { "content-type": "application/json" },
  body: typeof body === "string" ? body : JSON.stringify(body),
});

async function errorOf(response: Response): Promise<[number, string]> {
  return [response.status, (await response.json()).error.code];
}

Deno.test("createApp() passes a command on with who asked", async () => {
  await withApp(async (ask, asked) => {
    await ask("/api/modules/db/start", post({ wait: true }));
    await ask("/api/modules/db/stop", post({}), PEER);
    await ask("/api/modules/db/stop", { method: "POST" });
    deepStrictEqual(asked, [
      ["command", {
        module: "db",
        command: "start",
        full: false,
        wait: true,
        by: "root",
      }],
      ["command", {
        module: "db",
        command: "stop",
        full: false,
        wait: false,
        by: "node node2",
      }],
      ["command", {
        module: "db",
        command: "stop",
        full: false,
        wait: false,
        by: "root",
      }],
    ]);
  });
});

Deno.test("createApp() hands on what is for the other node, without its name", async () => {
  await withApp(async (ask, asked) => {
    await ask("/api/modules/db/swap", post({ node: "node2", wait: true }));
    await ask("/api/modules/db/log?node=node2&lines=5");
    deepStrictEqual(asked, [
      ["forward", "/api/modules/db/swap", {
        method: "POST",
        body: '{"full":false,"wait":true}',
        type: "application/json",
        by: "root",
        role: "administrator",
      }],
      ["forward", "/api/modules/db/log?lines=5", {
        method: "GET",
        by: "root",
        role: "administrator",
      }],
    ]);
  });
});

Deno.test("createApp() lets nobody in without a login", async () => {
  await withApp(async (ask, asked) => {
    const paths = [
      ["GET", "/api/state"],
      ["GET", "/api/events"],
      ["GET", "/api/modules"],
      ["GET", "/api/modules/db/log"],
      ["GET", "/api/modules/db/scripts"],
      ["GET", "/api/modules/db/scripts/x"],
      ["GET", "/api/modules/db/archive"],
      ["POST", "/api/modules/db/start"],
      ["PUT", "/api/modules/db"],
      ["DELETE", "/api/modules/db"],
      ["GET", "/api/ping"],
    ] as const;
    for (const [method, path] of paths) {
      const answer = await ask(path, { method }, STRANGER);
      deepStrictEqual(await errorOf(answer), [401, "login-required"], path);
    }
    deepStrictEqual(asked, []);
  });
});

Deno.test("createApp() keeps what may give data up, and modules, for administrators", async () => {
  await withApp(async (ask, asked) => {
    const login = await ask(
      "/api/login",
      post({ name: "anna", password: "correct horse 7" }),
      STRANGER,
    );
    strictEqual(login.status, 200);
    const cookie = login.headers.get("set-cookie")!.split(";")[0]!;
    const whoami = await ask("/whoami", { headers: { cookie } }, STRANGER);
    const csrf = (await whoami.json()).csrf as string;
    const as = (init: RequestInit): RequestInit => ({
      ...init,
      headers: { ...init.headers, cookie, "x-hakit-csrf": csrf },
    });
    for (
      const [path, body] of [
        ["prim", {}],
        ["primforce", {}],
        ["second", { full: true }],
      ] as const
    ) {
      const answer = await ask(
        `/api/modules/db/${path}`,
        as(post(body)),
        STRANGER,
      );
      deepStrictEqual(await errorOf(answer), [403, "forbidden"]);
    }
    const put = await ask("/api/modules/db", as({ method: "PUT" }), STRANGER);
    deepStrictEqual(await errorOf(put), [403, "forbidden"]);
    deepStrictEqual(asked, []);

    const start = await ask("/api/modules/db/start", as(post({})), STRANGER);
    strictEqual(start.status, 200);
    const list = await (await ask("/api/modules", as({}), STRANGER)).json();
    deepStrictEqual(list.modules[0].module, { name: "db", mode: "mirror" });
  });
});

Deno.test("createApp() refuses what is no request, with one line and the right status", async () => {
  await withApp(async (ask, asked) => {
    const cases: readonly [string, RequestInit, number][] = [
      ["/api/modules/db/explode", post({}), 400],
      ["/api/modules/Db/start", post({}), 400],
      [`/api/modules/${"a".repeat(60)}/start`, post({}), 400],
      ["/api/modules/db/start", post("{"), 400],
      ["/api/modules/db/start", post("[]"), 400],
      ["/api/modules/db/start", post({ wait: "yes" }), 400],
      ["/api/modules/db/start", post({ waits: true }), 400],
      ["/api/modules/db/start", post(" ".repeat(20_000)), 413],
      ["/api/modules/db/log?lines=0", {}, 400],
      ["/api/modules/db/log?lines=x", {}, 400],
      ["/api/nothing", {}, 404],
    ];
    for (const [path, init, status] of cases) {
      const answer = await ask(path, init);
      strictEqual(answer.status, status, path + JSON.stringify(init.body));
      const { error } = await answer.json();
      strictEqual(typeof error.message, "string");
      strictEqual(error.message.includes("\n"), false);
    }
    deepStrictEqual(asked, []);
  });
});

Deno.test("createApp() installs only here when the other node asks", async () => {
  await withApp(async (ask, asked) => {
    const init = { method: "PUT", body: "x" };
    await ask("/api/modules/db", init);
    await ask("/api/modules/db", init, PEER);
    await ask("/api/modules/db?local=1", init);
    deepStrictEqual(
      asked.map((call) => (call as unknown[])[3]),
      [
        { local: false, alone: false, by: "root" },
        { local: true, alone: false, by: "node node2" },
        { local: true, alone: false, by: "root" },
      ],
    );
  });
});

Deno.test("EventStreams sends the state at once, and again when it changes", async () => {
  await withApp(async (ask, _asked, feed) => {
    const answer = await ask("/api/events");
    // nginx would gather them.
    strictEqual(answer.headers.get("x-accel-buffering"), "no");
    const reader = answer.body!.pipeThrough(new TextDecoderStream())
      .getReader();
    const first = (await reader.read()).value!;
    match(first, /^event: state\ndata: (.*)\nid: \w+-0\n\n$/);
    strictEqual(first.includes(`data: ${JSON.stringify(STATE)}\n`), true);
    STATE.cluster = "other";
    feed.changed();
    const second = (await reader.read()).value!;
    strictEqual(second.includes('"cluster":"other"'), true);
    STATE.cluster = "c";
    await reader.cancel();
  });
});
