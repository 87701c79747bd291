/** `GET /api/doctor`: both nodes examined; `/api/doctor/facts`: what one node knows of itself; `/api/drill`: what was tried, and to try it. */
import { Hono } from "hono";
import type { Door } from "../agent/door.ts";
import type { Auth } from "./auth.ts";
import { type AuthEnv, callerName } from "./caller.ts";
import { handOn } from "./hand_on.ts";
import { nodeBody, nodeQuery } from "./schemas.ts";
import { json, limit, query } from "./validate.ts";

export interface DoctorRouteOptions {
  readonly auth: Auth;
  readonly door: Pick<
    Door,
    "isPeer" | "forward" | "doctor" | "drill" | "drills"
  >;
}

/** Operators: the doctor names programs, addresses and versions, and tries the disks. */
export function doctorRoutes({ auth, door }: DoctorRouteOptions) {
  const operator = auth.requireUser("operator");
  return new Hono<AuthEnv>()
    .get("/api/doctor", operator, async (c) => {
      return c.json(await door.doctor.examine());
    })
    .get("/api/doctor/facts", operator, query(nodeQuery), async (c) => {
      return handOn(c, door, c.req.valid("query")) ??
        c.json({ facts: await door.doctor.facts() });
    })
    .get(
      "/api/drill",
      auth.requireUser("viewer"),
      query(nodeQuery),
      async (c) => {
        return handOn(c, door, c.req.valid("query")) ??
          c.json({ drill: await door.drill(), run: door.drills.run });
      },
    )
    .post(
      "/api/drill",
      auth.requireUser("administrator"),
      limit(16 * 1024),
      json(nodeBody),
      (c) => {
        const there = handOn(c, door, c.req.valid("json"));
        if (there) return there;
        door.drills.begin(callerName(c.var.caller));
        return c.json({ ok: true });
      },
    );
}
