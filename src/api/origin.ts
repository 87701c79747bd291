/** What a browser says of the page that asks. */
import type { Context } from "hono";
import type { AuthEnv } from "./caller.ts";

/** As the browser wrote it: a proxy may ask by another name. */
export function hostOf(c: Context<AuthEnv>): string | undefined {
  const connection = c.env?.connection;
  const shown = connection?.kind === "network" ? connection.host : undefined;
  return shown ?? c.req.header("host");
}

/** A form posted by another site's page must not log its visitor in (or guess for it). */
export function isOwnOrigin(c: Context<AuthEnv>): boolean {
  const site = c.req.header("sec-fetch-site");
  if (site !== undefined && site !== "same-origin" && site !== "none") {
    return false;
  }
  const origin = c.req.header("origin");
  if (origin === undefined) return true;
  return URL.canParse(origin) &&
    new URL(origin).host === hostOf(c);
}

/** A page that came without encryption from another machine: browsers drop the session's cookie there, and say nothing. */
export function keepsNoLogin(c: Context): boolean {
  // With a form the browser says which address it shows: a proxy in front may speak HTTPS to it. Anybody may say so: it is his own login.
  const shown = c.req.header("origin") ??
    (c.req.header("x-forwarded-proto") === "https" ? "" : c.req.url);
  if (!URL.canParse(shown)) return false;
  const { protocol, hostname } = new URL(shown);
  const here = hostname === "[::1]" || hostname.startsWith("127.") ||
    /(^|\.)localhost$/.test(hostname);
  return protocol === "http:" && !here;
}
