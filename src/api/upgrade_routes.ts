/** The executable of a node: what runs, a new one sent, and the change. Each step for one node; the order is the command's. */
import { Hono } from "hono";
import type { Door } from "../agent/door.ts";
import type { Auth } from "./auth.ts";
import { type AuthEnv, callerName } from "./caller.ts";
import { ApiError } from "./error.ts";
import { handOn } from "./hand_on.ts";
import { nodeBody, nodeQuery, upgradeBody } from "./schemas.ts";
import { json, limit, query } from "./validate.ts";

const MAX_BODY = 4096;
const PATH = "/api/upgrade";

export interface UpgradeRouteOptions {
  readonly auth: Auth;
  readonly door: Pick<
    Door,
    "upgrades" | "isPeer" | "forward" | "restartRefusal"
  >;
}

export function upgradeRoutes({ auth, door }: UpgradeRouteOptions) {
  const administrator = auth.requireUser("administrator");
  return new Hono<AuthEnv>()
    .get(PATH, administrator, query(nodeQuery), async (c) => {
      return handOn(c, door, c.req.valid("query")) ??
        c.json(await door.upgrades.info());
    })
    // Its size is limited where it is written down: it never stands in memory as a whole.
    .put(PATH, administrator, query(nodeQuery), async (c) => {
      const { body } = c.req.raw;
      if (door.isPeer(c.req.valid("query").node)) {
        return door.forward(PATH, {
          method: "PUT",
          type: "application/octet-stream",
          by: callerName(c.var.caller),
          ...(body ? { body } : {}),
        });
      }
      return c.json(await door.upgrades.stage(body));
    })
    .post(
      PATH,
      administrator,
      limit(MAX_BODY),
      json(upgradeBody),
      async (c) => {
        const { node, digest, back = false } = c.req.valid("json");
        const by = callerName(c.var.caller);
        c.set("detail", `${node ? `on ${node} ` : ""}${digest.slice(0, 12)}`);
        const there = handOn(c, door, { node, digest, back });
        if (there) return there;
        return c.json(await door.upgrades.activate({ digest, back, by }));
      },
    )
    .post(
      "/api/restart",
      administrator,
      limit(MAX_BODY),
      json(nodeBody),
      async (c) => {
        const { node } = c.req.valid("json");
        c.set("detail", node ? `on ${node}` : "");
        const there = handOn(c, door, { node });
        if (there) return there;
        const refusal = await door.restartRefusal();
        if (refusal !== null) throw new ApiError(409, "refused", refusal);
        return c.json(await door.upgrades.restart(callerName(c.var.caller)));
      },
    );
}
