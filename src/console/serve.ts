/**
 * The console's routes, behind a narrow door of their own so that they are tested without an agent. What the page does goes to the
 * API's routes, the same that the CLI uses; here are pages, files, and the login form.
 */
import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { secureHeaders } from "hono/secure-headers";
import type { AuthEnv } from "../api/auth.ts";
import { hostOf, isOwnOrigin, keepsNoLogin } from "../api/origin.ts";
import { LOGIN_BODY } from "../api/login.ts";
import { credentialsSchema } from "../api/account_schemas.ts";
import { ApiError } from "../api/error.ts";
import type { ClusterState } from "../api/state.ts";
import { setCookie } from "hono/cookie";
import { assetAnswer } from "./assets.ts";
import { configPages } from "./config_serve.ts";
import { modulePages, type ModulePagesOptions } from "./module_serve.ts";
import { isLanguage, LANGUAGE_COOKIE, texts } from "./text/texts.ts";
import { auditPages, type AuditServeOptions } from "./audit_serve.ts";
import { accountPages, type AccountServeOptions } from "./account_serve.ts";
import { signOnPages, type SignOnServeOptions } from "./sign_on_serve.ts";
import { ClusterPage, LoginPage, LogPage, type PageUser } from "./pages.tsx";
import {
  formOf,
  languageOf,
  notFound,
  ownPath,
  page,
  problem,
  refusedText,
  tooMuch,
  visitor,
} from "./respond.ts";

/** Whose log, of which module. */
export interface LogPlace {
  readonly module: string;
  readonly node: string;
}

export interface ConsoleOptions
  extends
    AccountServeOptions,
    AuditServeOptions,
    ModulePagesOptions,
    SignOnServeOptions {
  /** Where it is served by HTTPS. */
  readonly port: number;
  readonly logs: {
    /** The last lines of the module's log. */
    readonly module: (
      place: LogPlace,
      lines: number,
    ) => Promise<readonly string[]>;
    /** The last lines of the agent's own log. */
    readonly agent: (node: string, lines: number) => Promise<readonly string[]>;
    /** File names of script runs, newest first. */
    readonly scripts: (place: LogPlace) => Promise<readonly string[]>;
    /** What one script run printed. */
    readonly script: (place: LogPlace, file: string) => Promise<string>;
  };
}

const SHOWN_LINES = 1000;
const SAVED_LINES = 10_000;

