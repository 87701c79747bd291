/** One question to the API, as the page's user. */
import { refusalText } from "../text/refusal.ts";
import { say } from "./said.ts";
import { words } from "./words.ts";

export type Answer<T> =
  | { readonly ok: true; readonly value: T }
  | Refusal;

export interface Refusal {
  readonly ok: false;
  readonly code: string;
  readonly message: string;
  /** What to do about it; null: the message says it. */
  readonly remedy: string | null;
}

/** In the page's language, in two lines: what was wrong, and below it what to do. */
export function refusedText(
  refusal: Pick<Refusal, "message" | "remedy">,
): string {
  return refusalText(refusal, { say, remedies: words().remedies });
}

/** Why a node's part of a page is missing: its silence is the other node's word, and no other refusal is one. */
export function missedText(node: string, refusal: Refusal): string {
  return refusal.code === "peer-not-reachable"
    ? words().timeline.away(node)
    : refusedText(refusal);
}

export interface AskOptions {
  readonly method?: "GET" | "POST" | "PUT" | "DELETE";
  /** JSON, or bytes as they are. */
  readonly body?: unknown;
  readonly timeoutMs?: number;
  /** Of the page itself: a tab that nobody looks at keeps no session alive. */
  readonly unasked?: boolean;
}

/** Tells the agent that no person asked. */
export const UNASKED = { "x-hakit-unasked": "1" } as const;

/** A forwarded question crosses to the other node. */
const ANSWER_MS = 60_000;

export async function ask<T>(
  path: string,
  { method = "GET", body, timeoutMs = ANSWER_MS, unasked = false }: AskOptions =
    {},
): Promise<Answer<T>> {
  const bytes = body instanceof Blob;
  try {
    const response = await fetch(path, {
      method,
      headers: {
        "x-hakit-csrf": document.body.dataset["csrf"] ?? "",
        ...unasked ? UNASKED : {},
        ...(body === undefined ? {} : {
          "content-type": bytes ? "application/x-tar" : "application/json",
        }),
      },
      ...(body === undefined
        ? {}
        : { body: bytes ? body : JSON.stringify(body) }),
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (response.status === 401) location.reload();
    const answer = await response.json().catch(() => null);
    if (response.ok) return { ok: true, value: answer as T };
    const {
      code = "failed",
      message = words().problems.agentSaid(response.status),
      remedy = null,
    } = answer?.error ?? {};
    return { ok: false, code, message, remedy };
  } catch {
    return {
      ok: false,
      code: "no-answer",
      message: words().problems.agentSilent,
      remedy: null,
    };
  }
}
