/** The whole API in one process: real routes, users, keys, sessions, certificates and audit on a door that does nothing. */
import { join } from "node:path";
import { Certificates } from "../../src/agent/certificates.ts";
import { Figures } from "../../src/agent/figures.ts";
import type { Door } from "../../src/agent/door.ts";
import { AccountStore } from "../../src/api/accounts.ts";
import { ROLES, type UserRole } from "../../src/api/accounts_file.ts";
import { createApp } from "../../src/api/app.ts";
import { Audit, loginEntry } from "../../src/api/audit.ts";
import { Auth, type Connection } from "../../src/api/auth.ts";
import { EventStreams, StateFeed } from "../../src/api/events.ts";
import { joinRoutes } from "../../src/api/join.ts";
import { metricsText } from "../../src/api/metrics.ts";
import { OidcStore } from "../../src/oidc/store.ts";
import { SignOn } from "../../src/oidc/sign_on.ts";
import { createAuthority, issueCertificate } from "../../src/api/tls.ts";
import type { UpgradeInfo } from "../../src/api/schemas.ts";
import { createLoginLink } from "../../src/api/users.ts";
import { examineNode } from "../../src/doctor/examine.ts";
import { flushLogs } from "../../src/system/beside.ts";
import { paths } from "../../src/system/paths.ts";
import { healthy } from "../doctor_facts.ts";
import { sampleState } from "../console/sample.ts";

export const PASSWORD = "correct horse 7";
export const SECRETS: readonly string[] = ["5a".repeat(32), "k3s-secret-word"];

export const CALLERS = [
  "stranger",
  ...ROLES.map((role) => `session ${role}` as const),
  ...ROLES.map((role) => `key ${role}` as const),
  "peer",
  "root",
] as const;
export type CallerKind = (typeof CALLERS)[number];

/** A member of a role, or null for strangers. */
export function roleOf(caller: CallerKind): UserRole | null {
  if (caller === "stranger") return null;
  if (caller === "peer" || caller === "root") return "administrator";
  return caller.split(" ")[1] as UserRole;
}

type Forward = (
  path: string,
  init: { method: string; by?: string; role?: UserRole; lastId?: string },
) => Promise<Response>;

