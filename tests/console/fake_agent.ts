/** The console on a real HTTPS server, with a cluster that a test moves by hand in place of an agent. */
import { Hono } from "hono";
import { createMiddleware } from "hono/factory";
import { streamSSE } from "hono/streaming";
import { join } from "node:path";
import { flushLogs } from "../../src/system/beside.ts";
import { Audit, auditing, loginEntry } from "../../src/api/audit.ts";
import { Auth, type AuthEnv, createUser } from "../../src/api/auth.ts";
import { serveHttps } from "../../src/api/https.ts";
import { loginRoutes } from "../../src/api/login.ts";
import { clusterConfigRoutes } from "../../src/api/cluster_config_routes.ts";
import { configRoutes } from "../../src/api/config_routes.ts";
import { ApiError, errorBody } from "../../src/api/error.ts";
import { moduleCommandRoutes } from "../../src/api/module_command_routes.ts";
import { oidcRoutes } from "../../src/api/oidc_routes.ts";
import { pack, readFolder } from "../../src/module/archive.ts";
import { builtInFolder } from "../../src/module/catalog.ts";
import {
  CHANNELS,
  DRILL,
  EXAMINED,
  LOG_1,
  LOG_2,
  RESOURCES,
  sampleFigures,
} from "./sample_story.ts";
import type { DrillRun } from "../../src/agent/drills.ts";
import type { Door } from "../../src/agent/door.ts";
import { collect } from "../../src/agent/snapshot.ts";
import { paths } from "../../src/system/paths.ts";
import { OidcStore } from "../../src/oidc/store.ts";
import { SignOn } from "../../src/oidc/sign_on.ts";
import { twoStores } from "../api/two_stores.ts";
import { createAuthority, issueCertificate } from "../../src/api/tls.ts";
import type { ClusterState } from "../../src/api/state.ts";
import { consoleRoutes } from "../../src/console/serve.ts";

export const PASSWORD = "correct horse";

export interface Sent {
  readonly module: string;
  readonly command: string;
  readonly body: unknown;
}

export interface FakeOptions {
  readonly port?: number;
  readonly hostname?: string;
}

const CLUSTER_YAML = `# the office's
cluster: office
id: 00112233445566778899aabbccddeeff
nodes:
  - { name: node1, addresses: [10.0.0.1] }
  - { name: node2, addresses: [10.0.0.2] }
links:
  - { trusted: true }
heartbeat: { timeout: 2.5s }
notifications:
  email:
    - to: [ops@example.com]
      from: hakit@example.com
      server: mail.example.com
`;

/** Both nodes began with the same cluster.yaml, and nobody changes it. */
const CLUSTER_DOOR = {
  isPeer: () => false,
  clusterConfig: {
    files: () =>
      Promise.resolve({
        digest: "d",
        inForce: true,
        files: [{
          path: "cluster.yaml",
          executable: false,
          encoding: "text",
          content: CLUSTER_YAML,
        }],
      }),
    plan: () =>
      Promise.resolve({
        plan: { files: [], effects: [], how: null },
        digest: "d",
        refusal: null,
      }),
    history: () =>
      Promise.resolve([{
        number: 1,
        at: "2026-11-23T02:20:11.000Z",
        by: "root",
        digest: "d",
        note: "as it was",
      }]),
  },
} as unknown as Door;

