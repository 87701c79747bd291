/** Single sign-on set up, looked at, tried and switched off; and the exchange with the other node. The way in itself is the console's. */
import { Hono } from "hono";
import { oidcBody } from "../oidc/settings.ts";
import { oidcFileSchema } from "../oidc/settings_file.ts";
import type { SignOn } from "../oidc/sign_on.ts";
import type { Auth } from "./auth.ts";
import type { AuthEnv } from "./caller.ts";
import { handOn, type PeerDoor } from "./hand_on.ts";
import { nodeBody } from "./schemas.ts";
import { json, limit } from "./validate.ts";

/** Groups by the hundred, and a certificate. */
const MAX_BODY = 256 * 1024;
/** Of two nodes that changed it apart, with all that was before. */
const MAX_EXCHANGE = 4 * 1024 * 1024;
const PATH = "/api/oidc";

export interface OidcRouteOptions {
  readonly auth: Auth;
  readonly door: PeerDoor;
  readonly signOn: SignOn;
}

export function oidcRoutes({ auth, door, signOn }: OidcRouteOptions) {
  const administrator = auth.requireUser("administrator");
  const { store } = signOn;
  return new Hono<AuthEnv>()
    .get(PATH, administrator, async (c) => c.json(await signOn.shown()))
    .put(PATH, administrator, limit(MAX_BODY), json(oidcBody), async (c) => {
      const body = c.req.valid("json");
      c.set("detail", `issuer ${body.issuer}`);
      await store.set(body);
      return c.json(await signOn.shown());
    })
    .delete(PATH, administrator, async (c) => {
      await store.off();
      return c.json(await signOn.shown());
    })
    .post(
      `${PATH}/test`,
      administrator,
      limit(MAX_BODY),
      json(nodeBody),
      async (c) => {
        const there = handOn(c, door, c.req.valid("json"));
        if (there) return there;
        return c.json(await signOn.test());
      },
    )
    // With the secret in it: for the other node, which has it too.
    .post(
      `${PATH}/exchange`,
      auth.requirePeer(),
      limit(MAX_EXCHANGE),
      json(oidcFileSchema),
      async (c) => c.json(await store.merge(c.req.valid("json"))),
    );
}
