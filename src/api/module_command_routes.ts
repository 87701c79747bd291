/** What is done with a module, on the asked node or handed on to the other one: commands, verify, resync, switches, reports of checkers. */
import { Hono } from "hono";
import type { Door } from "../agent/door.ts";
import type { Auth } from "./auth.ts";
import { type AuthEnv, callerName, needsAdministrator } from "./caller.ts";
import { copyRoutes } from "./copy_routes.ts";
import { handOn } from "./hand_on.ts";
import {
  commandBody,
  commandParams,
  moduleParams,
  resourceBody,
  resourceParams,
  resyncBody,
  switchBody,
  switchParams,
  verifyBody,
} from "./module_schemas.ts";
import { json, limit, params } from "./validate.ts";

/** Commands are a few words. */
const MAX_BODY = 16 * 1024;

export interface ModuleCommandRouteOptions {
  readonly auth: Auth;
  readonly door: Pick<
    Door,
    | "isPeer"
    | "forward"
    | "copies"
    | "command"
    | "replicator"
    | "setResource"
    | "setSwitch"
    | "verification"
  >;
}

export function moduleCommandRoutes(
  { auth, door }: ModuleCommandRouteOptions,
) {
  const operator = auth.requireUser("operator");
  const small = limit(MAX_BODY);
  return new Hono<AuthEnv>()
    .put(
      "/api/modules/:module/resources/:resource",
      operator,
      small,
      params(resourceParams),
      json(resourceBody),
      (c) => {
        const { module, resource } = c.req.valid("param");
        const { node, state } = c.req.valid("json");
        c.set("detail", asked(node, { state }));
        const there = handOn(c, door, { node, state });
        if (there) return there;
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
        c.set("detail", asked(node, { value }));
        const there = handOn(c, door, { node, value });
        if (there) return there;
        const by = callerName(c.var.caller);
        return c.json(await door.setSwitch(module, { name, value, by }));
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
        const there = handOn(c, door, { node, ...body });
        if (there) return there;
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
        // What stands there is given up for what the primary has.
        if (body.external) needsAdministrator(c.var.caller, "external");
        const there = handOn(c, door, { node, ...body });
        if (there) return there;
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
        const { node, full = false, wait = false, otherFolder } = c.req.valid(
          "json",
        );
        // Absent where it is not said: an older version does not know it.
        const folder = otherFolder ? { otherFolder } : {};
        const { caller } = c.var;
        c.set("detail", asked(node, { full, ...folder }));
        // What may destroy newer data needs more than the right to start and stop.
        if (command === "prim" || command === "primforce" || full) {
          needsAdministrator(caller, command);
        }
        const there = handOn(c, door, { node, full, wait, ...folder });
        if (there) return there;
        const by = callerName(caller);
        const order = { module, command, full, wait, by, ...folder };
        return c.json(await door.command(order));
      },
    );
}

/** What of a body is told in the audit: its words, and where. */
function asked(node: string | undefined, body: object): string {
  const words = Object.entries(body)
    .filter(([, value]) => value !== undefined && value !== false)
    .map(([key, value]) => value === true ? key : `${key} ${value}`);
  return [...words, ...(node ? [`on ${node}`] : [])].join(", ");
}