/** `forward`: what the other node would answer; default: that it was asked. */
export async function apiWorld({ forward }: { forward?: Forward } = {}) {
  const home = await Deno.makeTempDir({ prefix: "hakit-api-" });
  const at = paths(home);
  for (const folder of Object.values(at)) await Deno.mkdir(folder);
  const put = (name: string, text: string) =>
    Deno.writeTextFile(join(at.etc, name), text, { mode: 0o600 });
  const authority = createAuthority("office");
  const node = issueCertificate(authority, { name: "node1", addresses: [] });
  await put("ca.pem", authority.certPem);
  await put("ca.key", authority.keyPem);
  await put("node.pem", node.certPem);
  await put("node.key", node.keyPem);
  await put("secret.key", SECRETS[0]! + "\n");
  await put("k3s-password", SECRETS[1]! + "\n");
  await put(
    "cluster.yaml",
    JSON.stringify({
      cluster: "office",
      id: "00112233445566778899aabbccddeeff",
      nodes: [1, 2].map((number) => ({
        name: `node${number}`,
        addresses: [`10.0.0.${number}`],
      })),
    }),
  );
  const usersFile = join(at.etc, "users.yaml");
  const accounts = new AccountStore(usersFile);
  const keys = new Map<UserRole, string>();
  // One hash for all: each costs a sixth of a second.
  await accounts.addUser({
    name: "administrator",
    role: "administrator",
    password: PASSWORD,
  });
  const [first] = await accounts.users();
  await accounts.merge({
    users: ROLES.filter((role) => role !== "administrator")
      .map((role) => ({ ...first!, name: role, role })),
    keys: [],
  });
  for (const role of ROLES) keys.set(role, await accounts.addKey(role, role));

  const audit = new Audit(join(at.log, "audit.log"));
  const auth = new Auth({
    usersFile,
    streamCheckMs: 50,
    onLogin: (login) => audit.write(loginEntry(login)),
  });
  const state = sampleState();
  const feed = new StateFeed(() => state);
  const streams = new EventStreams(feed);
  const done: string[] = [];
  const app = createApp({
    door: fakeDoor(state, { streams, done, forward }),
    auth,
    streams,
    audit,
    signOn: new SignOn({
      node: "node1",
      store: new OidcStore(join(at.etc, "oidc.json")),
      places: () => ({ addresses: ["10.0.0.1"], port: 9010 }),
      log: () => {},
      // Hostile requests set up issuers that are none.
      talkMs: 100,
    }),
    certificates: new Certificates({
      node: { paths: at, me: { name: "node1", addresses: ["10.0.0.1"] } },
      virtualAddresses: () => [],
      log: { info: () => {}, warning: () => {} },
    }),
  });
  app.route(
    "/",
    joinRoutes(at, {
      audit,
      log: { info: () => {}, warning: () => {} },
      forget: () => Promise.resolve(true),
    }),
  );
  // Where a page would carry its token.
  app.get("/csrf", auth.requireUser("viewer"), (c) => {
    const { caller } = c.var;
    return c.text("csrf" in caller ? caller.csrf : "");
  });
  const network: Connection = { kind: "network", address: "192.0.2.1" };

  /** Headers of a new session. */
  async function session(user: string): Promise<Record<string, string>> {
    const once = await createLoginLink(usersFile, { user });
    const login = await app.request("/api/login", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ once }),
    }, { connection: network });
    const cookie = login.headers.get("set-cookie")!.split(";")[0]!;
    const csrf = await app.request("/csrf", { headers: { cookie } }, {
      connection: network,
    });
    return { cookie, "x-hakit-csrf": await csrf.text() };
  }

  const sessions = new Map<string, Record<string, string>>();
  async function credentials(
    caller: CallerKind,
  ): Promise<{ headers: Record<string, string>; connection: Connection }> {
    if (caller === "root") {
      return { headers: {}, connection: { kind: "socket" } };
    }
    if (caller === "peer") {
      return { headers: {}, connection: { kind: "peer", node: "node2" } };
    }
    const role = roleOf(caller);
    if (!role) return { headers: {}, connection: network };
    if (caller.startsWith("key")) {
      const authorization = `Bearer ${keys.get(role)}`;
      return { headers: { authorization }, connection: network };
    }
    if (!sessions.has(role)) sessions.set(role, await session(role));
    return { headers: sessions.get(role)!, connection: network };
  }

  return {
    app,
    auth,
    audit,
    accounts,
    at,
    done,
    feed,
    streams,
    keys,
    network,
    session,
    /** The session of this role was ended. */
    forget: (caller: CallerKind) => sessions.delete(roleOf(caller) ?? ""),
    async ask(caller: CallerKind, path: string, init: RequestInit = {}) {
      const { headers, connection } = await credentials(caller);
      const given = new Headers(init.headers);
      for (const [name, text] of Object.entries(headers)) given.set(name, text);
      return await app.request(path, { ...init, headers: given }, {
        connection,
      });
    },
    async [Symbol.asyncDispose]() {
      streams.close();
      // Streams that a test let go of end a little later.
      const open = () => streams.readers + auth.watched > 0;
      for (let tries = 0; open() && tries < 200; tries++) {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
      await flushLogs();
      await Deno.remove(home, { recursive: true });
    },
  };
}

const NO_PLAN = { files: [], effects: [], how: null };

function unchanged(module: string) {
  return {
    module,
    revision: null,
    plan: NO_PLAN,
    installed: ["node1"],
    pending: [],
  };
}
const UPGRADE: UpgradeInfo = {
  node: "node1",
  life: "1",
  ready: true,
  running: { version: "0.1.0", digest: "0".repeat(64), speaks: null },
  staged: null,
  previous: null,
};

