/** The API's routes on the agent; their type is the client's (`hc<App>`). Who may: src/api/auth.ts. */
import { Hono } from "hono";
import { createMiddleware } from "hono/factory";
import { HTTPException } from "hono/http-exception";
import type { Certificates } from "../agent/certificates.ts";
import type { Door } from "../agent/door.ts";
import { MAX_ARCHIVE } from "../module/archive.ts";
import { accountRoutes } from "./account_routes.ts";
import { arbiterRoutes } from "./arbiter_routes.ts";
import { type Audit, auditing } from "./audit.ts";
import type { Auth } from "./auth.ts";
import { type AuthEnv, type Caller, callerName } from "./caller.ts";
import { certificateRoutes } from "./certificate_routes.ts";
import { configRoutes } from "./config_routes.ts";
import { copyRoutes } from "./copy_routes.ts";
import { doctorRoutes } from "./doctor_routes.ts";
import { ApiError, errorBody } from "./error.ts";
import type { EventStreams } from "./events.ts";
import { k3sRoutes } from "./k3s_routes.ts";
import { loginRoutes } from "./login.ts";
import {
  commandBody,
  commandParams,
  eventsQuery,
  installQuery,
  localQuery,
  logQuery,
  moduleParams,
  nodeQuery,
  resourceBody,
  resourceParams,
  resyncBody,
  scriptParams,
  snapshotQuery,
  switchBody,
  switchParams,
  verifyBody,
} from "./schemas.ts";
import { json, limit, params, query } from "./validate.ts";
import { notifyRoutes } from "./notify_routes.ts";
import { oidcRoutes } from "./oidc_routes.ts";
import type { SignOn } from "../oidc/sign_on.ts";
import { upgradeRoutes } from "./upgrade_routes.ts";
import { watchRoutes } from "./watch_routes.ts";
import { messageOf } from "../system/message.ts";

/** Commands are a few words. */
const MAX_BODY = 16 * 1024;

export interface AppOptions {
  readonly door: Door;
  readonly auth: Auth;
  readonly streams: EventStreams;
  readonly audit: Audit;
  readonly certificates: Certificates;
  readonly signOn: SignOn;
}

export type App = ReturnType<typeof createApp>;

