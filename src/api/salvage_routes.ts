/** What a node alone wrote before it yielded: on the asked node, or handed on to the other one. */
import { Hono } from "hono";
import type { Door } from "../agent/door.ts";
import type { Auth } from "./auth.ts";
import { type AuthEnv, callerName } from "./caller.ts";
import { handOn } from "./hand_on.ts";
import { moduleParams, salvageParams } from "./module_schemas.ts";
import { nodeQuery } from "./schemas.ts";
import { params, query } from "./validate.ts";

export interface SalvageRouteOptions {
  readonly auth: Auth;
  readonly door: Pick<Door, "isPeer" | "forward" | "salvages">;
}

export function salvageRoutes({ auth, door }: SalvageRouteOptions) {
  // Names of files, and what is in them.
  const administrator = auth.requireUser("administrator");
  const all = "/api/modules/:module/salvage";
  const one = `${all}/:salvage` as const;

  return new Hono<AuthEnv>()
    .get(
      all,
      auth.requireUser("viewer"),
      params(moduleParams),
      query(nodeQuery),
      async (c) => {
        const { module } = c.req.valid("param");
        return handOn(c, door, c.req.valid("query")) ??
          c.json({ salvages: await door.salvages.list(module) });
      },
    )
    .get(
      one,
      administrator,
      params(salvageParams),
      query(nodeQuery),
      async (c) => {
        const { module, salvage } = c.req.valid("param");
        return handOn(c, door, c.req.valid("query")) ??
          c.json({ text: await door.salvages.files(module, salvage) });
      },
    )
    .get(
      `${one}/archive`,
      administrator,
      params(salvageParams),
      query(nodeQuery),
      async (c) => {
        const { module, salvage } = c.req.valid("param");
        return handOn(c, door, c.req.valid("query")) ??
          c.body(await door.salvages.archive(module, salvage), 200, {
            "content-type": "application/x-tar",
          });
      },
    )
    .delete(
      one,
      administrator,
      params(salvageParams),
      query(nodeQuery),
      async (c) => {
        const there = handOn(c, door, c.req.valid("query"));
        if (there) return there;
        const { module, salvage: name } = c.req.valid("param");
        const by = callerName(c.var.caller);
        await door.salvages.drop(module, { name, by });
        return c.json({ ok: true });
      },
    );
}