function fakeDoor(
  state: ReturnType<typeof sampleState>,
  { streams, done, forward }: {
    streams: EventStreams;
    done: string[];
    forward: Forward | undefined;
  },
): Door {
  const did = (what: string) => {
    done.push(what);
  };
  const door: Partial<Record<keyof Door, unknown>> = {
    state: () => state,
    serves: (module: string) => module === "k3s",
    arbiter: {
      add: () => Promise.resolve(null),
      remove: () => Promise.resolve(),
      adopt: () => Promise.resolve(),
    },
    k3s: {
      list: () => Promise.resolve({ node: "node1", installed: [], staged: [] }),
      open: (name: string) =>
        Promise.resolve(
          name === "k3s"
            ? { file: { readable: new Blob(["k3s"]).stream() }, size: 3 }
            : null,
        ),
      fetch: () => Promise.resolve(),
      install: () => Promise.resolve(),
    },
    clusterConfig: {
      files: () => Promise.resolve({ digest: "d", files: [], inForce: true }),
      history: () => Promise.resolve([]),
      plan: () =>
        Promise.resolve({ plan: NO_PLAN, digest: "d", refusal: null }),
      apply: () => {
        did("apply cluster.yaml");
        return Promise.resolve({
          revision: null,
          plan: NO_PLAN,
          installed: [],
          pending: [],
        });
      },
      ready: () => Promise.resolve({ newest: 1, level: true, refusal: null }),
      adopt: () => {
        did("adopt cluster.yaml");
        return Promise.resolve();
      },
    },
    copies: {
      sized: () =>
        Promise.resolve([{ name: "2026-11-26T02-30-00-000Z", bytes: 4096 }]),
      take: () => Promise.resolve({ name: "2026-11-26T02-30-00-000Z" }),
      restore: (_: string, copy: string) => {
        did(`restore ${copy}`);
        return Promise.resolve({ name: `before-${copy}` });
      },
      drop: (_: string, copy: string) => {
        did(`drop ${copy}`);
        return Promise.resolve();
      },
    },
    salvages: {
      list: () =>
        Promise.resolve([{ name: "2026-11-26T02-30-00-000Z", bytes: null }]),
      files: () => Promise.resolve("/srv/db/rows: 5000\n"),
      archive: () => Promise.resolve(new Blob(["tar"]).stream()),
      drop: (_: string, { name }: { name: string }) => {
        did(`drop salvage ${name}`);
        return Promise.resolve();
      },
    },
    doctor: {
      facts: () => Promise.resolve(healthy()),
      examine: () =>
        Promise.resolve({ ...examineNode(healthy()), unreachable: true }),
    },
    notifier: {
      reports: () => [],
      test: () => {
        did("notify test");
        return Promise.resolve([]);
      },
    },
    upgrades: {
      info: () => Promise.resolve(UPGRADE),
      stage: async (body: ReadableStream | null) => {
        await body?.cancel();
        did("stage");
        return UPGRADE;
      },
      activate: () => {
        did("activate");
        return Promise.resolve(UPGRADE);
      },
      restart: () => {
        did("restart");
        return Promise.resolve(UPGRADE);
      },
    },
    restartRefusal: () => Promise.resolve(null),
    metrics: () =>
      metricsText({
        state,
        version: "0",
        replication: [],
        takeovers: [],
        linkLosses: [],
        eventReaders: streams.readers,
        memoryBytes: 1,
        uptimeSeconds: 1,
      }),
    drill: () => Promise.resolve(null),
    drills: { run: null, begin: () => did("drill") },
    snapshot: () => Promise.resolve(new Uint8Array(1024)),
    figures: () => ({ everyMs: 5000, module: new Figures().of("k3s") }),
    agentLog: () => Promise.resolve(["agent line"]),
    resources: () => [],
    verification: () => ({ verify: null, proof: null }),
    replicator: () => Promise.resolve(),
    setResource: () => {
      did("resource");
      return [];
    },
    setSwitch: () => {
      did("switch");
      return Promise.resolve(state);
    },
    log: () => Promise.resolve(["<script>alert(1)</script>"]),
    scripts: () => Promise.resolve(["start_prim_2026-11-23T00-00-00.log"]),
    script: () =>
      Promise.resolve("<img src=x onerror=alert(1)>\r\nSet-Cookie: a=b"),
    isPeer: (node: string | undefined) => node === "node2",
    forward: (path: string, init: Parameters<Forward>[1]) => {
      did(`forward ${init.method} ${path}`);
      if (forward) return forward(path, init);
      return Promise.resolve(Response.json({ forwarded: true }));
    },
    command: ({ module, command, by }: Record<string, string>) => {
      did(`${command} ${module} by ${by}`);
      return Promise.resolve(state);
    },
    modules: {
      list: () =>
        Promise.resolve([{
          name: "k3s",
          module: { name: "k3s", variables: { PASSWORD: SECRETS[1] } },
          problem: null,
          digest: "d",
          revision: 1,
          edited: false,
          pending: false,
        }]),
      files: (module: string) =>
        Promise.resolve({ module, digest: "d", files: [] }),
      history: () => Promise.resolve([]),
      plan: (module: string) =>
        Promise.resolve({ module, plan: NO_PLAN, digest: "d", refusal: null }),
      apply: (module: string) => {
        did(`apply ${module}`);
        return Promise.resolve(unchanged(module));
      },
      ready: () => Promise.resolve({ newest: 1, level: true, refusal: null }),
      adopt: (module: string) => {
        did(`adopt ${module}`);
        return Promise.resolve();
      },
      archive: () => Promise.resolve(new Uint8Array(1024)),
      install: (module: string) => {
        did(`install ${module}`);
        return Promise.resolve(unchanged(module));
      },
      remove: (module: string) => {
        did(`remove ${module}`);
        return Promise.resolve({ removed: ["node1"] });
      },
    },
  };
  return door as unknown as Door;
}
