/** `GET /api/doctor`: both nodes examined; `/api/doctor/facts`: what one node knows of itself; `/api/drill`: what was tried. */
import { Hono } from "hono";
import type { Door } from "../agent/door.ts";
import type { Auth } from "./auth.ts";
import type { AuthEnv } from "./caller.ts";
import { handOn } from "./hand_on.ts";
import { nodeQuery } from "./schemas.ts";
import { query } from "./validate.ts";

export interface DoctorRouteOptions {
  readonly auth: Auth;
  readonly door: Pick<Door, "isPeer" | "forward" | "doctor" | "drill">;
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
          c.json({ drill: await door.drill() });
      },
    );
}