export function consoleRoutes(options: ConsoleOptions) {
  const { auth, signOn } = options;
  const small = bodyLimit({
    maxSize: LOGIN_BODY,
    onError: tooMuch,
  });
  return new Hono<AuthEnv>()
    .onError((error, c) =>
      error instanceof ApiError
        ? problem(c, 400, (t) => ({
          title: t.failed,
          message: refusedText(c, error),
        }))
        : problem(c, 500, (t) => ({
          title: t.failed,
          message: t.reload(error.message),
        }))
    )
    .use(secureHeaders(SECURITY))
    .get("/assets/*", (c) => assetAnswer(c.req.raw))
    .get("/login", async (c) =>
      page(
        c,
        LoginPage({
          language: languageOf(c),
          message: keepsNoLogin(c) ? byHttps(c, options) : undefined,
          once: c.req.query("once")?.slice(0, 100),
          next: ownPath(c.req.query("next")),
          offer: await signOn.offer(),
        }),
      ))
    .post("/login", small, (c) => logIn(c, options))
    .route("/", signOnPages(options))
    .post("/logout", small, async (c) => {
      const { user } = await visitor(c, auth);
      if (!user) return c.redirect("/login", 303);
      const form = await formOf(c);
      // The login page would say that the session is over, which it is not.
      if (form["csrf"] !== user.csrf) {
        return problem(c, 403, (t) => ({
          title: t.refused,
          message: t.stillIn(user.name),
        }), user);
      }
      await auth.logout(c);
      return c.redirect("/login", 303);
    })
    .get("/", async (c) => {
      const { user, away } = await visitor(c, auth);
      if (!user) return away;
      const state = await options.state();
      // Not of the page's own address: that may be a proxy's.
      const port = String(options.port);
      return page(c, ClusterPage({ state, user, port }));
    })
    .get("/modules/:module/logs", async (c) => {
      const { user, away } = await visitor(c, auth);
      if (!user) return away;
      const state = await options.state();
      const place = placeOf(c, state);
      if (!place) return missing(c, user);
      return page(
        c,
        LogPage({
          ...place,
          user,
          cluster: state.cluster,
          modules: await options.modules(),
          nodes: state.nodes.map((node) => node.name),
          ...await readLog(c, options, { ...place, most: SHOWN_LINES }),
        }),
      );
    })
    .get("/logs/agent", async (c) => {
      const { user, away } = await visitor(c, auth);
      if (!user) return away;
      const state = await options.state();
      const node = nodeOf(c, state);
      if (!node || user.role === "viewer") return missing(c, user);
      return page(
        c,
        LogPage({
          user,
          cluster: state.cluster,
          modules: await options.modules(),
          module: null,
          node,
          nodes: state.nodes.map(({ name }) => name),
          ...await readAgentLog(c, options, { node, most: SHOWN_LINES }),
        }),
      );
    })
    .get("/logs/agent/save", async (c) => {
      const { user, away } = await visitor(c, auth);
      if (!user) return away;
      const node = nodeOf(c, await options.state());
      if (!node || user.role === "viewer") return missing(c, user);
      const log = await readAgentLog(c, options, { node, most: SAVED_LINES });
      if (log.problem) return noLog(c, user, log.problem);
      return c.text(log.lines.join("\n") + "\n", 200, {
        "content-disposition": `attachment; filename="${node}-agent.log"`,
        "cache-control": "no-store",
      });
    })
    .get("/modules/:module/logs/save", async (c) => {
      const { user, away } = await visitor(c, auth);
      if (!user) return away;
      const place = placeOf(c, await options.state());
      if (!place) return missing(c, user);
      const log = await readLog(c, options, { ...place, most: SAVED_LINES });
      if (log.problem) return noLog(c, user, log.problem);
      const name = `${place.node}-${place.module}-${log.file ?? "module.log"}`;
      return c.text(log.lines.join("\n") + "\n", 200, {
        "content-disposition": `attachment; filename="${name}"`,
        "cache-control": "no-store",
      });
    })
    .get("/language", (c) => {
      const to = c.req.query("to");
      if (isLanguage(to)) {
        setCookie(c, LANGUAGE_COOKIE, to, {
          path: "/",
          sameSite: "Lax",
          secure: new URL(c.req.url).protocol === "https:",
          maxAge: 400 * 24 * 3600,
        });
      }
      const from = c.req.header("referer") ?? "";
      const page = URL.canParse(from) ? new URL(from) : null;
      const own = page?.host === (hostOf(c) ?? new URL(c.req.url).host);
      return c.redirect(
        own ? ownPath(page!.pathname + page!.search) : "/",
        303,
      );
    })
    .route("/", modulePages(options))
    .route("/", configPages(options))
    .route("/", accountPages(options))
    .route("/", auditPages(options))
    .get("*", async (c, next) => {
      // Programs get the API's own refusal, people a page that leads back.
      if (!c.req.header("accept")?.includes("text/html")) return await next();
      const { user } = await visitor(c, auth);
      return problem(c, 404, (t) => ({
        title: t.notFound,
        message: t.noPage(c.req.path.slice(0, 200)),
      }), user);
    });
}

/** Only what this page itself brings runs, only this server is asked, and no other page frames it. */
const SECURITY: Parameters<typeof secureHeaders>[0] = {
  contentSecurityPolicy: {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'"],
    imgSrc: ["'self'"],
    connectSrc: ["'self'"],
    manifestSrc: ["'self'"],
    formAction: ["'self'"],
    baseUri: ["'none'"],
    frameAncestors: ["'none'"],
  },
  // "no-referrer" would make browsers send "Origin: null" with the login form.
  referrerPolicy: "same-origin",
  // With the cluster's own authority HSTS would take away the way around an unknown certificate, for the whole host.
  strictTransportSecurity: false,
};

