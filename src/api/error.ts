/** Refusals: HTTP status, a word for programs, a line for people, and what to do about it. One shape everywhere. */
import { z } from "zod";
import { remedyOf } from "./remedies.ts";

export const errorSchema = z.strictObject({
  error: z.strictObject({
    code: z.string().regex(/^[a-z][a-z-]{1,39}$/).describe("For programs"),
    message: z.string().describe("What was wrong, one line"),
    remedy: z.string().min(1).describe("What to do, one line"),
  }),
});
export type ErrorBody = z.infer<typeof errorSchema>;

export type ErrorStatus =
  | 400
  | 401
  | 403
  | 404
  | 409
  | 413
  | 429
  | 500
  | 502
  | 503;

export class ApiError extends Error {
  override readonly name = "ApiError";
  /** Where the message does not say it already; else the code's own remedy. */
  readonly remedy: string | undefined;
  constructor(
    readonly status: ErrorStatus,
    readonly code: string,
    message: string,
    { remedy, ...options }: ErrorOptions & { readonly remedy?: string } = {},
  ) {
    super(message, options);
    this.remedy = remedy;
  }
}

/** The body of every refusal. */
export function errorBody(
  code: string,
  message: string,
  remedy: string = remedyOf(code),
): ErrorBody {
  return { error: { code, message, remedy } };
}
