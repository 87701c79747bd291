/** Two nodes' module stores that talk by the real routes; clusters that only remember what they were told. */
import { Hono } from "hono";
import { join } from "node:path";
import type { Cluster } from "../../src/agent/cluster.ts";
import { ModuleStore } from "../../src/agent/module_store.ts";
import type { Node } from "../../src/agent/node.ts";
import type { AuthEnv } from "../../src/api/caller.ts";
import { configRoutes } from "../../src/api/config_routes.ts";
import { ApiError, errorBody } from "../../src/api/error.ts";
import type { Module } from "../../src/module/schema.ts";
import { paths } from "../../src/system/paths.ts";

interface Link {
  up: boolean;
  cutAfter: number;
  break: string | null;
  /** Called after each request to the other node. */
  after: (path: string) => void;
}

export interface Side {
  readonly store: ModuleStore;
  readonly app: Hono<AuthEnv>;
  /** What the cluster was told, oldest first. */
  readonly told: string[];
  readonly view: { role: string; status: string };
  readonly link: Link;
  readonly problems: () => readonly string[];
  readonly yaml: () => Promise<string>;
  readonly home: string;
}

export async function twoStores() {
  const home = await Deno.makeTempDir({ prefix: "hakit-changes-" });
  const link: Link = {
    up: true,
    cutAfter: Infinity,
    break: null,
    after: () => {},
  };
  const sides: Side[] = [];
  for (const index of [0, 1]) {
    sides.push(side(join(home, String(index)), index, link, () => sides));
  }
  return {
    one: sides[0]!,
    two: sides[1]!,
    link,
    async [Symbol.asyncDispose]() {
      await Deno.remove(home, { recursive: true });
    },
  };
}

function side(
  home: string,
  index: number,
  link: Link,
  all: () => readonly Side[],
): Side {
  const at = paths(home);
  const names = ["node1", "node2"];
  const told: string[] = [];
  const view = { role: "STOP", status: "NotReady" };
  let running: Module | null = null;
  const lines = { info: () => {}, warning: () => {}, error: () => {} };
  const cluster = {
    get verdict() {
      return link.up ? "alive" : "lost";
    },
    problems: [] as readonly string[],
    onChange: () => {},
    module: (name: string) =>
      running?.name === name
        ? { module: running, view: () => view, log: lines }
        : null,
    drop: () => {
      if (running) told.push("drop");
      running = null;
      return Promise.resolve();
    },
    add: ({ module }: { module: Module }) => {
      told.push("add");
      running = module;
      return Promise.resolve();
    },
    reconfigure: (_: string, module: Module) => {
      if (link.break === names[index]) throw new Error("the disk is gone");
      told.push("reconfigure");
      running = module;
      return Promise.resolve();
    },
  };
  const store = new ModuleStore({
    node: {
      paths: at,
      me: { name: names[index] },
      peer: { name: names[1 - index] },
      cluster: { console: { port: 9010 }, heartbeat: { port: 4800 } },
    } as unknown as Node,
    cluster: cluster as unknown as Cluster,
    peer: {
      async request(path: string, init: RequestInit & { type?: string }) {
        const gone = () =>
          new ApiError(502, "peer-not-reachable", "does not answer");
        if (!link.up || link.cutAfter <= 0) throw gone();
        const { app, store } = all()[1 - index]!;
        if (init.method === "DELETE") {
          await store.remove("db", { local: true });
          link.after(path);
          return Response.json({});
        }
        if (path === "/api/modules") {
          return Response.json({ modules: await store.list() });
        }
        const answer = await app.request(path, {
          method: init.method ?? "GET",
          ...(init.body ? { body: init.body } : {}),
        });
        link.after(path);
        // Done over there, but nobody hears of it.
        if (--link.cutAfter === 0) throw gone();
        return answer;
      },
    } as unknown as ConstructorParameters<typeof ModuleStore>[0]["peer"],
    log: lines as never,
  });
  const pass = () =>
  (
    c: { set: (name: string, value: unknown) => void },
    next: () => unknown,
  ) => {
    c.set("caller", {
      kind: "peer",
      role: "administrator",
      node: "x",
      by: null,
    });
    return next();
  };
  const app = new Hono<AuthEnv>()
    .onError((error, c) => {
      const { code, message, status } = error as ApiError;
      return c.json(errorBody(code ?? "failed", message), status ?? 500);
    })
    .route(
      "/",
      configRoutes({
        auth: { requireUser: pass, requirePeer: pass } as never,
        door: { modules: store },
      }),
    );
  return {
    store,
    app,
    told,
    view,
    link,
    home,
    problems: () => cluster.problems,
    yaml: () => Deno.readTextFile(join(at.etc, "modules/db/module.yaml")),
  };
}
