/** This node's certificates, or with `node` the other one's. */
import { Hono } from "hono";
import type { Certificates } from "../agent/certificates.ts";
import type { Auth } from "./auth.ts";
import { type AuthEnv, callerName } from "./caller.ts";
import type { Door } from "../agent/door.ts";
import { certificateBody, nodeBody, nodeQuery } from "./schemas.ts";
import { json, limit, query } from "./validate.ts";

/** A chain of certificates and a key. */
const MAX_BODY = 100_000;

export interface CertificateRouteOptions {
  readonly auth: Auth;
  readonly door: Pick<Door, "isPeer" | "forward">;
  readonly certificates: Certificates;
}

export function certificateRoutes(
  { auth, door, certificates }: CertificateRouteOptions,
) {
  const administrator = auth.requireUser("administrator");
  const small = limit(MAX_BODY);
  const path = "/api/certificates";
  return new Hono<AuthEnv>()
    .get(path, auth.requireUser("viewer"), query(nodeQuery), async (c) => {
      if (door.isPeer(c.req.valid("query").node)) {
        return door.forward(path, { method: "GET" });
      }
      return c.json(await certificates.info());
    })
    .post(`${path}/renew`, administrator, small, json(nodeBody), async (c) => {
      if (door.isPeer(c.req.valid("json").node)) {
        return door.forward(`${path}/renew`, {
          method: "POST",
          body: "{}",
          type: "application/json",
          by: callerName(c.var.caller),
        });
      }
      await certificates.renew();
      return c.json(await certificates.info());
    })
    .put(
      path,
      administrator,
      small,
      query(nodeQuery),
      json(certificateBody),
      async (c) => {
        const body = c.req.valid("json");
        if (door.isPeer(c.req.valid("query").node)) {
          return door.forward(path, {
            method: "PUT",
            body: JSON.stringify(body),
            type: "application/json",
            by: callerName(c.var.caller),
          });
        }
        await certificates.install({
          certPem: body.certificate,
          keyPem: body.key,
        });
        return c.json(await certificates.info());
      },
    )
    .delete(path, administrator, query(nodeQuery), async (c) => {
      if (door.isPeer(c.req.valid("query").node)) {
        return door.forward(path, {
          method: "DELETE",
          by: callerName(c.var.caller),
        });
      }
      await certificates.removeOwn();
      return c.json(await certificates.info());
    });
}
