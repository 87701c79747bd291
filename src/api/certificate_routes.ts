/** This node's certificates, or with `node` the other one's. */
import { Hono } from "hono";
import type { Certificates } from "../agent/certificates.ts";
import type { Auth } from "./auth.ts";
import type { AuthEnv } from "./caller.ts";
import { handOn, type PeerDoor } from "./hand_on.ts";
import { certificateBody } from "./account_schemas.ts";
import { nodeBody, nodeQuery } from "./schemas.ts";
import { json, limit, query } from "./validate.ts";

/** A chain of certificates and a key. */
const MAX_BODY = 100_000;

export interface CertificateRouteOptions {
  readonly auth: Auth;
  readonly door: PeerDoor;
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
      return handOn(c, door, c.req.valid("query")) ??
        c.json(await certificates.info());
    })
    .post(`${path}/renew`, administrator, small, json(nodeBody), async (c) => {
      const there = handOn(c, door, c.req.valid("json"));
      if (there) return there;
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
        const there = handOn(c, door, { ...c.req.valid("query"), ...body });
        if (there) return there;
        await certificates.install({
          certPem: body.certificate,
          keyPem: body.key,
        });
        return c.json(await certificates.info());
      },
    )
    .delete(path, administrator, query(nodeQuery), async (c) => {
      const there = handOn(c, door, c.req.valid("query"));
      if (there) return there;
      await certificates.removeOwn();
      return c.json(await certificates.info());
    });
}
