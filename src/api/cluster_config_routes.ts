/** cluster.yaml as a reviewed change: text, plan, apply, history, rollback; and the other node's side of it. */
import { Hono } from "hono";
import type { Door } from "../agent/door.ts";
import type { Auth } from "./auth.ts";
import { type AuthEnv, callerName } from "./caller.ts";
import { handOn } from "./hand_on.ts";
import {
  adoptClusterBody,
  clusterApplyBody,
  clusterRollbackBody,
  planBody,
} from "./config_schemas.ts";
import { nodeQuery } from "./schemas.ts";
import { json, limit, query } from "./validate.ts";

export interface ClusterConfigRouteOptions {
  readonly auth: Auth;
  readonly door: Pick<Door, "isPeer" | "forward" | "clusterConfig">;
}

const PATH = "/api/cluster/config";
/** The longest that is read, escaped. */
const MAX_BODY = 1024 * 1024;

export function clusterConfigRoutes(
  { auth, door }: ClusterConfigRouteOptions,
) {
  const administrator = auth.requireUser("administrator");
  const { clusterConfig: config } = door;
  const small = limit(MAX_BODY);

  return new Hono<AuthEnv>()
    .get(
      PATH,
      administrator,
      query(nodeQuery),
      async (c) =>
        handOn(c, door, c.req.valid("query")) ?? c.json(await config.files()),
    )
    .post(
      `${PATH}/plan`,
      administrator,
      small,
      json(planBody),
      async (c) => c.json(await config.plan(c.req.valid("json"))),
    )
    .put(PATH, administrator, small, json(clusterApplyBody), async (c) => {
      const { edits, base, note } = c.req.valid("json");
      const by = callerName(c.var.caller);
      return c.json(await config.apply({ edits, base }, { by, note }));
    })
    .get(
      `${PATH}/history`,
      administrator,
      async (c) => c.json({ revisions: await config.history() }),
    )
    .post(
      `${PATH}/rollback`,
      administrator,
      small,
      json(clusterRollbackBody),
      async (c) => {
        const { revision, note } = c.req.valid("json");
        c.set("detail", revision === undefined ? "" : `to ${revision}`);
        return c.json(
          await config.apply({ revision }, {
            by: callerName(c.var.caller),
            note: note ??
              (revision === undefined ? "rolled back" : `as ${revision} was`),
          }),
        );
      },
    )
    .put(
      `${PATH}/adopt`,
      auth.requirePeer(),
      small,
      json(adoptClusterBody),
      async (c) => {
        const { content, revision } = c.req.valid("json");
        if (!revision) {
          c.set("changesNothing", true);
          return c.json(await config.ready(content));
        }
        c.set("detail", `configuration ${revision.number}`);
        await config.adopt(content, revision);
        return c.json({ ok: true });
      },
    );
}
