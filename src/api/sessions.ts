/**
 * Who is logged in: sealed in the browser's cookie, with a key that both nodes have. So a console stays open when an agent begins anew
 * and when the virtual address moves. What is kept here is only which sessions were ended. Takes `now`; reads no clock.
 */
import { hkdfSync, randomBytes } from "node:crypto";
import { z } from "zod";
import { seal, unseal } from "../system/sealed.ts";
import { userRole } from "./accounts_file.ts";
import { EndedSessions } from "./ended_sessions.ts";

const sessionSchema = z.strictObject({
  /** Stays the same for as long as it is used. */
  id: z.string(),
  user: z.string(),
  /** Changes with the user's password or role: a session made before is void. */
  stamp: z.string(),
  /** Somebody whom no list of ours has: came in by the issuer's word, with this role, until then. */
  guest: z.strictObject({ role: userRole, until: z.number() }).nullable(),
  /** Sent back by the page with everything that changes something; a strange page cannot read it. */
  csrf: z.string(),
  /** Of the ended sessions, when it was opened. */
  epoch: z.number(),
  usedAt: z.number(),
});
export type Session = Readonly<z.infer<typeof sessionSchema>>;

/** A working day without a click ends the session. */
export const IDLE_MS = 8 * 3_600_000;
/** A cookie that is older is made anew when it is used. */
const RENEW_MS = 5 * 60_000;
/** The nodes' clocks differ; a clock that was far ahead must not have made a session that never ends. */
const SKEW_MS = 10 * 60_000;

export interface SessionsOptions {
  /** Of the cluster, hexadecimal; default: one of this process alone. */
  readonly clusterKey?: string | undefined;
  readonly ended?: EndedSessions | undefined;
}

export class Sessions {
  readonly ended: EndedSessions;
  readonly #key: Uint8Array;

  constructor({ clusterKey, ended }: SessionsOptions = {}) {
    this.ended = ended ?? new EndedSessions(null);
    this.#key = clusterKey === undefined ? randomBytes(32) : new Uint8Array(
      hkdfSync("sha256", clusterKey, "", "hakit console sessions", 32),
    );
  }

  /** The cookie of a new session. */
  async create(
    { name, stamp, guest }:
      & { readonly name: string }
      & Pick<Session, "stamp" | "guest">,
    now: number,
  ): Promise<string> {
    const { epoch } = await this.ended.read();
    return this.#cookie({
      id: randomBytes(16).toString("base64url"),
      user: name,
      stamp,
      guest,
      csrf: randomBytes(32).toString("base64url"),
      epoch,
      usedAt: now,
    });
  }

  /** The session of this cookie, or null. */
  async find(cookie: string, now: number): Promise<Session | null> {
    const session = this.#open(cookie);
    if (!session) return null;
    const { id, usedAt, guest, epoch } = session;
    if (now - usedAt >= IDLE_MS || usedAt - now >= SKEW_MS) return null;
    if (guest && now >= guest.until) return null;
    const known = await this.ended.read();
    return known.epoch !== epoch || Object.hasOwn(known.ended, id)
      ? null
      : session;
  }

  /** The cookie that keeps a session alive which is used now; null: the one that came is young enough. */
  renewed(session: Session, now: number): string | null {
    if (now - session.usedAt < RENEW_MS) return null;
    return this.#cookie({ ...session, usedAt: now });
  }

  /** Void from now on, whoever has a copy; on disk when it resolves. */
  async end(cookie: string, now: number): Promise<void> {
    const session = this.#open(cookie);
    if (session) await this.ended.end(session.id, now);
  }

  #cookie(session: Session): string {
    return seal(JSON.stringify(session), this.#key);
  }

  #open(cookie: string): Session | null {
    const text = unseal(cookie, this.#key);
    if (text === null) return null;
    const session = sessionSchema.safeParse(JSON.parse(text));
    // Another version's.
    return session.success ? session.data : null;
  }
}
