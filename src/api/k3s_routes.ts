/** K3s' files on a node: for `hakit k3s upgrade`, which goes through both nodes from one of them. */
import { Hono } from "hono";
import type { Door } from "../agent/door.ts";
import type { Auth } from "./auth.ts";
import type { AuthEnv } from "./caller.ts";
import { ApiError } from "./error.ts";
import { handOn } from "./hand_on.ts";
import { k3sFileQuery, nodeBody, nodeQuery } from "./schemas.ts";
import { json, limit, query } from "./validate.ts";

const MAX_BODY = 4096;

export interface K3sRouteOptions {
  readonly auth: Auth;
  readonly door: Pick<Door, "isPeer" | "forward" | "k3s">;
}

export function k3sRoutes({ auth, door }: K3sRouteOptions) {
  const administrator = auth.requireUser("administrator");
  const small = limit(MAX_BODY);
  return new Hono<AuthEnv>()
    .get(
      "/api/k3s",
      auth.requireUser("viewer"),
      query(nodeQuery),
      async (c) => {
        return handOn(c, door, c.req.valid("query")) ??
          c.json(await door.k3s.list());
      },
    )
    .get(
      "/api/k3s/staged",
      auth.requirePeer(),
      query(k3sFileQuery),
      async (c) => {
        const found = await door.k3s.open(c.req.valid("query").name);
        if (!found) throw new ApiError(404, "not-found", "No such file waits");
        return c.body(found.file.readable, 200, {
          "content-type": "application/octet-stream",
          "content-length": String(found.size),
        });
      },
    )
    .post(
      "/api/k3s/fetch",
      administrator,
      small,
      json(nodeBody),
      async (c) => {
        const there = handOn(c, door, c.req.valid("json"));
        if (there) return there;
        await door.k3s.fetch();
        return c.json({ ok: true as const });
      },
    )
    .post(
      "/api/k3s/install",
      administrator,
      small,
      json(nodeBody),
      async (c) => {
        const there = handOn(c, door, c.req.valid("json"));
        if (there) return there;
        await door.k3s.install();
        return c.json({ ok: true as const });
      },
    );
}
