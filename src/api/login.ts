/** `POST /api/login` and `POST /api/logout` for programs; the console's form goes through the same `Auth`. */
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import type { Auth, AuthEnv } from "./auth.ts";
import { isOwnOrigin } from "./origin.ts";
import { errorBody } from "./error.ts";
import { credentialsSchema } from "./account_schemas.ts";
import { soon } from "./soon.ts";

/** Name, password and some air. */
export const LOGIN_BODY = 4096;

export function loginRoutes(auth: Auth) {
  // Per route: `use` would also hold for whatever else is mounted beside.
  const small = bodyLimit({
    maxSize: LOGIN_BODY,
    onError: (c) =>
      c.json(errorBody("too-large", "Expected a short body"), 413),
  });
  return new Hono<AuthEnv>()
    .post("/api/login", small, async (c) => {
      if (!isOwnOrigin(c)) {
        return c.json(errorBody("csrf", "Another site's page sent this"), 403);
      }
      const body = credentialsSchema.safeParse(
        await soon(c.req.json().catch(() => null)),
      );
      if (!body.success) {
        const what = 'Expected {"name", "password"} or {"once"}';
        return c.json(errorBody("bad-request", what), 400);
      }
      const result = await auth.login(c, body.data);
      switch (result.kind) {
        case "in":
          return c.json({ name: result.name, role: result.role }, 200);
        case "wrong":
          return c.json(
            errorBody("wrong-login", "Wrong name or password"),
            401,
          );
        case "wait": {
          const what = `Too many attempts: wait ${result.seconds} s`;
          c.header("Retry-After", String(result.seconds));
          return c.json(errorBody("wait", what), 429);
        }
        default:
          return result satisfies never;
      }
    })
    .post("/api/logout", small, auth.requireUser("viewer"), async (c) => {
      await auth.logout(c);
      return c.json({ ok: true as const }, 200);
    });
}
