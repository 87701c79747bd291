/**
 * Who is logged in, in memory: a restart of the agent logs everybody out, and nothing that opens the cluster lies on a disk.
 * Takes `now`; reads no clock.
 */
import { createHash, randomBytes } from "node:crypto";
import type { UserRole } from "./accounts_file.ts";

export interface Session {
  readonly user: string;
  /** Changes with the user's password or role: a session made before is void. */
  readonly stamp: string;
  /** Somebody whom no list of ours has: came in by the issuer's word, with this role, until then. */
  readonly guest: { readonly role: UserRole; readonly until: number } | null;
  /** Sent back by the page with everything that changes something; a strange page cannot read it. */
  readonly csrf: string;
  usedAt: number;
}

/** A working day without a click ends the session. */
export const IDLE_MS = 8 * 3_600_000;
/** At the limit the session that was idle for longest ends. */
const SESSIONS = 1000;

export class Sessions {
  /** By SHA-256 of the id, in order of use. */
  readonly #sessions = new Map<string, Session>();

  /** A new session; the id goes into the cookie and is not kept. */
  create(
    user: { readonly name: string } & Pick<Session, "stamp" | "guest">,
    now: number,
  ) {
    const id = randomBytes(32).toString("base64url");
    const session: Session = {
      user: user.name,
      stamp: user.stamp,
      guest: user.guest,
      csrf: randomBytes(32).toString("base64url"),
      usedAt: now,
    };
    this.#sessions.set(digest(id), session);
    if (this.#sessions.size > SESSIONS) {
      const idle = this.#sessions.keys().next();
      if (!idle.done) this.#sessions.delete(idle.value);
    }
    return { id, session };
  }

  /** The session of this id, or null; `touch`: this use keeps it alive. */
  find(id: string, { now, touch }: { now: number; touch: boolean }) {
    const key = digest(id);
    const session = this.#sessions.get(key);
    if (!session) return null;
    const { until } = session.guest ?? { until: Infinity };
    if (now - session.usedAt >= IDLE_MS || now >= until) {
      this.#sessions.delete(key);
      return null;
    }
    if (touch) {
      session.usedAt = now;
      this.#sessions.delete(key);
      this.#sessions.set(key, session);
    }
    return session;
  }

  end(id: string): void {
    this.#sessions.delete(digest(id));
  }
}

function digest(id: string): string {
  return createHash("sha256").update(id).digest("base64url");
}
