/**
 * Who may do what. Root on this machine comes by the unix socket, the peer by its certificate, people by a session. Each server says
 * in `c.env.connection` how the request came; a request without that word is a stranger's.
 */
import type { Context, MiddlewareHandler } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import { createMiddleware } from "hono/factory";
import { timingSafeEqual } from "node:crypto";
import { Buffer } from "node:buffer";
import { ROLES, type User, type UserRole } from "./accounts_file.ts";
import { AccountStore } from "./accounts.ts";
import {
  type AuthEnv,
  BY_HEADER,
  type Caller,
  isLocal,
  nameFromPeer,
  originOf,
  ROLE_HEADER,
  roleFromPeer,
} from "./caller.ts";
import {
  Attempts,
  type AttemptsOptions,
  type Vouched,
  type Wait,
} from "./attempts.ts";
import { errorBody } from "./error.ts";
import { gate } from "./gate.ts";
import { messageOf } from "../system/message.ts";
import { stampOf, verifyPassword } from "./passwords.ts";
import { type Session, Sessions, type SessionsOptions } from "./sessions.ts";
import { useLoginLink } from "./users.ts";

export { createLoginLink, createUser, readUsers } from "./users.ts";
export type { User, UserRole } from "./users.ts";
export type { AuthEnv, Caller, Connection } from "./caller.ts";

export type Credentials =
  | { readonly name: string; readonly password: string }
  | { readonly once: string };

export type LoginResult =
  | { readonly kind: "in"; readonly name: string; readonly role: UserRole }
  | { readonly kind: "wrong" }
  | Wait;

/** "__Host-" makes browsers refuse the cookie without Secure, with a Domain, or from another path. */
export const COOKIE = "__Host-hakit";
export const CSRF_HEADER = "x-hakit-csrf";
/** Of what a page asks by itself, again and again. */
const UNASKED_HEADER = "x-hakit-unasked";
/** How often an event stream looks whether its session is still good. */
const STREAM_CHECK_MS = 5_000;

export interface AuthOptions extends Omit<AttemptsOptions, "now"> {
  readonly usersFile: string;
  /** The stamp by which an issuer's word counts now; null: none does. */
  readonly vouching?: () => Promise<string | null>;
  readonly sessions?: SessionsOptions;
  readonly now?: () => number;
  readonly streamCheckMs?: number;
}

export class Auth {
  readonly accounts: AccountStore;
  readonly #options: AuthOptions;
  readonly #now: () => number;
  readonly sessions: Sessions;
  readonly #attempts: Attempts;

  constructor(options: AuthOptions) {
    this.#options = options;
    this.sessions = new Sessions(options.sessions);
    this.accounts = new AccountStore(options.usersFile);
    this.#now = options.now ?? Date.now;
    this.#attempts = new Attempts({ ...options, now: this.#now });
  }

  /** Lets through callers with this role or a higher one; others get 401 or 403. Sets `c.var.caller`. */
  requireUser(role: UserRole): MiddlewareHandler<AuthEnv> {
    return createMiddleware<AuthEnv>(async (c, next) => {
      const caller = await this.caller(c);
      if (!caller) {
        return refuse(c, 401, "login-required", "Log in first");
      }
      if (ROLES.indexOf(caller.role) < ROLES.indexOf(role)) {
        const what =
          `"${c.req.path}" needs role ${role}, you are ${caller.role}`;
        return refuse(c, 403, "forbidden", what);
      }
      if (caller.kind === "user" && !isSafe(c) && !carriesCsrf(c, caller)) {
        const what = `The request lacks the page's token: reload the page`;
        return refuse(c, 403, "csrf", what);
      }
      await next();
      this.#endWithCaller(c);
    });
  }

  /** As requireUser(), but whoever is on this machine needs no login. */
  requireUserOrLocal(role: UserRole): MiddlewareHandler<AuthEnv> {
    const required = this.requireUser(role);
    return (c, next) => isLocal(c.env?.connection) ? next() : required(c, next);
  }

