/** The API's routes on the agent; their type is the client's (`hc<App>`). Who may: src/api/auth.ts. */
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { HTTPException } from "hono/http-exception";
import { validator } from "hono/validator";
import { z } from "zod";
import type { Door } from "../agent/door.ts";
import { SWITCHES } from "../agent/switches.ts";
import { MAX_ARCHIVE } from "../module/archive.ts";
import { RESOURCE_STATES } from "../rules/rule.ts";
import type { Auth, AuthEnv, Caller } from "./auth.ts";
import { ApiError } from "./error.ts";
import type { EventStreams } from "./events.ts";
import { loginRoutes } from "./login.ts";

/** Commands are a few words. */
const MAX_BODY = 16 * 1024;
const MAX_LINES = 10_000;

const nodeName = z.string().max(64).optional();
const moduleName = z.string().regex(
  /^[a-z][a-z0-9-]{0,30}$/,
  "expected the name of a module",
);
const COMMANDS = [
  "start",
  "stop",
  "restart",
  "stopstart",
  "swap",
  "prim",
  "primforce",
  "second",
] as const;

const commandParams = z.object({
  module: moduleName,
  command: z.enum(COMMANDS, `expected one of ${COMMANDS.join(", ")}`),
});
const commandBody = z.strictObject({
  node: nodeName,
  full: z.boolean().optional(),
  wait: z.boolean().optional(),
});
const moduleParams = z.object({ module: moduleName });
const scriptParams = z.object({
  module: moduleName,
  file: z.string().max(100),
});
const resourceParams = z.object({
  module: moduleName,
  resource: z.string().max(64),
});
const resourceBody = z.strictObject({
  node: nodeName,
  state: z.enum(
    RESOURCE_STATES,
    `expected one of ${RESOURCE_STATES.join(", ")}`,
  ),
});
const switchParams = z.object({
  module: moduleName,
  name: z.enum(SWITCHES, `expected one of ${SWITCHES.join(", ")}`),
});
const switchBody = z.strictObject({
  node: nodeName,
  value: z.enum(["on", "off"], "expected on or off"),
});
const nodeQuery = z.object({ node: nodeName });
const logQuery = z.object({
  node: nodeName,
  lines: z.coerce.number().int().min(1).max(MAX_LINES).optional(),
});
const localQuery = z.object({ local: z.literal("1").optional() });

export interface AppOptions {
  readonly door: Door;
  readonly auth: Auth;
  readonly streams: EventStreams;
}

export type App = ReturnType<typeof createApp>;

