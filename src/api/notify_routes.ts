/** Notifications of a node: how its channels are, and a test message on each. */
import { Hono } from "hono";
import type { Door } from "../agent/door.ts";
import type { Auth } from "./auth.ts";
import { type AuthEnv, callerName } from "./caller.ts";
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
      if (door.isPeer(c.req.valid("query").node)) {
        return door.forward(PATH, { method: "GET" });
      }
      return c.json({ channels: door.notifier.reports() });
    })
    .post(
      `${PATH}/test`,
      administrator,
      limit(MAX_BODY),
      json(nodeBody),
      async (c) => {
        const by = callerName(c.var.caller);
        if (door.isPeer(c.req.valid("json").node)) {
          return door.forward(`${PATH}/test`, {
            method: "POST",
            body: "{}",
            type: "application/json",
            by,
          });
        }
        return c.json({ channels: await door.notifier.test(by) });
      },
    );
}
