/** The API's routes on the agent; their type is the client's (`hc<App>`). Who may: src/api/auth.ts. */
import { Hono } from "hono";
import { createMiddleware } from "hono/factory";
import { HTTPException } from "hono/http-exception";
import type { Certificates } from "../agent/certificates.ts";
import type { Door } from "../agent/door.ts";
import { accountRoutes } from "./account_routes.ts";
import { arbiterRoutes } from "./arbiter_routes.ts";
import { type Audit, auditing } from "./audit.ts";
import type { Auth } from "./auth.ts";
import { type AuthEnv, callerName, staysHere } from "./caller.ts";
import { certificateRoutes } from "./certificate_routes.ts";
import { clusterConfigRoutes } from "./cluster_config_routes.ts";
import { configRoutes } from "./config_routes.ts";
import { doctorRoutes } from "./doctor_routes.ts";
import { ApiError, errorBody } from "./error.ts";
import type { EventStreams } from "./events.ts";
import { handOn } from "./hand_on.ts";
import { k3sRoutes } from "./k3s_routes.ts";
import { loginRoutes } from "./login.ts";
import { moduleCommandRoutes } from "./module_command_routes.ts";
import { moduleRoutes } from "./module_routes.ts";
import {
  eventsQuery,
  LINES,
  logQuery,
  nodeQuery,
  snapshotQuery,
} from "./schemas.ts";
import { query } from "./validate.ts";
import { notifyRoutes } from "./notify_routes.ts";
import { oidcRoutes } from "./oidc_routes.ts";
import type { SignOn } from "../oidc/sign_on.ts";
import { salvageRoutes } from "./salvage_routes.ts";
import { upgradeRoutes } from "./upgrade_routes.ts";
import { watchRoutes } from "./watch_routes.ts";
import { messageOf } from "../system/message.ts";

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
        handOn(c, door, c.req.valid("query")) ??
          c.json({ ok: true, at: Date.now() }),
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
      const wish = c.req.valid("query");
      return handOn(c, door, wish) ??
        c.json({ lines: await door.agentLog(wish.lines ?? LINES) });
    })
    .get("/api/audit", administrator, query(logQuery), async (c) => {
      const wish = c.req.valid("query");
      return handOn(c, door, wish) ??
        c.json({ entries: await audit.read(wish.lines ?? LINES) });
    })
    .get("/api/snapshot", administrator, query(snapshotQuery), async (c) => {
      const wish = c.req.valid("query");
      const local = staysHere(c.var.caller, wish.local);
      const anonymous = wish.anonymous === "1";
      return c.body(await door.snapshot({ local, anonymous }), 200, {
        "content-type": "application/x-tar",
        "content-disposition": 'attachment; filename="hakit-snapshot.tar"',
      });
    })
    .route("/", moduleRoutes({ auth, door }))
    .route("/", moduleCommandRoutes({ auth, door }))
    .route("/", configRoutes({ auth, door }))
    .route("/", loginRoutes(auth))
    .route("/", accountRoutes(auth))
    .route("/", oidcRoutes({ auth, door, signOn }))
    .route("/", arbiterRoutes({ auth, door }))
    .route("/", clusterConfigRoutes({ auth, door }))
    .route("/", doctorRoutes({ auth, door }))
    .route("/", k3sRoutes({ auth, door }))
    .route("/", salvageRoutes({ auth, door }))
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
  // nginx keeps what it has heard until there is enough of it: a console behind it would stand still.
  if (headers.get("content-type")?.startsWith("text/event-stream")) {
    c.header("X-Accel-Buffering", "no");
  }
  if (!headers.has("content-security-policy")) {
    c.header(
      "Content-Security-Policy",
      "default-src 'none'; frame-ancestors 'none'",
    );
  }
});
