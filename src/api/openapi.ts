/** The OpenAPI 3.1 document, made of the contract. Pure. */
import { z } from "zod";
import { ROUTES } from "./contract.ts";
import type { Access, RouteContract } from "./route_contract.ts";
import { errorSchema } from "./error.ts";

/** Of the API, not of hakit: raised when something that was there changes. */
const API_VERSION = "1";

export function openApi() {
  const paths: { [path: string]: { [method: string]: unknown } } = {};
  for (const route of ROUTES) {
    (paths[route.path] ??= {})[route.method] = operation(route);
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "hakit",
      version: API_VERSION,
      description:
        'Two servers, one service. Programs send "Authorization: Bearer KEY" with a key of "hakit key create NAME --role ROLE". Either node answers for both: "node" names the one that is meant.',
    },
    paths,
    components: {
      securitySchemes: {
        key: { type: "http", scheme: "bearer" },
        session: {
          type: "apiKey",
          in: "cookie",
          name: "__Host-hakit",
          description:
            "Changes also need the header x-hakit-csrf, with the token that stands in the page",
        },
        node: { type: "mutualTLS" },
      },
      schemas: { Error: schemaOf(errorSchema, "output") },
    },
  };
}

function operation(route: RouteContract) {
  const { access, summary, status = 200 } = route;
  return {
    operationId: operationId(route),
    summary,
    description: `Access: ${access}`,
    "x-hakit-access": access,
    security: security(access),
    parameters: [
      ...parameters(route.params, "path"),
      ...parameters(route.query, "query"),
    ],
    ...(route.body === undefined ? {} : {
      requestBody: {
        required: true,
        content: content(route.body, "input"),
      },
    }),
    responses: {
      [status]: {
        description: "Done",
        content: content(route.answer, "output"),
      },
      default: {
        description: "Refused or failed",
        content: {
          "application/json": {
            schema: { $ref: "#/components/schemas/Error" },
          },
        },
      },
    },
  };
}

/** "getModulesLog". */
function operationId({ method, path }: RouteContract): string {
  const words = path.replace(/^\/api/, "").split("/").filter(Boolean)
    .map((part) => {
      const [, name] = /^\{(.+)\}$/.exec(part) ?? [];
      const word = (name ? `by-${name}` : part).replace(/\.json$/, "");
      return word.replaceAll(
        /(^|-)([a-z])/g,
        (_, _dash, letter) => letter.toUpperCase(),
      );
    });
  return method + words.join("");
}

function security(access: Access) {
  switch (access) {
    case "everyone":
    case "secret":
      return [];
    case "peer":
      return [{ node: [] }];
    case "local":
      return [{}, { key: [] }, { session: [] }];
    default:
      return [{ key: [] }, { session: [] }];
  }
}

function parameters(object: z.ZodObject | undefined, where: "path" | "query") {
  return Object.entries(object?.shape ?? {}).map(([name, schema]) => ({
    name,
    in: where,
    required: where === "path",
    schema: schemaOf(schema as z.ZodType, "input"),
  }));
}

function content(body: z.ZodType | string, io: "input" | "output") {
  if (typeof body === "string") {
    return { [body]: { schema: { type: "string" } } };
  }
  return { "application/json": { schema: schemaOf(body, io) } };
}

function schemaOf(schema: z.ZodType, io: "input" | "output") {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    io,
    override({ jsonSchema }) {
      // What TypeScript calls readonly is not what OpenAPI does.
      delete jsonSchema.readOnly;
      // An answer may gain fields: whoever reads it must not mind.
      if (io === "output") delete jsonSchema.additionalProperties;
      // Coerced from text: nothing is known of the text but what comes out.
    },
  }) as { $schema?: string } & Record<string, unknown>;
  return rest;
}