export function createApp(options: AppOptions) {
  const { door, auth, streams, audit, certificates, signOn } = options;
  const viewer = auth.requireUser("viewer");
  const operator = auth.requireUser("operator");
  const administrator = auth.requireUser("administrator");
  const small = limit(MAX_BODY);

  return new Hono<AuthEnv>()
    .onError((error, c) => {
      if (error instanceof ApiError) {
        const { code, message, remedy, status } = error;
        return c.json(errorBody(code, message, remedy), status);
      }
      const message = messageOf(error);
      // Hono's own refusals: a body that is no JSON.
      if (error instanceof HTTPException) {
        return c.json(errorBody("bad-request", message), error.status);
      }
      return c.json(errorBody("failed", message), 500);
    })
    .notFound((c) => {
      const message = `Nothing is at "${c.req.path.slice(0, 200)}"`;
      return c.json(errorBody("not-found", message), 404);
    })
    .use("*", auditing(audit), harmless)
    .get(
      "/api/ping",
      viewer,
      query(nodeQuery),
      (c) =>
        door.isPeer(c.req.valid("query").node)
          ? door.forward("/api/ping", { method: "GET" })
          : c.json({ ok: true, at: Date.now() }),
    )
    .get(
      "/api/modules/:module/figures",
      viewer,
      params(moduleParams),
      query(nodeQuery),
      (c) => {
        const { module } = c.req.valid("param");
        return door.isPeer(c.req.valid("query").node)
          ? door.forward(`/api/modules/${module}/figures`, { method: "GET" })
          : c.json(door.figures(module));
      },
    )
    .get("/api/state", viewer, (c) => c.json(door.state()))
    .get("/api/events", viewer, query(eventsQuery), (c) => {
      const { node, only } = c.req.valid("query");
      const lastId = c.req.header("last-event-id");
      if (door.isPeer(node)) {
        return door.forward(`/api/events?only=${only.join(",")}`, {
          method: "GET",
          by: callerName(c.var.caller),
          // Lines that are hidden here are hidden there.
          role: c.var.caller.role,
          ...(lastId ? { lastId } : {}),
        });
      }
      const viewer = c.var.caller.role === "viewer";
      return streams.serve(c, { lastId, only, viewer });
    })
    .get("/api/log", operator, query(logQuery), async (c) => {
      const { node, lines = 100 } = c.req.valid("query");
      if (door.isPeer(node)) {
        return door.forward(`/api/log?lines=${lines}`, { method: "GET" });
      }
      return c.json({ lines: await door.agentLog(lines) });
    })
    .get("/api/audit", administrator, query(logQuery), async (c) => {
      const { node, lines = 100 } = c.req.valid("query");
      if (door.isPeer(node)) {
        return door.forward(`/api/audit?lines=${lines}`, { method: "GET" });
      }
      return c.json({ entries: await audit.read(lines) });
    })
    .get("/api/snapshot", administrator, query(snapshotQuery), async (c) => {
      const wish = c.req.valid("query");
      const local = isLocal(c.var.caller, wish.local);
      const anonymous = wish.anonymous === "1";
      return c.body(await door.snapshot({ local, anonymous }), 200, {
        "content-type": "application/x-tar",
        "content-disposition": 'attachment; filename="hakit-snapshot.tar"',
      });
    })
    .get("/api/modules", viewer, async (c) => {
      // Variables may be passwords of services: not for everybody who may look.
      const modules = await door.modules.list();
      const all = c.var.caller.role === "administrator";
      return c.json({ modules: all ? modules : modules.map(withoutVariables) });
    })
    .get(
      "/api/modules/:module/log",
      viewer,
      params(moduleParams),
      query(logQuery),
      async (c) => {
        const { module } = c.req.valid("param");
        const { node, lines = 100 } = c.req.valid("query");
        if (door.isPeer(node)) {
          return door.forward(`/api/modules/${module}/log?lines=${lines}`, {
            method: "GET",
          });
        }
        return c.json({ lines: await door.log(module, lines) });
      },
    )
    .get(
      "/api/modules/:module/resources",
      viewer,
      params(moduleParams),
      query(nodeQuery),
      (c) => {
        const { module } = c.req.valid("param");
        if (door.isPeer(c.req.valid("query").node)) {
          return door.forward(`/api/modules/${module}/resources`, {
            method: "GET",
          });
        }
        return c.json({ resources: door.resources(module) });
      },
    )
    .put(
      "/api/modules/:module/resources/:resource",
      operator,
      small,
      params(resourceParams),
      json(resourceBody),
      (c) => {
        const { module, resource } = c.req.valid("param");
        const { node, state } = c.req.valid("json");
        c.set("detail", [node ? `on ${node}` : "", state].join(" ").trim());
        if (door.isPeer(node)) {
          const name = encodeURIComponent(resource);
          return door.forward(`/api/modules/${module}/resources/${name}`, {
            method: "PUT",
            body: JSON.stringify({ state }),
            type: "application/json",
            by: callerName(c.var.caller),
          });
        }
        const by = callerName(c.var.caller);
        return c.json({
          resources: door.setResource(module, { resource, state, by }),
        });
      },
    )
    .put(
      "/api/modules/:module/switches/:name",
      operator,
      small,
      params(switchParams),
      json(switchBody),
      async (c) => {
        const { module, name } = c.req.valid("param");
        const { node, value } = c.req.valid("json");
        c.set("detail", [node ? `on ${node}` : "", value].join(" ").trim());
        if (door.isPeer(node)) {
          return door.forward(`/api/modules/${module}/switches/${name}`, {
            method: "PUT",
            body: JSON.stringify({ value }),
            type: "application/json",
            by: callerName(c.var.caller),
          });
        }
        const by = callerName(c.var.caller);
        return c.json(await door.setSwitch(module, { name, value, by }));
      },
    )
    .get(
      "/api/modules/:module/scripts",
      viewer,
      params(moduleParams),
      query(nodeQuery),
      async (c) => {
        const { module } = c.req.valid("param");
        if (door.isPeer(c.req.valid("query").node)) {
          return door.forward(`/api/modules/${module}/scripts`, {
            method: "GET",
          });
        }
        return c.json({ files: await door.scripts(module) });
      },
    )
    .get(
      "/api/modules/:module/scripts/:file",
      viewer,
      params(scriptParams),
      query(nodeQuery),
      async (c) => {
        const { module, file } = c.req.valid("param");
        if (door.isPeer(c.req.valid("query").node)) {
          const name = encodeURIComponent(file);
          return door.forward(`/api/modules/${module}/scripts/${name}`, {
            method: "GET",
          });
        }
        return c.json({ text: await door.script(module, file) });
      },
    )
    .get(
      "/api/modules/:module/archive",
      administrator,
      params(moduleParams),
      async (c) => {
        const archive = await door.modules.archive(c.req.valid("param").module);
        return c.body(archive, 200, { "content-type": "application/x-tar" });
      },
    )
    .get(
      "/api/modules/:module/verify",
      viewer,
      params(moduleParams),
      query(nodeQuery),
      (c) => {
        const { module } = c.req.valid("param");
        if (door.isPeer(c.req.valid("query").node)) {
          return door.forward(`/api/modules/${module}/verify`, {
            method: "GET",
          });
        }
        return c.json(door.verification(module));
      },
    )
    .post(
      "/api/modules/:module/verify",
      operator,
      small,
      params(moduleParams),
      json(verifyBody),
      async (c) => {
        const { module } = c.req.valid("param");
        const { node, ...body } = c.req.valid("json");
        c.set("detail", asked(node, body));
        if (door.isPeer(node)) {
          return door.forward(`/api/modules/${module}/verify`, {
            method: "POST",
            body: JSON.stringify(body),
            type: "application/json",
            by: callerName(c.var.caller),
          });
        }
        const { repair = false, rate = 0 } = body;
        await door.replicator(
          module,
          body.stop
            ? { command: "verify-stop" }
            : { command: "verify", repair, rate },
        );
        return c.json(door.verification(module));
      },
    )
    .post(
      "/api/modules/:module/resync",
      operator,
      small,
      params(moduleParams),
      json(resyncBody),
      async (c) => {
        const { module } = c.req.valid("param");
        const { node, ...body } = c.req.valid("json");
        c.set("detail", asked(node, body));
        const { caller } = c.var;
        // What stands there is given up for what the primary has.
        if (body.external && caller.role !== "administrator") {
          throw new ApiError(
            403,
            "forbidden",
            `"external" needs role administrator, you are ${caller.role}`,
          );
        }
        if (door.isPeer(node)) {
          return door.forward(`/api/modules/${module}/resync`, {
            method: "POST",
            body: JSON.stringify(body),
            type: "application/json",
            by: callerName(caller),
          });
        }
        const { external, ...change } = body;
        await door.replicator(
          module,
          external ? { command: "external" } : { command: "resync", ...change },
        );
        return c.json({ ok: true });
      },
    )
    // Before the commands, which have the same form.
    .route("/", copyRoutes({ auth, door }))
    .post(
      "/api/modules/:module/:command",
      operator,
      small,
      params(commandParams),
      json(commandBody),
      async (c) => {
        const { module, command } = c.req.valid("param");
        const { node, ...body } = c.req.valid("json");
        const { caller } = c.var;
        c.set(
          "detail",
          [node ? `on ${node}` : "", body.full ? "full" : ""].join(" ").trim(),
        );
        // What may destroy newer data needs more than the right to start and stop.
        if (
          caller.role !== "administrator" &&
          (command === "prim" || command === "primforce" || body.full)
        ) {
          throw new ApiError(
            403,
            "forbidden",
            `"${command}" needs role administrator, you are ${caller.role}`,
          );
        }
        if (door.isPeer(node)) {
          return door.forward(`/api/modules/${module}/${command}`, {
            method: "POST",
            body: JSON.stringify(body),
            type: "application/json",
            by: callerName(caller),
          });
        }
        return c.json(
          await door.command({
            module,
            command,
            full: body.full ?? false,
            wait: body.wait ?? false,
            by: callerName(caller),
          }),
        );
      },
    )
    .put(
      "/api/modules/:module",
      administrator,
      limit(MAX_ARCHIVE),
      params(moduleParams),
      query(installQuery),
      async (c) => {
        const { module } = c.req.valid("param");
        const archive = new Uint8Array(await c.req.arrayBuffer());
        const { local, alone } = c.req.valid("query");
        return c.json(
          await door.modules.install(module, archive, {
            local: isLocal(c.var.caller, local),
            alone: alone === "1",
            by: callerName(c.var.caller),
          }),
        );
      },
    )
    .delete(
      "/api/modules/:module",
      administrator,
      params(moduleParams),
      query(localQuery),
      async (c) => {
        const { module } = c.req.valid("param");
        const local = isLocal(c.var.caller, c.req.valid("query").local);
        return c.json(await door.modules.remove(module, { local }));
      },
    )
    .route("/", configRoutes({ auth, door }))
    .route("/", loginRoutes(auth))
    .route("/", accountRoutes(auth))
    .route("/", oidcRoutes({ auth, door, signOn }))
    .route("/", arbiterRoutes({ auth, door }))
    .route("/", doctorRoutes({ auth, door }))
    .route("/", k3sRoutes({ auth, door }))
    .route("/", upgradeRoutes({ auth, door }))
    .route("/", notifyRoutes({ auth, door }))
    .route("/", watchRoutes({ auth, door }))
    .route("/", certificateRoutes({ auth, door, certificates }));
}