/** Where a login lasts, for whoever looks at a page that came without encryption. */
function byHttps(c: Context<AuthEnv>, { port }: Pick<ConsoleOptions, "port">) {
  const { hostname } = new URL(c.req.url);
  return texts(languageOf(c)).login.byHttps(`https://${hostname}:${port}`);
}

async function logIn(
  c: Context<AuthEnv>,
  { auth, signOn, port }: Pick<ConsoleOptions, "auth" | "signOn" | "port">,
) {
  if (!isOwnOrigin(c)) {
    return problem(c, 403, (t) => ({
      title: t.refused,
      message: t.otherSite,
    }));
  }
  const { next: asked, ...fields } = await formOf(c);
  const next = ownPath(typeof asked === "string" ? asked : undefined);
  const credentials = credentialsSchema.safeParse(fields);
  const language = languageOf(c);
  const said = texts(language).login;
  const offer = await signOn.offer();
  if (!credentials.success) {
    return page(
      c,
      LoginPage({ language, message: said.give, next, offer }),
      400,
    );
  }
  if (keepsNoLogin(c)) {
    const message = byHttps(c, { port });
    return page(c, LoginPage({ language, message, next, offer }), 400);
  }
  const result = await auth.login(c, credentials.data);
  const name = "name" in credentials.data ? credentials.data.name : undefined;
  switch (result.kind) {
    case "in":
      return c.redirect(next, 303);
    case "wrong": {
      const message = name === undefined ? said.usedLink : said.wrong;
      return page(
        c,
        LoginPage({ language, message, next, name, offer }),
        401,
      );
    }
    case "wait": {
      c.header("Retry-After", String(result.seconds));
      const message = said.wait(result.seconds);
      return page(
        c,
        LoginPage({ language, message, next, name, offer }),
        429,
      );
    }
    default:
      return result satisfies never;
  }
}

/** Names from the address are looked up, never used: what is not in the state does not exist. */
function placeOf(c: Context, state: ClusterState): LogPlace | null {
  const module = c.req.param("module");
  const node = nodeOf(c, state);
  const known = state.nodes.some((node) =>
    node.modules.some(({ name }) => name === module)
  );
  return node && known && module ? { module, node } : null;
}

function nodeOf(c: Context, state: ClusterState): string | null {
  const wanted = c.req.query("node");
  const node = state.nodes.find((node) =>
    wanted ? node.name === wanted : node.local
  );
  return node?.name ?? null;
}

async function readAgentLog(
  c: Context<AuthEnv>,
  { logs }: ConsoleOptions,
  { node, most }: { readonly node: string; readonly most: number },
) {
  const none = { file: null, files: [] };
  try {
    return { ...none, lines: await logs.agent(node, most), problem: null };
  } catch (error) {
    const why = refusedText(c, error);
    const problem = texts(languageOf(c)).problems.unreadable(why);
    return { ...none, lines: [], problem };
  }
}

async function readLog(
  c: Context<AuthEnv>,
  { logs }: ConsoleOptions,
  { most, ...place }: LogPlace & { readonly most: number },
) {
  const wanted = c.req.query("file") || null;
  const nothing = { file: null, files: [], lines: [] };
  const said = texts(languageOf(c)).problems;
  try {
    const files = (await logs.scripts(place)).filter(isPlainName);
    if (!wanted) {
      const lines = await logs.module(place, most);
      return { file: null, files, lines, problem: null };
    }
    if (!files.includes(wanted)) {
      return { ...nothing, files, problem: said.noScriptLog };
    }
    const lines = (await logs.script(place, wanted)).trimEnd().split("\n");
    return { file: wanted, files, lines: lines.slice(-most), problem: null };
  } catch (error) {
    const why = refusedText(c, error);
    return { ...nothing, problem: said.unreadable(why) };
  }
}

/** A file name that is no path and fits into a header. */
function isPlainName(name: string): boolean {
  return /^[A-Za-z0-9_][A-Za-z0-9_.+-]{0,200}$/.test(name);
}

function missing(c: Context<AuthEnv>, user: PageUser) {
  return notFound(c, user, "noPlace");
}

function noLog(c: Context<AuthEnv>, user: PageUser, message: string) {
  return problem(c, 404, (t) => ({ title: t.noLog, message }), user);
}
