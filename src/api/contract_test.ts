/** The contract against the app: what is described exists, what exists is described, answers are as described, and who may what. */
import assert from "node:assert/strict";
import { hc } from "hono/client";
import {
  apiWorld,
  type CallerKind,
  CALLERS,
  PASSWORD,
  roleOf,
} from "../../tests/api/world.ts";
import { sampleState } from "../../tests/console/sample.ts";
import type { App } from "./app.ts";
import { ROLES } from "./accounts_file.ts";
import { ROUTES } from "./contract.ts";
import type { RouteContract } from "./route_contract.ts";
import { errorSchema } from "./error.ts";
import dashboard from "./grafana.json" with { type: "json" };
import { metricsText } from "./metrics.ts";
import { openApi } from "./openapi.ts";
import { createAuthority, issueCertificate } from "./tls.ts";

const own = issueCertificate(createAuthority("company"), {
  name: "hakit.example",
  addresses: [],
});
/** A good request for each route; path parameters filled in. */
const EXAMPLES: {
  readonly [route: string]: {
    readonly path?: string;
    readonly body?: unknown;
    readonly as?: CallerKind;
  };
} = {
  "get /api/modules/{module}/log": { path: "/api/modules/k3s/log?lines=5" },
  "get /api/modules/{module}/figures": { path: "/api/modules/k3s/figures" },
  "get /api/modules/{module}/resources": { path: "/api/modules/k3s/resources" },
  "put /api/modules/{module}/resources/{resource}": {
    path: "/api/modules/k3s/resources/tcp.db",
    body: { state: "up" },
  },
  "put /api/modules/{module}/switches/{name}": {
    path: "/api/modules/k3s/switches/checker",
    body: { value: "off" },
  },
  "get /api/modules/{module}/scripts": { path: "/api/modules/k3s/scripts" },
  "get /api/modules/{module}/scripts/{file}": {
    path: "/api/modules/k3s/scripts/start_prim_2026-11-23T00-00-00.log",
  },
  "get /api/modules/{module}/copies": { path: "/api/modules/k3s/copies" },
  "post /api/modules/{module}/copies": {
    path: "/api/modules/k3s/copies",
    body: {},
  },
  "post /api/modules/{module}/copies/{copy}/restore": {
    path: "/api/modules/k3s/copies/2026-11-26T02-30-00-000Z/restore",
  },
  "delete /api/modules/{module}/copies/{copy}": {
    path: "/api/modules/k3s/copies/2026-11-26T02-30-00-000Z",
  },
  "get /api/modules/{module}/salvage": { path: "/api/modules/k3s/salvage" },
  "get /api/modules/{module}/salvage/{salvage}": {
    path: "/api/modules/k3s/salvage/2026-11-26T02-30-00-000Z",
  },
  "get /api/modules/{module}/salvage/{salvage}/archive": {
    path: "/api/modules/k3s/salvage/2026-11-26T02-30-00-000Z/archive",
  },
  "delete /api/modules/{module}/salvage/{salvage}": {
    path: "/api/modules/k3s/salvage/2026-11-26T02-30-00-000Z",
  },
  "get /api/modules/{module}/archive": { path: "/api/modules/k3s/archive" },
  "get /api/modules/{module}/config": { path: "/api/modules/k3s/config" },
  "post /api/modules/{module}/config/plan": {
    path: "/api/modules/k3s/config/plan",
    body: { edits: [{ path: "bin/start_prim", content: "exit 0" }] },
  },
  "put /api/modules/{module}/config": {
    path: "/api/modules/k3s/config",
    body: { edits: [], base: "d" },
  },
  "get /api/modules/{module}/config/history": {
    path: "/api/modules/k3s/config/history",
  },
  "post /api/modules/{module}/config/rollback": {
    path: "/api/modules/k3s/config/rollback",
    body: { revision: 1 },
  },
  "put /api/modules/{module}/config/adopt": {
    path: "/api/modules/k3s/config/adopt?ready=1",
    as: "peer",
    body: "tar",
  },
  "get /api/modules/{module}/verify": { path: "/api/modules/k3s/verify" },
  "post /api/modules/{module}/verify": {
    path: "/api/modules/k3s/verify",
    body: { rate: 1000 },
  },
  "post /api/modules/{module}/resync": {
    path: "/api/modules/k3s/resync",
    body: { limit: 0 },
  },
  "post /api/modules/{module}/{command}": {
    path: "/api/modules/k3s/stop",
    body: { wait: true },
  },
  "put /api/modules/{module}": { path: "/api/modules/k3s", body: "tar" },
  "delete /api/modules/{module}": { path: "/api/modules/k3s" },
  "post /api/login": {
    as: "stranger",
    body: { name: "viewer", password: PASSWORD },
  },
  "post /api/logout": { as: "session viewer" },
  "post /api/me/password": {
    as: "session viewer",
    body: { old: PASSWORD, password: PASSWORD },
  },
  "post /api/users": {
    body: { name: "anna", role: "viewer", password: "another horse" },
  },
  "put /api/users/{name}": {
    path: "/api/users/anna",
    body: { role: "operator" },
  },
  "delete /api/users/{name}": { path: "/api/users/anna" },
  "post /api/keys": { body: { name: "backup", role: "viewer" } },
  "delete /api/keys/{name}": { path: "/api/keys/backup" },
  "post /api/sessions/ended": {
    as: "peer",
    body: { epoch: 0, ended: { x: 1 } },
  },
  "post /api/accounts": { as: "peer", body: { users: [], keys: [] } },
  "put /api/oidc": {
    body: {
      issuer: "https://127.0.0.1:1/realms/office",
      client: "hakit",
      secret: "a client's secret".replaceAll(" ", "-"),
      roles: { viewer: ["staff"] },
    },
  },
  "post /api/oidc/test": { body: {} },
  "post /api/oidc/exchange": {
    as: "peer",
    body: { changes: [], replaced: [] },
  },
  "put /api/certificates": {
    body: { certificate: own.certPem, key: own.keyPem },
  },
  "get /health/{module}": { path: "/health/k3s", as: "stranger" },
  "post /api/certificates/renew": { body: {} },
  "get /api/k3s/staged": { path: "/api/k3s/staged?name=k3s", as: "peer" },
  "post /api/k3s/fetch": { body: {} },
  "post /api/k3s/install": { body: {} },
  "put /api/arbiter": { body: { kind: "witness", address: "10.0.0.3" } },
  "post /api/notifications/test": { body: {} },
  "put /api/upgrade": { path: "/api/upgrade", body: "executable" },
  "post /api/upgrade": { body: { digest: "0".repeat(64) } },
  "post /api/restart": { body: {} },
  "post /api/drill": { body: {} },
  "post /api/cluster/config/plan": {
    body: { edits: [{ path: "cluster.yaml", content: "cluster: office" }] },
  },
  "put /api/cluster/config": { body: { edits: [], base: "d" } },
  "post /api/cluster/config/rollback": { body: { revision: 1 } },
  "put /api/cluster/config/adopt": {
    as: "peer",
    body: { content: "cluster: office" },
  },
  "put /api/arbiter/adopt": { as: "peer", body: { arbiter: null } },
};
/** Their answer needs the whole first node: src/api/join_test.ts. */
const ELSEWHERE = ["post /api/join", "post /api/join/file"];

