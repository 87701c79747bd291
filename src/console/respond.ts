/** What pages of the console answer with, and who looks at them. */
import type { Context } from "hono";
import { getCookie } from "hono/cookie";
import { ROLES, type UserRole } from "../api/accounts_file.ts";
import type { Auth, AuthEnv } from "../api/auth.ts";
import { ApiError, errorBody } from "../api/error.ts";
import { soon } from "../api/soon.ts";
import { messageOf } from "../system/message.ts";
import {
  isLanguage,
  type Language,
  LANGUAGE_COOKIE,
  preferred,
  texts,
} from "./text/texts.ts";
import type { Texts } from "./text/en.ts";
import { sayIn } from "./text/phrases.ts";
import { refusalText } from "./text/refusal.ts";
import { type LoginPage, type PageUser, ProblemPage } from "./pages.tsx";

/** What the reader has chosen, or the browser asks for. */
export function languageOf(c: Context<AuthEnv>): Language {
  const chosen = getCookie(c, LANGUAGE_COOKIE);
  return isLanguage(chosen)
    ? chosen
    : preferred(c.req.header("accept-language"));
}

/** The one who looks at the page, or the way to the login. */
export async function visitor(c: Context<AuthEnv>, auth: Auth) {
  const caller = await auth.caller(c);
  if (caller?.kind === "user") {
    const { name, csrf, role, guest } = caller;
    const language = languageOf(c);
    const user: PageUser = { name, csrf, role, guest, language };
    return { user, away: null };
  }
  const { pathname, search } = new URL(c.req.url);
  const next = c.req.method === "GET" && pathname !== "/"
    ? `?next=${encodeURIComponent(pathname + search)}`
    : "";
  return { user: null, away: c.redirect(`/login${next}`, 303) };
}

/** What a form brought: nothing, where it is none. */
export async function formOf(c: Context<AuthEnv>) {
  const none: Awaited<ReturnType<typeof c.req.parseBody>> = {};
  return await soon(c.req.parseBody().catch(() => none));
}

export function page(
  c: Context<AuthEnv>,
  body: ReturnType<typeof LoginPage>,
  status: 200 | 400 | 401 | 403 | 404 | 413 | 429 | 500 | 503 = 200,
) {
  c.header("Cache-Control", "no-store");
  return c.html(`<!doctype html>${body}`, status);
}

/** What went wrong, in the reader's language. */
export function problem(
  c: Context<AuthEnv>,
  status: 400 | 403 | 404 | 413 | 500,
  say: (problems: Texts["problems"]) => {
    readonly title: string;
    readonly message: string;
  },
  user: PageUser | null = null,
) {
  const language = languageOf(c);
  const said = say(texts(language).problems);
  return page(c, ProblemPage({ ...said, language, user }), status);
}

/** What was thrown, in the reader's language: what was wrong, and below it what to do, as the API and the command do. */
export function refusedText(c: Context<AuthEnv>, error: unknown): string {
  const language = languageOf(c);
  const say = sayIn(language);
  if (!(error instanceof ApiError)) return say(messageOf(error));
  const body = errorBody(error.code, error.message, error.remedy);
  const { remedies } = texts(language);
  return refusalText(body.error, { say, remedies });
}

/** Where to go after the login: a path of this console, or its first page. */
export function ownPath(next: string | undefined): string {
  if (!next?.startsWith("/")) return "/";
  const base = "https://console.invalid";
  const url = URL.canParse(next, base) ? new URL(next, base) : null;
  // "//evil" and "/\evil" are other hosts to a browser, and "/.//evil" becomes one.
  if (url?.origin !== base) return "/";
  return url.pathname.replace(/^\/+/, "/") + url.search;
}

/** Whoever looks for what is not there. */
export function notFound(
  c: Context<AuthEnv>,
  user: PageUser,
  what: "noModule" | "noNode" | "noPlace",
) {
  return problem(
    c,
    404,
    (t) => ({ title: t.notFound, message: t[what] }),
    user,
  );
}

/** Null: the page is for this user. */
export function needs(c: Context<AuthEnv>, user: PageUser, role: UserRole) {
  if (ROLES.indexOf(user.role) >= ROLES.indexOf(role)) return null;
  return problem(c, 403, (t) => ({
    title: t.notForYou,
    message: t.needsRole(role, user.role),
  }), user);
}

/** A form that is longer than ours are. */
export function tooMuch(c: Context<AuthEnv>) {
  return problem(c, 413, (t) => ({ title: t.tooMuch, message: t.shortForm }));
}