export function createApp({ door, auth, streams }: AppOptions) {
  const viewer = auth.requireUser("viewer");
  const operator = auth.requireUser("operator");
  const administrator = auth.requireUser("administrator");
  const small = limit(MAX_BODY);

  return new Hono<AuthEnv>()
    .onError((error, c) => {
      if (error instanceof ApiError) {
        return c.json(
          { error: { code: error.code, message: error.message } },
          error.status,
        );
      }
      const message = error instanceof Error ? error.message : String(error);
      // Hono's own refusals: a body that is no JSON.
      if (error instanceof HTTPException) {
        return c.json(
          { error: { code: "bad-request", message } },
          error.status,
        );
      }
      return c.json({ error: { code: "failed", message } }, 500);
    })
    .notFound((c) => {
      const message = `Nothing is at "${c.req.path.slice(0, 200)}"`;
      return c.json({ error: { code: "not-found", message } }, 404);
    })
    .get("/api/ping", viewer, (c) => c.json({ ok: true }))
    .get("/api/state", viewer, (c) => c.json(door.state()))
    .get("/api/events", viewer, (c) => streams.serve(c))
    .get("/api/modules", viewer, async (c) => {
      // Variables may be passwords of services: not for everybody who may look.
      const modules = await door.modules.list();
      const all = c.var.caller.role === "administrator";
      return c.json({ modules: all ? modules : modules.map(withoutVariables) });
    })
    .get(
      "/api/modules/:module/log",
      viewer,
      params(moduleParams),
      query(logQuery),
      async (c) => {
        const { module } = c.req.valid("param");
        const { node, lines = 100 } = c.req.valid("query");
        if (door.isPeer(node)) {
          return door.forward(`/api/modules/${module}/log?lines=${lines}`, {
            method: "GET",
          });
        }
        return c.json({ lines: await door.log(module, lines) });
      },
    )
    .get(
      "/api/modules/:module/resources",
      viewer,
      params(moduleParams),
      query(nodeQuery),
      (c) => {
        const { module } = c.req.valid("param");
        if (door.isPeer(c.req.valid("query").node)) {
          return door.forward(`/api/modules/${module}/resources`, {
            method: "GET",
          });
        }
        return c.json({ resources: door.resources(module) });
      },
    )
    .put(
      "/api/modules/:module/resources/:resource",
      operator,
      small,
      params(resourceParams),
      json(resourceBody),
      (c) => {
        const { module, resource } = c.req.valid("param");
        const { node, state } = c.req.valid("json");
        if (door.isPeer(node)) {
          return door.forward(`/api/modules/${module}/resources/${resource}`, {
            method: "PUT",
            body: JSON.stringify({ state }),
            type: "application/json",
          });
        }
        const by = nameOf(c.var.caller);
        return c.json({
          resources: door.setResource(module, { resource, state, by }),
        });
      },
    )
    .put(
      "/api/modules/:module/switches/:name",
      operator,
      small,
      params(switchParams),
      json(switchBody),
      async (c) => {
        const { module, name } = c.req.valid("param");
        const { node, value } = c.req.valid("json");
        if (door.isPeer(node)) {
          return door.forward(`/api/modules/${module}/switches/${name}`, {
            method: "PUT",
            body: JSON.stringify({ value }),
            type: "application/json",
          });
        }
        const by = nameOf(c.var.caller);
        return c.json(await door.setSwitch(module, { name, value, by }));
      },
    )
    .get(
      "/api/modules/:module/scripts",
      viewer,
      params(moduleParams),
      query(nodeQuery),
      async (c) => {
        const { module } = c.req.valid("param");
        if (door.isPeer(c.req.valid("query").node)) {
          return door.forward(`/api/modules/${module}/scripts`, {
            method: "GET",
          });
        }
        return c.json({ files: await door.scripts(module) });
      },
    )
    .get(
      "/api/modules/:module/scripts/:file",
      viewer,
      params(scriptParams),
      query(nodeQuery),
      async (c) => {
        const { module, file } = c.req.valid("param");
        if (door.isPeer(c.req.valid("query").node)) {
          const name = encodeURIComponent(file);
          return door.forward(`/api/modules/${module}/scripts/${name}`, {
            method: "GET",
          });
        }
        return c.json({ text: await door.script(module, file) });
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
    .post(
      "/api/modules/:module/:command",
      operator,
      small,
      params(commandParams),
      json(commandBody),
      async (c) => {
        const { module, command } = c.req.valid("param");
        const { node, ...body } = c.req.valid("json");
        const { caller } = c.var;
        // What may destroy newer data needs more than the right to start and stop.
        if (
          caller.role !== "administrator" &&
          (command === "prim" || command === "primforce" || body.full)
        ) {
          throw new ApiError(
            403,
            "forbidden",
            `"${command}" needs role administrator, you are ${caller.role}`,
          );
        }
        if (door.isPeer(node)) {
          return door.forward(`/api/modules/${module}/${command}`, {
            method: "POST",
            body: JSON.stringify(body),
            type: "application/json",
          });
        }
        return c.json(
          await door.command({
            module,
            command,
            full: body.full ?? false,
            wait: body.wait ?? false,
            by: nameOf(caller),
          }),
        );
      },
    )
    .put(
      "/api/modules/:module",
      administrator,
      limit(MAX_ARCHIVE),
      params(moduleParams),
      query(localQuery),
      async (c) => {
        const { module } = c.req.valid("param");
        const archive = new Uint8Array(await c.req.arrayBuffer());
        const local = isLocal(c.var.caller, c.req.valid("query").local);
        return c.json(await door.modules.install(module, archive, { local }));
      },
    )
    .delete(
      "/api/modules/:module",
      administrator,
      params(moduleParams),
      query(localQuery),
      async (c) => {
        const { module } = c.req.valid("param");
        const local = isLocal(c.var.caller, c.req.valid("query").local);
        return c.json(await door.modules.remove(module, { local }));
      },
    )
    .route("/", loginRoutes(auth));
}

/** Handed on by the peer, or wanted so by root: not handed back. */
function isLocal(caller: Caller, local: "1" | undefined): boolean {
  return caller.kind === "peer" || local === "1";
}

function nameOf(caller: Caller): string {
  switch (caller.kind) {
    case "root":
      return "root";
    case "peer":
      return `node ${caller.node}`;
    case "user":
      return `user ${caller.name}`;
    default:
      return caller satisfies never;
  }
}

function withoutVariables(
  info: Awaited<ReturnType<Door["modules"]["list"]>>[number],
) {
  if (!info.module) return info;
  return { ...info, module: { ...info.module, variables: {} } };
}

function limit(maxSize: number) {
  return bodyLimit({
    maxSize,
    onError: () => {
      throw new ApiError(
        413,
        "too-large",
        `The request is larger than ${maxSize} bytes`,
      );
    },
  });
}

function check<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  const where = issue.path.length === 0 ? "" : `${issue.path.join(".")}: `;
  throw new ApiError(400, "bad-request", `${where}${issue.message}`);
}

function params<T>(schema: z.ZodType<T>) {
  return validator("param", (value) => check(schema, value));
}

function query<T>(schema: z.ZodType<T>) {
  return validator("query", (value) => check(schema, value));
}

/** An empty body is an empty object; anything else must be JSON. */
function json<T>(schema: z.ZodType<T>) {
  return validator("json", async (value, c) => {
    if (value && Object.keys(value).length > 0) return check(schema, value);
    const text = await c.req.text();
    if (text.trim() === "") return check(schema, {});
    try {
      return check(schema, JSON.parse(text));
    } catch (error) {
      if (error instanceof ApiError) throw error;
      throw new ApiError(400, "bad-request", "The body is no JSON", {
        cause: error,
      });
    }
  });
}