function nameOf({ method, path }: RouteContract): string {
  return `${method} ${path}`;
}

function request(route: RouteContract): [string, RequestInit] {
  const { path = route.path, body } = EXAMPLES[nameOf(route)] ?? {};
  const init: RequestInit = { method: route.method.toUpperCase() };
  if (body === undefined) return [path, init];
  return [path, {
    ...init,
    body: typeof body === "string" ? body : JSON.stringify(body),
    headers: { "content-type": "application/json" },
  }];
}

Deno.test("every route is described, and every described route exists", async () => {
  await using world = await apiWorld();
  const existing = new Set(
    world.app.routes.filter(({ method, path }) =>
      method !== "ALL" && path !== "/csrf"
    ).map(({ method, path }) =>
      `${method.toLowerCase()} ${path.replaceAll(/:(\w+)/g, "{$1}")}`
    ),
  );
  assert.deepEqual(ROUTES.map(nameOf).sort(), [...existing].sort());
});

Deno.test("openApi() describes parameters, bodies and answers, with names of their own", () => {
  const document = JSON.parse(JSON.stringify(openApi()));
  assert.equal(document.openapi, "3.1.0");
  const ids = new Set<string>();
  let operations = 0;
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const operation of Object.values(methods as object)) {
      operations++;
      ids.add(operation.operationId);
      const inPath = operation.parameters
        .filter((parameter: { in: string }) => parameter.in === "path")
        .map(({ name }: { name: string }) => name).sort();
      const wanted = [...path.matchAll(/\{(\w+)\}/g)]
        .map(([, name]) => name).sort();
      assert.deepEqual(inPath, wanted, path);
      assert.ok(operation.responses.default, path);
    }
  }
  assert.equal(operations, ROUTES.length);
  assert.equal(ids.size, ROUTES.length);
  assert.equal(JSON.stringify(document).includes('"readOnly"'), false);
});

