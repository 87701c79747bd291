/** The way in by single sign-on: to the issuer and back. Where it is not set up there is no such page. */
import { type Context, Hono } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import type { Auth, AuthEnv } from "../api/auth.ts";
import { hostOf, isOwnOrigin } from "../api/origin.ts";
import { BACK } from "../oidc/places.ts";
import { ROUND_MS } from "../oidc/round.ts";
import type { SignOn } from "../oidc/sign_on.ts";
import { EnteredPage, LoginPage } from "./pages.tsx";
import { languageOf, ownPath, page, problem } from "./respond.ts";
import type { Texts } from "./text/en.ts";
import { texts } from "./text/texts.ts";

export interface SignOnServeOptions {
  readonly auth: Auth;
  readonly signOn: Pick<SignOn, "offer" | "begin" | "end">;
}

const COOKIE = "__Host-hakit-oidc";
/** Lax: the issuer's page leads back here, which is another site's doing. */
const COOKIE_OPTIONS = {
  path: "/",
  httpOnly: true,
  secure: true,
  sameSite: "Lax",
} as const;

const STATUS = {
  stale: 400,
  away: 503,
  denied: 401,
  noRole: 403,
  failed: 401,
} as const;

export function signOnPages({ auth, signOn }: SignOnServeOptions) {
  /** The login page again, with what went wrong: a password may still help. */
  async function again(
    c: Context<AuthEnv>,
    status: Parameters<typeof page>[2],
    say: (login: Texts["login"]) => string,
    next = "/",
  ) {
    const language = languageOf(c);
    const message = say(texts(language).login);
    const offer = await signOn.offer();
    return page(c, LoginPage({ language, message, next, offer }), status);
  }

  return new Hono<AuthEnv>()
    .get("/login/oidc", async (c) => {
      if (!await signOn.offer()) return c.notFound();
      if (!isOwnOrigin(c)) {
        return problem(c, 403, (t) => ({
          title: t.refused,
          message: t.otherSite,
        }));
      }
      const next = ownPath(c.req.query("next"));
      const host = hostOf(c);
      const begun = await signOn.begin({ host, next });
      switch (begun.kind) {
        case "off":
          return c.notFound();
        case "elsewhere":
          return again(
            c,
            400,
            (t) => t.elsewhere(String(host).slice(0, 300)),
            next,
          );
        case "away":
          return again(c, 503, (t) => t.noEntry.away, next);
        case "go":
          setCookie(c, COOKIE, begun.sealed, {
            ...COOKIE_OPTIONS,
            maxAge: ROUND_MS / 1000,
          });
          c.header("Cache-Control", "no-store");
          return c.redirect(begun.address, 303);
        default:
          return begun satisfies never;
      }
    })
    .get(BACK, async (c) => {
      if (!await signOn.offer()) return c.notFound();
      const sealed = getCookie(c, COOKIE);
      const query = new URL(c.req.url).search;
      const ended = await auth.vouch(c, () => signOn.end({ query, sealed }));
      switch (ended.kind) {
        case "wait":
          c.header("Retry-After", String(ended.seconds));
          return again(c, 429, (t) => t.wait(ended.seconds));
        case "refused": {
          deleteCookie(c, COOKIE, COOKIE_OPTIONS);
          const { reason, name } = ended;
          return again(
            c,
            STATUS[reason],
            (t) =>
              reason === "noRole" ? t.noRole(name ?? "") : t.noEntry[reason],
          );
        }
        case "in": {
          deleteCookie(c, COOKIE, COOKIE_OPTIONS);
          const next = ownPath(ended.next);
          return page(c, EnteredPage({ language: languageOf(c), next }));
        }
        default:
          return ended satisfies never;
      }
    });
}
