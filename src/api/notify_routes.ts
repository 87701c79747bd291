/** Notifications of a node: how its channels are, and a test message on each. */
import { Hono } from "hono";
import type { Door } from "../agent/door.ts";
import type { Auth } from "./auth.ts";
import { type AuthEnv, callerName } from "./caller.ts";
import { handOn } from "./hand_on.ts";
import { nodeBody, nodeQuery } from "./schemas.ts";
import { json, limit, query } from "./validate.ts";

const MAX_BODY = 1024;
const PATH = "/api/notifications";

export interface NotifyRouteOptions {
  readonly auth: Auth;
  readonly door: Pick<Door, "notifier" | "isPeer" | "forward">;
}

export function notifyRoutes({ auth, door }: NotifyRouteOptions) {
  const administrator = auth.requireUser("administrator");
  return new Hono<AuthEnv>()
    .get(PATH, administrator, query(nodeQuery), (c) => {
      return handOn(c, door, c.req.valid("query")) ??
        c.json({ channels: door.notifier.reports() });
    })
    .post(
      `${PATH}/test`,
      administrator,
      limit(MAX_BODY),
      json(nodeBody),
      async (c) => {
        const there = handOn(c, door, c.req.valid("json"));
        if (there) return there;
        const by = callerName(c.var.caller);
        return c.json({ channels: await door.notifier.test(by) });
      },
    );
}
