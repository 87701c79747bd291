/** What there is of modules: the list, logs, figures, resources, scripts; installing and removing. What is done with one: src/api/module_command_routes.ts. */
import { Hono } from "hono";
import type { Door } from "../agent/door.ts";
import { MAX_ARCHIVE } from "../module/archive.ts";
import type { Auth } from "./auth.ts";
import { type AuthEnv, callerName, staysHere } from "./caller.ts";
import { handOn } from "./hand_on.ts";
import { installQuery, moduleParams, scriptParams } from "./module_schemas.ts";
import { LINES, localQuery, logQuery, nodeQuery } from "./schemas.ts";
import { limit, params, query } from "./validate.ts";

export interface ModuleRouteOptions {
  readonly auth: Auth;
  readonly door: Pick<
    Door,
    | "isPeer"
    | "forward"
    | "modules"
    | "log"
    | "figures"
    | "resources"
    | "scripts"
    | "script"
    | "verification"
  >;
}

export function moduleRoutes({ auth, door }: ModuleRouteOptions) {
  const viewer = auth.requireUser("viewer");
  const administrator = auth.requireUser("administrator");
  const one = "/api/modules/:module";
  return new Hono<AuthEnv>()
    .get("/api/modules", viewer, async (c) => {
      // Variables, checkers' addresses and arguments may hold passwords of services: not for everybody who may look.
      const modules = await door.modules.list();
      const all = c.var.caller.role === "administrator";
      return c.json({ modules: all ? modules : modules.map(withoutSecrets) });
    })
    .put(
      one,
      administrator,
      limit(MAX_ARCHIVE),
      params(moduleParams),
      query(installQuery),
      async (c) => {
        const { module } = c.req.valid("param");
        const archive = new Uint8Array(await c.req.arrayBuffer());
        const { local, alone } = c.req.valid("query");
        return c.json(
          await door.modules.install(module, archive, {
            local: staysHere(c.var.caller, local),
            alone: alone === "1",
            by: callerName(c.var.caller),
          }),
        );
      },
    )
    .delete(
      one,
      administrator,
      params(moduleParams),
      query(localQuery),
      async (c) => {
        const { module } = c.req.valid("param");
        const local = staysHere(c.var.caller, c.req.valid("query").local);
        return c.json(await door.modules.remove(module, { local }));
      },
    )
    .get(
      "/api/modules/:module/archive",
      administrator,
      params(moduleParams),
      async (c) => {
        const archive = await door.modules.archive(c.req.valid("param").module);
        return c.body(archive, 200, { "content-type": "application/x-tar" });
      },
    )
    .get(
      "/api/modules/:module/log",
      viewer,
      params(moduleParams),
      query(logQuery),
      async (c) => {
        const { module } = c.req.valid("param");
        const wish = c.req.valid("query");
        return handOn(c, door, wish) ??
          c.json({ lines: await door.log(module, wish.lines ?? LINES) });
      },
    )
    .get(
      "/api/modules/:module/figures",
      viewer,
      params(moduleParams),
      query(nodeQuery),
      (c) =>
        handOn(c, door, c.req.valid("query")) ??
          c.json(door.figures(c.req.valid("param").module)),
    )
    .get(
      "/api/modules/:module/resources",
      viewer,
      params(moduleParams),
      query(nodeQuery),
      (c) =>
        handOn(c, door, c.req.valid("query")) ??
          c.json({ resources: door.resources(c.req.valid("param").module) }),
    )
    .get(
      "/api/modules/:module/verify",
      viewer,
      params(moduleParams),
      query(nodeQuery),
      (c) =>
        handOn(c, door, c.req.valid("query")) ??
          c.json(door.verification(c.req.valid("param").module)),
    )
    .get(
      "/api/modules/:module/scripts",
      viewer,
      params(moduleParams),
      query(nodeQuery),
      async (c) =>
        handOn(c, door, c.req.valid("query")) ??
          c.json({ files: await door.scripts(c.req.valid("param").module) }),
    )
    .get(
      "/api/modules/:module/scripts/:file",
      viewer,
      params(scriptParams),
      query(nodeQuery),
      async (c) => {
        const { module, file } = c.req.valid("param");
        return handOn(c, door, c.req.valid("query")) ??
          c.json({ text: await door.script(module, file) });
      },
    );
}

/** What a module is, of what it is given nothing. */
function withoutSecrets(
  info: Awaited<ReturnType<Door["modules"]["list"]>>[number],
) {
  if (!info.module) return info;
  const { name, title, mode, directories } = info.module;
  return { ...info, module: { name, title, mode, directories } };
}