Deno.test("each route answers what the contract says", async () => {
  await using world = await apiWorld();
  for (const route of ROUTES) {
    if (ELSEWHERE.includes(nameOf(route))) continue;
    const [path, init] = request(route);
    const as = EXAMPLES[nameOf(route)]?.as ?? "root";
    const answer = await world.ask(as, path, init);
    assert.equal(answer.status, route.status ?? 200, nameOf(route));
    const type = answer.headers.get("content-type") ?? "";
    if (typeof route.answer === "string") {
      assert.ok(type.startsWith(route.answer), `${nameOf(route)}: ${type}`);
      await answer.body?.cancel();
    } else {
      const text = await answer.text();
      const parsed = route.answer.safeParse(JSON.parse(text));
      assert.ok(parsed.success, `${nameOf(route)}: ${text} ${parsed.error}`);
    }
    assert.equal(answer.headers.get("x-content-type-options"), "nosniff");
    world.forget(as);
  }
});

/** Whether the contract lets this caller in. */
function mayEnter(caller: CallerKind, { access }: RouteContract): boolean {
  switch (access) {
    case "everyone":
    case "secret":
      return true;
    case "peer":
      return caller === "peer";
    case "local":
      return caller !== "stranger";
    default: {
      const role = roleOf(caller);
      return role !== null && ROLES.indexOf(role) >= ROLES.indexOf(access);
    }
  }
}

for (const caller of CALLERS) {
  Deno.test(`each route lets in or refuses: ${caller}`, async () => {
    await using world = await apiWorld();
    for (const route of ROUTES) {
      const [path, init] = request(route);
      const answer = await world.ask(caller, path, init);
      const name = `${nameOf(route)} as ${caller}: ${answer.status}`;
      if (mayEnter(caller, route)) {
        // Both are said by routes that everybody may ask, of what stands in the body.
        const own = route.access === "everyone" || route.access === "secret";
        if (!own) assert.ok(answer.status !== 401, name);
        if (!own) assert.ok(answer.status !== 403, name);
        await answer.body?.cancel();
      } else {
        assert.equal(answer.status, caller === "stranger" ? 401 : 403, name);
        const { error } = errorSchema.parse(await answer.json());
        assert.match(error.code, /^(login-required|forbidden)$/);
      }
      world.forget(caller);
    }
    // What was refused was not done either.
    const role = roleOf(caller);
    if (role !== "administrator" && role !== "operator") {
      assert.deepEqual(world.done, []);
    }
    const acted = role === "operator"
      ? world.done.filter((line) =>
        !/^(stop k3s by|resource|switch)/.test(line)
      )
      : [];
    assert.deepEqual(acted, []);
  });
}

Deno.test("only administrators may give data up, whatever else the command says", async () => {
  await using world = await apiWorld();
  for (
    const [command, body] of [
      ["prim", {}],
      ["primforce", {}],
      ["second", { full: true }],
      ["resync", { external: true }],
      ["prim", { node: "node2" }],
      ["copies", { keep: 1 }],
      ["copies", { keep: 1, node: "node2" }],
    ] as const
  ) {
    for (const caller of ["session operator", "key operator"] as const) {
      const answer = await world.ask(caller, `/api/modules/k3s/${command}`, {
        method: "POST",
        body: JSON.stringify(body),
      });
      assert.equal(answer.status, 403, `${command} as ${caller}`);
      await answer.body?.cancel();
    }
  }
  assert.deepEqual(world.done, []);
});

