/** How long a primary waits for its peer, in each stage of their session. */
import type { Connection, Outgoing } from "../peer/connection.ts";
import { unacknowledgedMs } from "../peer/socket.ts";
import { KIND } from "./operation.ts";
import type { Pipeline } from "./pipeline.ts";

export type Stage =
  | "dialling"
  | "securing"
  | "greeting"
  | "marks"
  | "resync"
  | "mirroring"
  | "mirrored"
  | "closing";

/** An attempt to reach the peer's replicator on one link. */
const DIAL_MS = 1000;
/** From there to WELCOME: three round trips and some arithmetic, also on a machine that is busy. */
const GREET_MS = 2000;
/** The default detection time: a peer that is silent so long is treated as gone. */
export const SILENCE_MS = 2100;
/** Where there is another link: what this one does not carry for so long goes there. The kernel has sent it again after 0.2, 0.6 s. */
const STALL_MS = 1000;
/** Less one PING and the peer's delayed acknowledgement. */
const UNACKNOWLEDGED_MS = STALL_MS - 500;
/** What is left of the detection time then: the peer is not called lost before it is over. */
export const MOVE_MS = SILENCE_MS - STALL_MS;
/** While it is being levelled it may work for seconds on one request (a huge directory, a large file to remove). */
const RESYNC_SILENCE_MS = 30_000;
const PING_MS = 300;
/**
 * Between two looks no more than this is the peer's doing: the rest of the time this node's own loop stood in its disk, heard nothing
 * and asked nothing. Never none of it: a node whose every turn is long must notice, too, that its peer is gone.
 */
const LOOK_MS = 500;
/** A disk of the peer that does not finish an fsync in this time is failing; ours has the data. */
const SYNC_MS = 10_000;

/** How long the peer has been waited for, without what this node lost by itself. */
class Waiting {
  #since = -Infinity;
  #ms = 0;

  /** `since`: when it began, or what is now the oldest that is waited for. */
  ms(since: number, lookedAt: number, now: number): number {
    if (since !== this.#since) {
      this.#ms = Math.max(0, Math.min(this.#ms, lookedAt - since));
    }
    this.#since = since;
    return this.#ms += Math.min(now - Math.max(since, lookedAt), LOOK_MS);
  }
}

export class Patience {
  #pingAt = 0;
  #lookedAt = -Infinity;
  readonly #silence = new Waiting();
  readonly #sync = new Waiting();
  /** For a peer that is levelled, while applications wait for it. */
  #holdingMs = SILENCE_MS;

  constructor(
    readonly pipeline: Pipeline,
    readonly outgoing: Outgoing,
    readonly links: number,
  ) {}

  /** Null: it may go on. `why` null: it never got far. `moves`: on another link, at once. Asks for a sign of life, too. */
  over(
    session: {
      readonly stage: Stage;
      readonly since: number;
      readonly connection: Connection;
      /** Applications wait for the last pass of a resync. */
      readonly holding: boolean;
    },
    now: number,
  ): Over | null {
    const { stage, since, connection, holding } = session, { pipeline } = this;
    const lookedAt = this.#lookedAt;
    this.#lookedAt = now;
    if (stage === "dialling") return now - since > DIAL_MS ? EARLY : null;
    if (stage === "securing" || stage === "greeting") {
      return now - since > GREET_MS ? EARLY : null;
    }
    // Silence counts only while something was asked: PING is sent whenever this node looks.
    const resyncing = stage === "marks" || stage === "resync";
    // Not alone, and in the last pass, every application waits for the end of it: not longer than for a peer that is gone.
    const patient = resyncing && pipeline.alone && !holding;
    const held = pipeline.alone && holding ? this.#holdingMs : SILENCE_MS;
    const silence = patient ? RESYNC_SILENCE_MS : held;
    const silentMs = this.#silence.ms(connection.heardAt, lookedAt, now);
    if (silentMs > silence) {
      // One that does need longer (a directory of a million names) would never become level.
      if (pipeline.alone && holding) {
        this.#holdingMs = Math.min(silence * 2, RESYNC_SILENCE_MS);
      }
      return { why: "the peer's replicator is silent" };
    }
    const stalls = !patient && this.links > 1 && silentMs > STALL_MS &&
      unacknowledgedMs(connection.fd) > UNACKNOWLEDGED_MS;
    if (stalls) {
      return {
        why: "this link carries nothing, the next one is tried",
        moves: true,
      };
    }
    const syncing = pipeline.syncingSince;
    if (syncing !== 0 && this.#sync.ms(syncing, lookedAt, now) > SYNC_MS) {
      return { why: "the peer's disk does not finish an fsync" };
    }
    if (now < this.#pingAt) return null;
    this.#pingAt = now + PING_MS;
    if (pipeline.session) pipeline.tell(KIND.PING, 0, 0, null);
    else if (this.outgoing.room > 4096) {
      this.outgoing.append({ kind: KIND.PING });
    }
    return null;
  }

  /** The peer could do it in its time. */
  level(): void {
    this.#holdingMs = SILENCE_MS;
  }
}

interface Over {
  readonly why: string | null;
  readonly moves?: boolean;
}

const EARLY: Over = { why: null };
