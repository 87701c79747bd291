/** `POST /api/login` and `POST /api/logout` for programs; the console's form goes through the same `Auth`. */
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { z } from "zod";
import { type Auth, type AuthEnv, isOwnOrigin } from "./auth.ts";

/** Name, password and some air. */
export const LOGIN_BODY = 4096;

export const credentialsSchema = z.union([
  z.strictObject({ once: z.string().min(1).max(100) }),
  z.strictObject({
    name: z.string().min(1).max(100),
    password: z.string().min(1).max(256),
  }),
]);

export function loginRoutes(auth: Auth) {
  // Per route: `use` would also hold for whatever else is mounted beside.
  const small = bodyLimit({
    maxSize: LOGIN_BODY,
    onError: (c) => c.json(error("too-large", "Expected a short body"), 413),
  });
  return new Hono<AuthEnv>()
    .post("/api/login", small, async (c) => {
      if (!isOwnOrigin(c)) {
        return c.json(error("csrf", "Another site's page sent this"), 403);
      }
      const body = credentialsSchema.safeParse(
        await c.req.json().catch(() => null),
      );
      if (!body.success) {
        const what = 'Expected {"name", "password"} or {"once"}';
        return c.json(error("bad-request", what), 400);
      }
      const result = await auth.login(c, body.data);
      switch (result.kind) {
        case "in":
          return c.json({ name: result.name, role: result.role }, 200);
        case "wrong":
          return c.json(error("wrong-login", "Wrong name or password"), 401);
        case "wait": {
          const what = `Too many attempts: wait ${result.seconds} s`;
          c.header("Retry-After", String(result.seconds));
          return c.json(error("wait", what), 429);
        }
        default:
          return result satisfies never;
      }
    })
    .post("/api/logout", small, auth.requireUser("viewer"), (c) => {
      auth.logout(c);
      return c.json({ ok: true as const }, 200);
    });
}

function error(code: string, message: string) {
  return { error: { code, message } };
}