  /** The other node alone: what passes here is no person's business, an administrator's neither. */
  requirePeer(): MiddlewareHandler<AuthEnv> {
    return createMiddleware<AuthEnv>(async (c, next) => {
      const caller = await this.caller(c);
      if (!caller) {
        return refuse(c, 401, "login-required", "Log in first");
      }
      if (caller.kind !== "peer") {
        return refuse(c, 403, "forbidden", "This is for the other node only");
      }
      await next();
    });
  }

  /** Who asks, or null for a stranger. Sets `c.var.caller`. */
  async caller(c: Context<AuthEnv>): Promise<Caller | null> {
    const caller = await this.#identify(c);
    if (caller) c.set("caller", caller);
    return caller;
  }

  async #identify(c: Context<AuthEnv>): Promise<Caller | null> {
    const connection = c.env?.connection;
    switch (connection?.kind) {
      case "socket":
        return { kind: "root", role: "administrator" };
      case "peer":
        return {
          kind: "peer",
          role: roleFromPeer(c.req.header(ROLE_HEADER)),
          node: connection.node,
          by: nameFromPeer(c.req.header(BY_HEADER)),
        };
      case "network": {
        const bearer = c.req.header("authorization");
        if (bearer !== undefined) return await this.#keyOf(bearer);
        const cookie = getCookie(c, COOKIE);
        if (!cookie) return null;
        // A page that reconnects its event stream, or asks by itself, all night is not somebody at work.
        const touch = !c.req.path.endsWith("/events") &&
          c.req.header(UNASKED_HEADER) === undefined;
        return await this.#userOf(c, { cookie, touch });
      }
      case undefined:
        return null;
      default:
        return connection satisfies never;
    }
  }

  /** Compares, slows down guessing, and on success sets the session's cookie. */
  async login(
    c: Context<AuthEnv>,
    credentials: Credentials,
  ): Promise<LoginResult> {
    const user = await this.#match(c, credentials);
    if (user === null) return { kind: "wrong" };
    if ("seconds" in user) return user;
    // The id is new at every login: one planted in the browser before is worth nothing.
    await this.logout(c);
    await this.#open(c, { name: user.name, stamp: stampOf(user), guest: null });
    return { kind: "in", name: user.name, role: user.role };
  }

  /** Lets in whom an issuer vouches for; slowed down and told as a login by password is. */
  async vouch<T extends Vouched>(
    c: Context<AuthEnv>,
    ask: () => Promise<T>,
  ): Promise<T | Wait> {
    const vouched: Vouched & T | Wait = await this.#attempts.vouch(
      originOf(c.env?.connection),
      ask,
    );
    if (vouched.kind === "in") {
      const { name, role, stamp, until } = vouched;
      await this.logout(c);
      await this.#open(c, { name, stamp, guest: { role, until } });
    }
    return vouched;
  }

  /** Sets another password, if `old` is right; guessing is slowed down as at the login. The session goes on, all others end. */
  async changePassword(
    c: Context<AuthEnv>,
    { name, old, password }: {
      readonly name: string;
      readonly old: string;
      readonly password: string;
    },
  ): Promise<LoginResult> {
    const credentials = { name, password: old };
    const user = await this.#match(c, credentials);
    if (user === null) return { kind: "wrong" };
    if ("seconds" in user) return user;
    await this.accounts.setPassword(name, password);
    const changed = (await this.accounts.users())
      .find((known) => known.name === name);
    if (changed && getCookie(c, COOKIE)) {
      await this.logout(c);
      await this.#open(c, { name, stamp: stampOf(changed), guest: null });
    }
    return { kind: "in", name, role: user.role };
  }

  async #open(
    c: Context<AuthEnv>,
    whose: { readonly name: string } & Pick<Session, "stamp" | "guest">,
  ): Promise<void> {
    const cookie = await this.sessions.create(whose, this.#now());
    setCookie(c, COOKIE, cookie, COOKIE_OPTIONS);
  }

  /** Ends the request's session, if it has one: for good when it resolves. */
  async logout(c: Context<AuthEnv>): Promise<void> {
    const cookie = getCookie(c, COOKIE);
    if (!cookie) return;
    deleteCookie(c, COOKIE, COOKIE_OPTIONS);
    await this.#end(cookie);
  }

  /** A full disk keeps nobody from leaving: until the agent's end it counts all the same. */
  async #end(cookie: string): Promise<void> {
    try {
      await this.sessions.end(cookie, this.#now());
    } catch (error) {
      this.#options.log?.(
        `the end of a session is not on the disk: ${messageOf(error)}`,
      );
    }
  }

  async #match(
    c: Context<AuthEnv>,
    credentials: Credentials,
  ): Promise<User | null | Wait> {
    const name = "name" in credentials ? credentials.name : null;
    const from = originOf(c.env?.connection);
    return await this.#attempts.match({ name, from }, async () => {
      if ("name" in credentials) {
        return await verifyPassword(await this.accounts.users(), credentials);
      }
      const token = credentials.once;
      const { usersFile } = this.#options;
      return await useLoginLink(usersFile, { token, now: this.#now() });
    });
  }

  async #keyOf(bearer: string): Promise<Caller | null> {
    const [, secret = ""] = /^Bearer ([\w-]{1,100})$/i.exec(bearer) ?? [];
    const key = await this.accounts.findKey(secret);
    return key ? { kind: "key", role: key.role, name: key.name } : null;
  }

  async #userOf(
    c: Context<AuthEnv>,
    { cookie, touch }: { readonly cookie: string; readonly touch: boolean },
  ): Promise<Caller | null> {
    const session = await this.sessions.find(cookie, this.#now());
    if (!session) return null;
    const caller = await this.#standing(session);
    if (!caller) {
      await this.#end(cookie);
      return null;
    }
    const renewed = touch ? this.sessions.renewed(session, this.#now()) : null;
    if (renewed !== null) setCookie(c, COOKIE, renewed, COOKIE_OPTIONS);
    return caller;
  }

  /** Who that is now; null: what was opened before is shut. */
  async #standing(session: Session): Promise<Caller | null> {
    if (session.guest) {
      const stamp = await this.#options.vouching?.() ?? null;
      // Switched off or set up anew: whom it lets in now is another question.
      if (stamp !== session.stamp) return null;
      return {
        kind: "user",
        role: session.guest.role,
        name: session.user,
        csrf: session.csrf,
        guest: true,
      };
    }
    const user = (await this.accounts.users())
      .find((known) => known.name === session.user);
    // Removed, or with another password or role.
    if (!user || stampOf(user) !== session.stamp) return null;
    return {
      kind: "user",
      role: user.role,
      name: user.name,
      csrf: session.csrf,
      guest: false,
    };
  }

  /** An event stream would outlive its session, or its key: it is cut when that ends. */
  #endWithCaller(c: Context<AuthEnv>): void {
    const type = c.res.headers.get("content-type") ?? "";
    if (c.env?.connection?.kind !== "network" || !c.res.body) return;
    if (!type.startsWith("text/event-stream")) return;
    const { body, ended, close } = gate(c.res.body);
    let looking = false;
    const timer = setInterval(async () => {
      if (looking) return;
      looking = true;
      const good = await this.#identify(c).catch(() => null);
      looking = false;
      if (!good) close();
    }, this.#options.streamCheckMs ?? STREAM_CHECK_MS);
    this.#watched++;
    ended.finally(() => {
      clearInterval(timer);
      this.#watched--;
    });
    c.res = new Response(body, c.res);
  }

  #watched = 0;
  /** Event streams whose caller is looked at again and again. */
  get watched(): number {
    return this.#watched;
  }
}

const COOKIE_OPTIONS = {
  path: "/",
  httpOnly: true,
  secure: true,
  sameSite: "Strict",
} as const;

function isSafe(c: Context): boolean {
  return c.req.method === "GET" || c.req.method === "HEAD";
}

function carriesCsrf(c: Context, { csrf }: Pick<Session, "csrf">): boolean {
  const expected = Buffer.from(csrf);
  const actual = Buffer.from(c.req.header(CSRF_HEADER) ?? "");
  return expected.length === actual.length &&
    timingSafeEqual(expected, actual);
}

function refuse(c: Context, status: 401 | 403, code: string, message: string) {
  return c.json(errorBody(code, message), status);
}
