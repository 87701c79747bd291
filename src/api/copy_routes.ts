/** Point-in-time copies of a module's directories: on the asked node, or handed on to the other one. */
import { Hono } from "hono";
import type { Door } from "../agent/door.ts";
import type { Auth } from "./auth.ts";
import { type AuthEnv, callerName, needsAdministrator } from "./caller.ts";
import { handOn } from "./hand_on.ts";
import { copyParams, moduleParams, takeCopyBody } from "./module_schemas.ts";
import { nodeBody, nodeQuery } from "./schemas.ts";
import { json, limit, params, query } from "./validate.ts";

export interface CopyRouteOptions {
  readonly auth: Auth;
  readonly door: Pick<Door, "isPeer" | "forward" | "copies">;
}

export function copyRoutes({ auth, door }: CopyRouteOptions) {
  const administrator = auth.requireUser("administrator");
  const small = limit(16 * 1024);

  return new Hono<AuthEnv>()
    .get(
      "/api/modules/:module/copies",
      auth.requireUser("viewer"),
      params(moduleParams),
      query(nodeQuery),
      async (c) => {
        const { module } = c.req.valid("param");
        return handOn(c, door, c.req.valid("query")) ??
          c.json({ copies: await door.copies.sized(module) });
      },
    )
    .post(
      "/api/modules/:module/copies",
      auth.requireUser("operator"),
      small,
      params(moduleParams),
      json(takeCopyBody),
      async (c) => {
        const { node, keep } = c.req.valid("json");
        c.set("detail", node ? `on ${node}` : "");
        // It deletes older ones, which DELETE allows only an administrator.
        if (keep !== undefined) needsAdministrator(c.var.caller, "keep");
        const there = handOn(c, door, { node, keep });
        if (there) return there;
        const { module } = c.req.valid("param");
        const by = callerName(c.var.caller);
        return c.json(
          await door.copies.take(module, { keep: keep ?? null, by }),
        );
      },
    )
    .post(
      "/api/modules/:module/copies/:copy/restore",
      administrator,
      small,
      params(copyParams),
      json(nodeBody),
      async (c) => {
        const { node } = c.req.valid("json");
        c.set("detail", node ? `on ${node}` : "");
        const there = handOn(c, door, { node });
        if (there) return there;
        const { module, copy } = c.req.valid("param");
        const by = callerName(c.var.caller);
        return c.json(await door.copies.restore(module, copy, by));
      },
    )
    .delete(
      "/api/modules/:module/copies/:copy",
      administrator,
      params(copyParams),
      query(nodeQuery),
      async (c) => {
        const there = handOn(c, door, c.req.valid("query"));
        if (there) return there;
        const { module, copy } = c.req.valid("param");
        await door.copies.drop(module, copy);
        return c.json({ ok: true });
      },
    );
}
