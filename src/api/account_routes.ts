/** Users and API keys: their administrator's, one's own password, and the exchange with the other node. */
import { Hono } from "hono";
import type { AccountStore } from "./accounts.ts";
import { accountsSchema } from "./accounts_file.ts";
import type { Auth } from "./auth.ts";
import type { AuthEnv } from "./caller.ts";
import { endedSchema } from "./ended_sessions.ts";
import { ApiError } from "./error.ts";
import {
  changedUserBody,
  nameParams,
  newKeyBody,
  newUserBody,
  ownPasswordBody,
} from "./account_schemas.ts";
import { json, limit, params } from "./validate.ts";

const MAX_BODY = 4096;
/** All users and keys, with their hashes. */
const MAX_ACCOUNTS = 1024 * 1024;

export function accountRoutes(auth: Auth) {
  const viewer = auth.requireUser("viewer");
  const administrator = auth.requireUser("administrator");
  const small = limit(MAX_BODY);
  const { accounts } = auth;

  return new Hono<AuthEnv>()
    .get("/api/me", viewer, (c) => {
      const { caller } = c.var;
      const name = "name" in caller ? caller.name : caller.kind;
      return c.json({ name, role: caller.role, kind: caller.kind });
    })
    .post(
      "/api/me/password",
      viewer,
      small,
      json(ownPasswordBody),
      async (c) => {
        const { caller } = c.var;
        if (caller.kind !== "user" || caller.guest) {
          const who = caller.kind === "user"
            ? "a user of single sign-on"
            : caller.kind;
          throw new ApiError(
            409,
            "refused",
            `You are ${who}, which has no password here: expected a user who logged in with one`,
            { remedy: 'Say "hakit user password NAME"' },
          );
        }
        const body = c.req.valid("json");
        const result = await auth.changePassword(c, {
          name: caller.name,
          ...body,
        });
        switch (result.kind) {
          case "in":
            return c.json({ ok: true as const });
          case "wrong":
            throw new ApiError(403, "wrong-login", "The old password is wrong");
          case "wait":
            c.header("Retry-After", String(result.seconds));
            throw new ApiError(
              429,
              "wait",
              `Too many attempts: wait ${result.seconds} s`,
            );
          default:
            return result satisfies never;
        }
      },
    )
    .get(
      "/api/users",
      administrator,
      async (c) => c.json(await users(accounts)),
    )
    .post("/api/users", administrator, small, json(newUserBody), async (c) => {
      const user = c.req.valid("json");
      c.set("detail", `${user.name} as ${user.role}`);
      await accounts.addUser(user);
      return c.json(await users(accounts), 201);
    })
    .put(
      "/api/users/:name",
      administrator,
      small,
      params(nameParams),
      json(changedUserBody),
      async (c) => {
        const { name } = c.req.valid("param");
        const { role, password } = c.req.valid("json");
        c.set("detail", role ? `role ${role}` : "password");
        if (role) await accounts.setRole(name, role);
        if (password) await accounts.setPassword(name, password);
        return c.json(await users(accounts));
      },
    )
    .delete(
      "/api/users/:name",
      administrator,
      params(nameParams),
      async (c) => {
        await accounts.removeUser(c.req.valid("param").name);
        return c.json(await users(accounts));
      },
    )
    .get("/api/keys", administrator, async (c) => c.json(await keys(accounts)))
    .post("/api/keys", administrator, small, json(newKeyBody), async (c) => {
      const { name, role } = c.req.valid("json");
      c.set("detail", `${name} as ${role}`);
      const key = await accounts.addKey(name, role);
      c.header("Cache-Control", "no-store");
      return c.json({ name, key }, 201);
    })
    .delete("/api/keys/:name", administrator, params(nameParams), async (c) => {
      await accounts.removeKey(c.req.valid("param").name);
      return c.json(await keys(accounts));
    })
    // With the hashes in it: for the other node, which has them too.
    .post(
      "/api/accounts",
      auth.requirePeer(),
      limit(MAX_ACCOUNTS),
      json(accountsSchema),
      async (c) => c.json(await accounts.merge(c.req.valid("json"))),
    )
    .post(
      "/api/sessions/ended",
      auth.requirePeer(),
      limit(MAX_ACCOUNTS),
      json(endedSchema),
      async (c) => {
        const { ended } = auth.sessions;
        return c.json(await ended.merge(c.req.valid("json"), Date.now()));
      },
    );
}

async function users(accounts: AccountStore) {
  const users = await accounts.users();
  return { users: users.map(({ name, role }) => ({ name, role })) };
}

async function keys(accounts: AccountStore) {
  const keys = await accounts.keys();
  return {
    keys: keys.map(({ name, role, created }) => ({ name, role, created })),
  };
}
