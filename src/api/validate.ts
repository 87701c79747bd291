/** Checks of what a request brings: refused with one line that says where and why. */
import { bodyLimit } from "hono/body-limit";
import { validator } from "hono/validator";
import type { z } from "zod";
import { ApiError } from "./error.ts";

/** Larger bodies get 413. */
export function limit(maxSize: number) {
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

export function params<T>(schema: z.ZodType<T>) {
  return validator("param", (value) => check(schema, value));
}

export function query<T>(schema: z.ZodType<T>) {
  return validator("query", (value) => check(schema, value));
}

/** An empty body is an empty object; anything else must be JSON. */
export function json<T>(schema: z.ZodType<T>) {
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
