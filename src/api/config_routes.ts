/** A module's configuration as a reviewed change: files, plan, apply, history, rollback; and the other node's side of it. */
import { Hono } from "hono";
import type { Door } from "../agent/door.ts";
import { MAX_ARCHIVE } from "../module/archive.ts";
import type { Auth } from "./auth.ts";
import { type AuthEnv, callerName } from "./caller.ts";
import { ApiError } from "./error.ts";
import {
  adoptQuery,
  applyBody,
  planBody,
  rollbackBody,
} from "./config_schemas.ts";
import { moduleParams } from "./module_schemas.ts";
import { json, limit, params, query } from "./validate.ts";

export interface ConfigOptions {
  readonly auth: Auth;
  readonly door: Pick<Door, "modules">;
}

/** JSON of the largest folder, escaped. */
const MAX_EDITS = 2 * MAX_ARCHIVE;

export function configRoutes({ auth, door: { modules } }: ConfigOptions) {
  const administrator = auth.requireUser("administrator");
  const edits = limit(MAX_EDITS);
  const small = limit(16 * 1024);

  return new Hono<AuthEnv>()
    .get(
      "/api/modules/:module/config",
      administrator,
      params(moduleParams),
      async (c) => c.json(await modules.files(c.req.valid("param").module)),
    )
    .post(
      "/api/modules/:module/config/plan",
      administrator,
      edits,
      params(moduleParams),
      json(planBody),
      async (c) =>
        c.json(
          await modules.plan(c.req.valid("param").module, c.req.valid("json")),
        ),
    )
    .put(
      "/api/modules/:module/config",
      administrator,
      edits,
      params(moduleParams),
      json(applyBody),
      async (c) => {
        const { edits, base, note, alone = false } = c.req.valid("json");
        c.set("detail", edits.map(({ path }) => path).join(" ").slice(0, 200));
        return c.json(
          await modules.apply(c.req.valid("param").module, { edits, base }, {
            by: callerName(c.var.caller),
            note,
            alone,
          }),
        );
      },
    )
    .get(
      "/api/modules/:module/config/history",
      administrator,
      params(moduleParams),
      async (c) => {
        const { module } = c.req.valid("param");
        return c.json({ revisions: await modules.history(module) });
      },
    )
    .post(
      "/api/modules/:module/config/rollback",
      administrator,
      small,
      params(moduleParams),
      json(rollbackBody),
      async (c) => {
        const { revision, note, alone = false } = c.req.valid("json");
        c.set("detail", revision === undefined ? "" : `to ${revision}`);
        return c.json(
          await modules.apply(c.req.valid("param").module, { revision }, {
            by: callerName(c.var.caller),
            note: note ??
              (revision === undefined ? "rolled back" : `as ${revision} was`),
            alone,
          }),
        );
      },
    )
    .put(
      "/api/modules/:module/config/adopt",
      auth.requirePeer(),
      limit(MAX_ARCHIVE),
      params(moduleParams),
      query(adoptQuery),
      async (c) => {
        const { module } = c.req.valid("param");
        const { ready, ...revision } = c.req.valid("query");
        const archive = new Uint8Array(await c.req.arrayBuffer());
        if (ready) {
          c.set("changesNothing", true);
          return c.json(await modules.ready(module, archive));
        }
        const { number, at, by, note } = revision;
        if (!number || !at || by === undefined || note === undefined) {
          throw new ApiError(
            400,
            "bad-request",
            "expected ready or a revision",
          );
        }
        c.set("detail", `configuration ${number}`);
        await modules.adopt(module, archive, { number, at, by, note });
        return c.json({ ok: true });
      },
    );
}
