/** Bodies of strangers, who could keep a connection for good with one that never ends: there are only so many. */
import { ApiError } from "./error.ts";

const LATE_MS = 10_000;

/** A short body, when it comes in time; else ApiError: it is answered, and the connection is closed as one that is idle. */
export async function soon<T>(
  read: Promise<T>,
  lateMs = LATE_MS,
): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new ApiError(400, "too-slow", "The body did not come")),
    lateMs,
  );
  try {
    return await Promise.race([read, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
