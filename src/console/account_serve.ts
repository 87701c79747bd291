/** Routes of the pages about people. Plain forms: they work without JavaScript, and the token in them is the page's. */
import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { z } from "zod";
import type { Auth, AuthEnv } from "../api/auth.ts";
import { userRole } from "../api/accounts_file.ts";
import { ApiError } from "../api/error.ts";
import { LOGIN_BODY } from "../api/login.ts";
import type { ClusterState } from "../api/state.ts";
import { AccountPage, type Outcome, UsersPage } from "./account_pages.tsx";
import type { PageUser } from "./pages.tsx";
import {
  formOf,
  needs,
  page,
  problem,
  refusedText,
  tooMuch,
  visitor,
} from "./respond.ts";
import type { Texts } from "./text/en.ts";
import { texts } from "./text/texts.ts";
import { answers } from "./view.ts";

export interface AccountServeOptions {
  readonly auth: Auth;
  readonly state: () => ClusterState | Promise<ClusterState>;
}

const text = z.string().max(256);
const roleForm = z.object({ name: text, role: userRole });
const passwordForm = z.object({ name: text, password: text });
const addForm = roleForm.extend({ password: text });
const ownForm = z.object({ old: text, password: text, again: text });

export function accountPages({ auth, state }: AccountServeOptions) {
  const { accounts } = auth;
  const small = bodyLimit({
    maxSize: LOGIN_BODY,
    onError: tooMuch,
  });

  /** Lets users of this role through, with what their form brought if its token is their page's. */
  async function enter(c: Context<AuthEnv>, role: PageUser["role"]) {
    const { user, away } = await visitor(c, auth);
    if (!user) return { answer: away };
    const refusal = needs(c, user, role);
    if (refusal) return { answer: refusal };
    if (c.req.method === "GET") return { user, form: {} };
    const form = await formOf(c);
    if (form["csrf"] !== user.csrf) {
      const answer = problem(c, 403, (t) => ({
        title: t.refused,
        message: t.otherPage,
      }), user);
      return { answer };
    }
    return { user, form };
  }

  async function seen() {
    const { cluster, nodes } = await state();
    const silent = nodes.find((node) => !answers(node));
    return { cluster, unheard: silent?.name ?? null };
  }

  async function usersPage(
    c: Context<AuthEnv>,
    user: PageUser,
    outcome?: Outcome,
  ) {
    const users = await accounts.users();
    const status = outcome?.kind === "failed" ? 400 : 200;
    return page(
      c,
      UsersPage({ user, ...await seen(), users, outcome }),
      status,
    );
  }

  /** One form of the users' page: checked, done, told. */
  function change<T>(
    schema: z.ZodType<T>,
    act: (form: T, c: Context<AuthEnv>, t: Texts["people"]) => Promise<string>,
  ) {
    return async (c: Context<AuthEnv>) => {
      const { user, form, answer } = await enter(c, "administrator");
      if (!user) return answer;
      const outcome = await attempt(
        c,
        async () =>
          done(
            await act(checked(schema, form), c, texts(user.language).people),
          ),
      );
      // Whoever changed or removed himself is a stranger now.
      const still = await auth.caller(c);
      if (still?.kind !== "user" || still.role !== "administrator") {
        return c.redirect("/", 303);
      }
      return await usersPage(c, user, outcome);
    };
  }

  return new Hono<AuthEnv>()
    .get("/account", async (c) => {
      const { user, answer } = await enter(c, "viewer");
      if (!user) return answer;
      return page(c, AccountPage({ user, ...await seen() }));
    })
    .post("/account/password", small, async (c) => {
      const { user, form, answer } = await enter(c, "viewer");
      if (!user) return answer;
      const t = texts(user.language).people;
      const outcome = await attempt(c, async () => {
        if (user.guest) return failed(t.noPassword);
        const { old, password, again } = checked(ownForm, form);
        if (password !== again) return failed(t.differ);
        const { name } = user;
        const result = await auth.changePassword(c, { name, old, password });
        if (result.kind === "wrong") return failed(t.wrongOld);
        if (result.kind === "wait") return failed(t.tooMany(result.seconds));
        return done(t.passwordChanged(name));
      });
      // The token of the old session's page is void with it.
      if (outcome.kind === "done") return c.redirect("/account", 303);
      return page(c, AccountPage({ user, ...await seen(), outcome }), 400);
    })
    .get("/users", async (c) => {
      const { user, answer } = await enter(c, "administrator");
      return user ? await usersPage(c, user) : answer;
    })
    .post(
      "/users/add",
      small,
      change(addForm, async (user, c, t) => {
        c.set("detail", `${user.name} as ${user.role}`);
        await accounts.addUser(user);
        return t.isNow(user.name, user.role);
      }),
    )
    .post(
      "/users/role",
      small,
      change(roleForm, async ({ name, role }, c, t) => {
        c.set("detail", `${name} role ${role}`);
        await accounts.setRole(name, role);
        return t.isNow(name, role);
      }),
    )
    .post(
      "/users/password",
      small,
      change(passwordForm, async ({ name, password }, c, t) => {
        c.set("detail", name);
        await accounts.setPassword(name, password);
        return t.passwordChanged(name);
      }),
    )
    .post(
      "/users/remove",
      small,
      change(z.object({ name: text }), async ({ name }, c, t) => {
        c.set("detail", name);
        await accounts.removeUser(name);
        return t.removed(name);
      }),
    );
}

function checked<T>(schema: z.ZodType<T>, form: unknown): T {
  const result = schema.safeParse(form);
  if (result.success) return result.data;
  const { path, message } = result.error.issues[0]!;
  throw new ApiError(400, "bad-request", `${path.join(".")}: ${message}`);
}

/** Refusals are for the page, with what to do about them; failures of ours are not. */
async function attempt(
  c: Context<AuthEnv>,
  act: () => Promise<Outcome>,
): Promise<Outcome> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return failed(refusedText(c, error));
  }
}

function done(text: string): Outcome {
  return { kind: "done", text };
}

function failed(text: string): Outcome {
  return { kind: "failed", text };
}
