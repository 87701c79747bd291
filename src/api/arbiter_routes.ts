/** Who decides between the two nodes: changed on both, which must both answer. */
import { Hono } from "hono";
import type { ArbiterChanges } from "../agent/arbiter_changes.ts";
import type { Auth } from "./auth.ts";
import type { AuthEnv } from "./caller.ts";
import { adoptBody, arbiterBody } from "./schemas.ts";
import { json, limit } from "./validate.ts";

const MAX_BODY = 4_096;

export interface ArbiterRouteOptions {
  readonly auth: Auth;
  readonly door: { readonly arbiter: ArbiterChanges };
}

export function arbiterRoutes({ auth, door }: ArbiterRouteOptions) {
  const administrator = auth.requireUser("administrator");
  const small = limit(MAX_BODY);
  return new Hono<AuthEnv>()
    .put("/api/arbiter", administrator, small, json(arbiterBody), async (c) => {
      const token = await door.arbiter.add(c.req.valid("json"));
      return c.json({ token });
    })
    .delete("/api/arbiter", administrator, small, async (c) => {
      await door.arbiter.remove();
      return c.json({ ok: true });
    })
    .put(
      "/api/arbiter/adopt",
      auth.requirePeer(),
      small,
      json(adoptBody),
      async (c) => {
        await door.arbiter.adopt(c.req.valid("json").arbiter);
        return c.json({ ok: true });
      },
    );
}