export async function fakeAgent(
  first: ClusterState,
  { port = 0, hostname = "127.0.0.1" }: FakeOptions = {},
) {
  const dir = await Deno.makeTempDir({ prefix: "hakit-console-" });
  const usersFile = join(dir, "users.yaml");
  for (
    const [name, role] of [
      ["admin", "administrator"],
      ["eve", "viewer"],
    ] as const
  ) await createUser(usersFile, { name, role, password: PASSWORD });

  // A real store of modules, whose other node takes every change.
  const stores = await twoStores();
  const { store } = stores.one;
  const files = (await readFolder(builtInFolder("k3s")!)).map((file) =>
    file.path.startsWith("bin/") ? { ...file, executable: true } : file
  );
  await store.install("k3s", pack(files), { local: false, by: "root" });
  for (const [side, role] of [["one", "PRIM"], ["two", "SECOND"]] as const) {
    Object.assign(stores[side].view, { role, status: "Ready" });
  }

  let state = first;
  const wake = new Set<() => void>();
  const sent: Sent[] = [];
  /** Of which node; none named: of both. */
  const refusal: { message: string | null; node?: string } = { message: null };
  /** Of the event streams; and what the log has that they did not bring. */
  const events = { status: 200, resets: 0 };
  const written: string[] = [];
  /** Of node2: node1 serves, and shows none. */
  const copies = [
    "2026-11-26T02-30-00-000Z",
    "before-resync-2026-11-26T02-45-00-000Z",
  ];
  let run: DrillRun | null = null;
  const audit = new Audit(join(dir, "audit.log"));
  // Off, until a test sets it up.
  const signOn = new SignOn({
    node: "node1",
    store: new OidcStore(join(dir, "oidc.json")),
    places: () => ({ addresses: ["127.0.0.1"], port: server.port }),
    log: () => {},
  });
  const auth = new Auth({
    usersFile,
    vouching: () => signOn.stamp(),
    onLogin: (login) => audit.write(loginEntry(login)),
  });
  const noting = createMiddleware<AuthEnv>(async (c, next) => {
    const params: { [name: string]: string } = c.req.param();
    const { module = "", name = "", command = name } = params;
    const body = await c.req.json().catch(() => ({}));
    const { message, node = body.node } = refusal;
    if (message && node === body.node) {
      return c.json({ error: { code: "busy", message } }, 409);
    }
    await next();
    if (c.res.ok) sent.push({ module, command, body });
  });
  const app = new Hono<AuthEnv>()
    .onError((error, c) => {
      if (!(error instanceof ApiError)) return c.text(error.message, 500);
      const { code, message, remedy, status } = error;
      return c.json(errorBody(code, message, remedy), status);
    })
    .use("*", auditing(audit))
    .route("/", loginRoutes(auth))
    .get("/api/state", auth.requireUser("viewer"), (c) => c.json(state))
    .get(
      "/api/events",
      auth.requireUser("viewer"),
      (c) => {
        if (events.status !== 200) {
          return c.json(errorBody("refused", "no stream now"), 503);
        }
        let resets = events.resets;
        return streamSSE(c, async (stream) => {
          let open = true;
          stream.onAbort(() => {
            open = false;
          });
          while (open) {
            if (resets < events.resets) {
              resets = events.resets;
              await stream.writeSSE({ event: "reset", data: "{}" });
            }
            await stream.writeSSE({
              event: "state",
              data: JSON.stringify(state),
            });
            const { promise, resolve } = Promise.withResolvers<void>();
            const timer = setTimeout(resolve, 500);
            wake.add(resolve);
            await promise;
            wake.delete(resolve);
            clearTimeout(timer);
          }
        });
      },
    )
    .get("/api/ping", auth.requireUser("viewer"), (c) =>
      c.json({
        ok: true,
        at: Date.now() + (c.req.query("node") === "node2" ? 1234 : 0),
      }))
    .get(
      "/api/modules/:module/log",
      auth.requireUser("viewer"),
      (c) => {
        const lines = c.req.query("node") === "node2" ? LOG_2 : LOG_1;
        return c.json({ lines: [...lines, ...written] });
      },
    )
    .get(
      "/api/modules/:module/resources",
      auth.requireUser("viewer"),
      (c) => c.json({ resources: RESOURCES }),
    )
    .get(
      "/api/modules/:module/figures",
      auth.requireUser("viewer"),
      (c) => c.json({ everyMs: 5000, module: sampleFigures() }),
    )
    .get(
      "/api/modules/:module/copies",
      auth.requireUser("viewer"),
      (c) =>
        c.json({
          copies: copies.map((name) => ({ name, bytes: 3 * 2 ** 30 })),
        }),
    )
    .post(
      "/api/modules/:module/copies",
      auth.requireUser("operator"),
      (c) => {
        copies.push("2026-11-26T03-00-00-000Z");
        return c.json({ name: copies.at(-1) });
      },
    )
    .delete(
      "/api/modules/:module/copies/:copy",
      auth.requireUser("administrator"),
      (c) => {
        copies.splice(copies.indexOf(c.req.param("copy")), 1);
        return c.json({ ok: true });
      },
    )
    .get("/api/doctor", auth.requireUser("operator"), (c) => c.json(EXAMINED))
    .get(
      "/api/drill",
      auth.requireUser("viewer"),
      (c) =>
        c.json({
          drill: c.req.query("node") === "node2" ? null : DRILL,
          run: c.req.query("node") === "node2" ? null : run,
        }),
    )
    .post("/api/drill", auth.requireUser("administrator"), (c) => {
      const lines = ["Starting the application (namespace hakit-drill)"];
      run = {
        began: new Date().toISOString(),
        lines,
        over: false,
        problem: null,
      };
      return c.json({ ok: true });
    })
    .route(
      "/",
      oidcRoutes({
        auth,
        signOn,
        door: {
          isPeer: () => false,
          forward: () => Promise.reject(new Error("nothing is handed on")),
        },
      }),
    )
    .get(
      "/api/notifications",
      auth.requireUser("administrator"),
      (c) => c.json({ channels: CHANNELS }),
    )
    .post(
      "/api/notifications/test",
      auth.requireUser("administrator"),
      (c) =>
        c.json({
          channels: CHANNELS.map((one) => ({ ...one, problem: null })),
        }),
    )
    .get(
      "/api/snapshot",
      auth.requireUser("administrator"),
      async (c) => {
        const known = { "state.json": state };
        const at = paths(stores.one.home);
        const files = await collect({ paths: at, node: "node1", known });
        return c.body(pack(files), 200, {
          "content-disposition": 'attachment; filename="hakit-snapshot.tar"',
        });
      },
    )
    .route("/", configRoutes({ auth, door: { modules: store } }))
    .route("/", clusterConfigRoutes({ auth, door: CLUSTER_DOOR }))
    .put(
      "/api/modules/:module",
      auth.requireUser("administrator"),
      async (c) =>
        c.json(
          await store.install(
            c.req.param("module"),
            new Uint8Array(await c.req.arrayBuffer()),
            { local: false, by: "user admin" },
          ),
        ),
    )
    .delete(
      "/api/modules/:module",
      auth.requireUser("administrator"),
      async (c) =>
        c.json(await store.remove(c.req.param("module"), { local: false })),
    )
    // The API's own routes decide who may; what they let through is noted.
    .put("/api/modules/:module/switches/:name", noting)
    .post("/api/modules/:module/:command", noting)
    .route(
      "/",
      moduleCommandRoutes({
        auth,
        door: {
          isPeer: () => false,
          command: () => Promise.resolve(state),
          setSwitch: () => Promise.resolve(state),
        } as unknown as Door,
      }),
    )
    .route(
      "/",
      consoleRoutes({
        auth,
        signOn,
        get port() {
          return server.port;
        },
        state: () => state,
        modules: () => store.names(),
        audit: (_node, lines) => audit.read(lines),
        logs: {
          module: ({ module, node }) =>
            Promise.resolve([
              ...node === "node2" ? LOG_2 : LOG_1,
              `2026-11-23T02:20:11.000Z info ${module} on ${node} <b>bold</b>`,
              "2026-11-23T02:20:12.000Z warning second line & more",
            ]),
          agent: (node) =>
            Promise.resolve([
              `2026-11-23T02:20:09.000Z info begins as ${node} of cluster "office"`,
              "2026-11-23T02:20:10.000Z warning node2 is lost",
            ]),
          scripts: () =>
            Promise.resolve([
              "start_prim_2026-11-23T02-20-11.log",
              "prestart_2026-11-23T02-20-10.log",
              "../../etc/passwd",
            ]),
          script: ({ node }, file) => {
            if (file.includes("/")) throw new Error("a path was asked for");
            return Promise.resolve(`MariaDB started on ${node}\n`);
          },
        },
      }),
    );
  const authority = createAuthority(first.cluster);
  const server = await serveHttps({
    port,
    hostname,
    authority: authority.certPem,
    certificate: issueCertificate(authority, { name: "node1", addresses: [] }),
    nodes: first.nodes.map((node) => node.name),
    fetch: (request, env) => app.fetch(request, env),
  });
  return {
    app,
    auth,
    audit,
    signOn,
    stores,
    sent,
    refusal,
    events,
    written,
    usersFile,
    port: server.port,
    url: `https://localhost:${server.port}`,
    show(next: ClusterState) {
      state = next;
      for (const resolve of wake) resolve();
    },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      for (const resolve of wake) resolve();
      await stores[Symbol.asyncDispose]();
      await flushLogs();
      await Deno.remove(dir, { recursive: true });
    },
  };
}
