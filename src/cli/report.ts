/** Errors → one line and an exit code: the only such mapping of the command line. */
import { saysAlready } from "../system/message.ts";
import { UsageError } from "./command.ts";

export const EXIT = { done: 0, failed: 1, usage: 2, noAgent: 3 } as const;

export interface Failure {
  readonly line: string;
  /** What to do about it: a line of its own. */
  readonly remedy?: string;
  readonly code: number;
}

/** What to tell a person about `error`. Our own bugs keep their stack, for they must be found. */
export function report(error: unknown): Failure {
  if (!(error instanceof Error)) {
    return { line: String(error), code: EXIT.failed };
  }
  if (error instanceof UsageError || error.name === "ConfigError") {
    return told(error, error.message, EXIT.usage);
  }
  if ("code" in error && error.code === "agent-not-running") {
    return { line: error.message, code: EXIT.noAgent };
  }
  if (isOwnBug(error)) {
    return {
      line: `This is an error in hakit itself: ${error.stack}`,
      code: EXIT.failed,
    };
  }
  // Its message says what it comes from.
  const line = error.name === "ClientError" ? error.message : withCause(error);
  return told(error, line, EXIT.failed);
}

/** What an agent refused brings its remedy. */
function told(
  { remedy }: Error & { readonly remedy?: string | undefined },
  line: string,
  code: number,
): Failure {
  return remedy && !saysAlready(line, remedy)
    ? { line, remedy, code }
    : { line, code };
}

/** Names that the language itself throws; a failed fetch is a TypeError too, but has a cause. */
function isOwnBug(error: Error): boolean {
  return ["AssertionError", "ReferenceError", "RangeError"]
    .includes(error.name) ||
    error.name === "TypeError" && error.cause === undefined;
}

function withCause(error: Error): string {
  const cause = error.cause instanceof Error ? error.cause.message : null;
  return cause && !error.message.includes(cause)
    ? `${error.message} (${cause})`
    : error.message;
}