/** What scripts printed and users typed is never a page, whatever it looks like; the console's pages bring a policy of their own. */
const harmless = createMiddleware<AuthEnv>(async (c, next) => {
  await next();
  // Hono answers HEAD with the headers of GET and forgets its body: a stream would go on for nobody, and hold a reader's place.
  if (c.req.method === "HEAD" && c.res.body) {
    await c.res.body.cancel();
    c.res = new Response(null, c.res);
  }
  const { headers } = c.res;
  c.header("X-Content-Type-Options", "nosniff");
  if (!headers.has("cache-control")) c.header("Cache-Control", "no-store");
  if (!headers.has("content-security-policy")) {
    c.header(
      "Content-Security-Policy",
      "default-src 'none'; frame-ancestors 'none'",
    );
  }
});

/** Handed on by the peer, or wanted so by root: not handed back. */
function isLocal(caller: Caller, local: "1" | undefined): boolean {
  return caller.kind === "peer" || local === "1";
}

function withoutVariables(
  info: Awaited<ReturnType<Door["modules"]["list"]>>[number],
) {
  if (!info.module) return info;
  return { ...info, module: { ...info.module, variables: {} } };
}

/** What of a body is told in the audit: its words, and where. */
function asked(node: string | undefined, body: object): string {
  const words = Object.entries(body)
    .filter(([, value]) => value !== undefined && value !== false)
    .map(([key, value]) => value === true ? key : `${key} ${value}`);
  return [...words, ...(node ? [`on ${node}`] : [])].join(", ");
}
