/** For machines that watch: health for load balancers, metrics for Prometheus, a dashboard for Grafana, the OpenAPI document. */
import { Hono } from "hono";
import type { Door } from "../agent/door.ts";
import type { Auth } from "./auth.ts";
import type { AuthEnv } from "./caller.ts";
import dashboard from "./grafana.json" with { type: "json" };
import { openApi } from "./openapi.ts";

export interface WatchOptions {
  readonly auth: Auth;
  readonly door: Pick<Door, "serves" | "metrics">;
}

export function watchRoutes({ auth, door }: WatchOptions) {
  let document: ReturnType<typeof openApi> | null = null;
  return new Hono<AuthEnv>()
    // Without login, so it says one bit: a module that does not exist is one that is not served here.
    .get("/health/:module", (c) => {
      const served = door.serves(c.req.param("module"));
      c.header("Cache-Control", "no-store");
      return c.text(served ? "serving\n" : "not serving\n", served ? 200 : 503);
    })
    .get(
      "/metrics",
      auth.requireUserOrLocal("viewer"),
      (c) =>
        c.text(door.metrics(), 200, {
          "content-type": "text/plain; version=0.0.4; charset=utf-8",
        }),
    )
    .get("/api/openapi.json", (c) => c.json(document ??= openApi()))
    .get(
      "/api/grafana.json",
      auth.requireUser("viewer"),
      (c) => c.json(dashboard),
    );
}