Deno.test("the client's type knows every route of K3s' files", async () => {
  await using world = await apiWorld();
  const { api } = hc<App>("http://127.0.0.1", {
    fetch: (url: RequestInfo | URL, init?: RequestInit) =>
      world.app.request(String(url), init, { connection: { kind: "socket" } }),
  });
  assert.equal((await api.k3s.$get({ query: {} })).status, 200);
  const done = [
    await api.k3s.fetch.$post({ json: {} }),
    await api.k3s.install.$post({ json: {} }),
  ];
  for (const answer of done) {
    assert.deepEqual(await answer.json(), { ok: true });
  }
});

Deno.test("metrics need no login from this machine, and only from this machine", async () => {
  await using world = await apiWorld();
  for (
    const [address, status] of [
      ["127.0.0.1", 200],
      ["127.8.9.1", 200],
      ["::1", 200],
      ["10.0.0.7", 401],
      ["::ffff:127.0.0.1", 401],
      ["127.0.0.1.evil.example", 401],
    ] as const
  ) {
    const answer = await world.app.request("/metrics", {}, {
      connection: { kind: "network", address },
    });
    assert.equal(answer.status, status, address);
    await answer.body?.cancel();
  }
});

Deno.test("health tells a stranger one bit and nothing else", async () => {
  await using world = await apiWorld();
  for (const [module, status] of [["k3s", 200], ["db", 503], ["x%2Fy", 503]]) {
    const answer = await world.ask("stranger", `/health/${module}`);
    assert.equal(answer.status, status);
    assert.match(await answer.text(), /^(not )?serving\n$/);
  }
});

Deno.test("metrics tell what checkers found on the node that answers, and nothing that is not known", () => {
  const found = (name: string, state: "up" | "down" | "init" | "unknown") => ({
    name,
    state,
    detail: null,
    since: null,
  });
  const state = sampleState(
    {
      resources: [
        found("tcp.web", "up"),
        found('custom.a"b', "down"),
        found("ping.router", "init"),
        found("intf.lan", "unknown"),
      ],
    },
    { resources: [found("tcp.web", "down")] },
  );
  const lines = metricsText({
    state,
    version: "0",
    replication: [],
    takeovers: [],
    linkLosses: [],
    eventReaders: 0,
    memoryBytes: 1,
    uptimeSeconds: 1,
  }).split("\n").filter((line) => line.startsWith("hakit_resource_up"));
  assert.deepEqual(lines, [
    'hakit_resource_up{module="k3s",node="node1",resource="tcp.web"} 1',
    'hakit_resource_up{module="k3s",node="node1",resource="custom.a\\"b"} 0',
  ]);
});

Deno.test("metrics tell link by link how many heartbeats are lost, and whether large packets pass", () => {
  const link = { remote: "r", state: "up", roundTripMs: null } as const;
  const lines = metricsText({
    state: sampleState({}, {}, {
      links: [
        { ...link, local: "a", lossPercent: 12.5, blackHoleBytes: 1500 },
        { ...link, local: "b" },
      ],
    }),
    version: "0",
    replication: [],
    takeovers: [],
    linkLosses: [],
    eventReaders: 0,
    memoryBytes: 1,
    uptimeSeconds: 1,
  }).split("\n").filter((line) => /^hakit_link_(heartbeat|black)/.test(line));
  assert.deepEqual(lines, [
    'hakit_link_heartbeat_loss_ratio{local="a",remote="r"} 0.125',
    'hakit_link_black_hole{local="a",remote="r"} 1',
    'hakit_link_black_hole{local="b",remote="r"} 0',
  ]);
});

Deno.test("the dashboard asks for metrics that there are", async () => {
  await using world = await apiWorld();
  const text = await (await world.ask("root", "/metrics")).text();
  const known = new Set(
    [...text.matchAll(/^# TYPE (\w+) (\w+)/gm)].flatMap(([, name, type]) =>
      type === "histogram" ? [`${name}_bucket`] : [name!]
    ),
  );
  const asked = new Set(JSON.stringify(dashboard).match(/hakit_\w+/g));
  assert.deepEqual([...asked].filter((name) => !known.has(name)), []);
  assert.ok(asked.size > 10);
});
