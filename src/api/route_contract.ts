/** What is said of one route. */
import type { z } from "zod";
import type { UserRole } from "./accounts_file.ts";

/**
 * everyone: no login. local: without login from this machine, else a viewer's. secret: the one-time secret in the body is the login.
 * peer: the other node by its certificate. A role: whoever has it or a higher one.
 */
export type Access = UserRole | "everyone" | "local" | "secret" | "peer";

export interface RouteContract {
  readonly method: "get" | "post" | "put" | "delete";
  /** As OpenAPI writes it: "/api/users/{name}". */
  readonly path: string;
  readonly summary: string;
  readonly access: Access;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  /** A schema of JSON, or another media type. */
  readonly body?: z.ZodType | string;
  readonly status?: 200 | 201;
  readonly answer: z.ZodType | string;
}
