/** Who did what, from where, with which result: one JSON object a line, only ever appended to, kept in files of bounded number. */
import { createMiddleware } from "hono/factory";
import { z } from "zod";
import { Beside, flushLogs } from "../system/beside.ts";
import { now } from "../system/clock.ts";
import { readTail } from "../system/files.ts";
import type { LoginEvent } from "./attempts.ts";
import { type AuthEnv, callerName, originOf } from "./caller.ts";
import { ApiError } from "./error.ts";
import { messageOf, oneLine } from "../system/message.ts";

export const auditEntrySchema = z.strictObject({
  at: z.iso.datetime(),
  who: z.string().describe(
    '"user anna", "key backup", "root", "node node2", "machine 4f1c…" (its /etc/machine-id)',
  ),
  from: z.string().describe('An address, a node, or "local"'),
  what: z.string(),
  detail: z.string(),
  result: z.enum(["done", "refused", "failed"]),
  status: z.int(),
});
export type AuditEntry = z.infer<typeof auditEntrySchema>;

const MAX_BYTES = 10 * 1024 * 1024;
/** audit.log.1 is the newest of them: 100 MB hold some years of two servers. */
const KEPT_FILES = 9;
const LONGEST_TEXT = 300;
/** What the nodes tell each other every few seconds: who changed it is told where it was changed. */
const LEVELLED = ["/api/accounts", "/api/oidc/exchange", "/api/sessions/ended"];
/** Its page looks every few seconds, on both nodes: whoever goes on looking is told so often. */
const LOOKED_AT = "/api/cluster/config";
const LOOKS_MS = 10 * 60_000;
const MOST_LOOKERS = 100;

export class Audit {
  readonly path: string;
  readonly #maxBytes: number;
  readonly #file: Beside;

  constructor(path: string, { maxBytes = MAX_BYTES, onFault = () => {} }: {
    readonly maxBytes?: number;
    /** An entry could not be written: a full disk must not keep anybody from stopping a service. */
    readonly onFault?: (line: string) => void;
  } = {}) {
    this.path = path;
    this.#maxBytes = maxBytes;
    this.#file = new Beside(path, {
      mode: 0o600,
      maxBytes,
      kept: KEPT_FILES,
      gap: (lines) => lineOf(gap(lines)),
      onFault: (error, text) => {
        for (const line of text.trimEnd().split("\n")) {
          onFault(`audit entry lost (${messageOf(error)}): ${line}`);
        }
      },
    });
  }

  /** Beside the caller, who waits for no disk: a stranger's wrong password must not hold the agent up. */
  write(entry: Omit<AuditEntry, "at">): void {
    this.#file.add(lineOf(entry));
  }

  /** The newest entries, oldest first; lines that are none (a torn write at a power cut) are left out. */
  async read(lines: number): Promise<AuditEntry[]> {
    await flushLogs();
    const entries: AuditEntry[] = [];
    for (const path of [this.path, `${this.path}.1`]) {
      const found = (await readTail(path, lines, this.#maxBytes))
        .flatMap((line) => parseEntry(line) ?? []);
      entries.unshift(...found);
      if (entries.length >= lines) break;
    }
    return entries.slice(-lines);
  }
}

function lineOf(entry: Omit<AuditEntry, "at">): string {
  return JSON.stringify({
    at: new Date().toISOString(),
    who: short(entry.who),
    from: short(entry.from),
    what: short(entry.what),
    detail: short(entry.detail),
    result: entry.result,
    status: entry.status,
  });
}

function gap(lines: number): Omit<AuditEntry, "at"> {
  return {
    who: "hakit",
    from: "local",
    what: "audit",
    detail: `${lines} entries are missing here: the disk stood still`,
    result: "failed",
    status: 500,
  };
}

/** What is read there holds secrets. Pages of the console end alike. */
const SECRETS = /^\/api\/(.*\/)?(archive|snapshot|config)$/;

/**
 * Writes down whatever changes something, what was refused of it too, and the reading of archives and configurations, which hold secrets. Strangers are
 * left out but for logins and joins (told where they are judged): otherwise anybody could push the entries that matter out of the files.
 */
export function auditing(audit: Audit) {
  const lookers = new Map<string, number>();
  const looksAgain = (who: string) => {
    const at = now();
    if (at - (lookers.get(who) ?? -Infinity) < LOOKS_MS) return true;
    if (lookers.size === MOST_LOOKERS) lookers.clear();
    lookers.set(who, at);
    return false;
  };
  return createMiddleware<AuthEnv>(async (c, next) => {
    await next();
    const { method, path } = c.req;
    // The configuration page asks for a plan whenever typing rests.
    const read = method === "GET" || method === "HEAD" ||
      method === "OPTIONS" || path.endsWith("/config/plan") ||
      c.get("changesNothing");
    if (read && !SECRETS.test(path)) return;
    const caller = c.get("caller");
    if (!caller) return;
    const { status } = c.res;
    if (
      method === "GET" && path === LOOKED_AT && status < 400 &&
      looksAgain(`${callerName(caller)} from ${originOf(c.env?.connection)}`)
    ) return;
    if (caller.kind === "peer" && LEVELLED.includes(path) && status < 400) {
      return;
    }
    const why = c.error instanceof ApiError ? c.error.code : "";
    const detail = c.get("detail") ?? "";
    audit.write({
      who: callerName(caller),
      from: originOf(c.env?.connection),
      what: `${method} ${path}`,
      detail: why ? `${detail} ${why}`.trim() : detail,
      result: resultOf(status),
      status,
    });
  });
}

/** A login is known by the name that was typed. */
export function loginEntry(
  { name, from, ok, detail = "" }: LoginEvent,
): Omit<AuditEntry, "at"> {
  return {
    who: `user ${name}`,
    from,
    what: "login",
    detail,
    result: ok ? "done" : "refused",
    status: ok ? 200 : 401,
  };
}

function resultOf(status: number): AuditEntry["result"] {
  if (status < 400) return "done";
  return status < 500 ? "refused" : "failed";
}

function parseEntry(line: string): AuditEntry | null {
  try {
    return auditEntrySchema.parse(JSON.parse(line));
  } catch {
    return null;
  }
}

function short(text: string): string {
  return oneLine(text, LONGEST_TEXT);
}
