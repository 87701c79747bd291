/**
 * The last steps of a session that levels its peer: `begin` when the copies are equal, `levelled` when the peer says that they are so on
 * its disk. With both goes a new level of tides, see tide.ts.
 */
import type { Outgoing } from "../peer/connection.ts";
import type { Context } from "./context.ts";
import { drawTokens } from "./known_folders.ts";
import { recordLevel } from "./level_record.ts";
import { KIND } from "./operation.ts";
import type { Pipeline } from "./pipeline.ts";
import type { Settler } from "./settler.ts";
import type { Session } from "./source_session.ts";
import { nextLevel } from "./tide.ts";
import { messageOf } from "../system/message.ts";

export class Mirroring {
  /** The peer was told to take this generation for its own. That it has is recorded by `recordLevel`, which may fail. */
  mayBeLevel = false;
  /** Copies were level once in this life. */
  everLevel = false;

  constructor(
    readonly context: Context,
    readonly pipeline: Pipeline,
    readonly outgoing: Outgoing,
    readonly settler: Settler,
  ) {}

  /** Every change from here on goes to both. */
  begin(session: Session): void {
    const { identity, tide } = this.context;
    try {
      if (session.tide) tide.keep(nextLevel(tide.kept, session.tide));
    } catch (error) {
      // Level is worth more.
      this.context.log(`no tides in this session: ${messageOf(error)}`);
      delete session.tide;
    }
    // The disk that this one replaces is of the present generation still, should it come back: what only these two have is missing there.
    if (session.fresh && identity.value.bitmap === null) {
      identity.advance({ bitmap: null, connected: true });
    } else identity.save({ connected: true });
    const { current, history, epoch } = identity.value;
    const { sequence } = this.pipeline;
    const next = session.tide && tide.kept.value + 1;
    session.stage = "mirroring";
    this.mayBeLevel = true;
    this.outgoing.json(KIND.BEGIN, {
      mode: "level",
      epoch,
      generation: current,
      history,
      sequence,
      ...next !== undefined && { tide: next },
    });
    this.pipeline.mirror(session.connection, session.number);
    if (next !== undefined) this.pipeline.settle({ tide: sequence });
    if (session.levelling) session.levelling.holding = false;
    this.settler.begin(session);
  }

  /** The peer has everything on its disk and has recorded our generation. */
  levelled(session: Session): void {
    const { tide } = this.context;
    session.stage = "mirrored";
    this.pipeline.peerIsLevel = true;
    this.pipeline.pay();
    this.everLevel = true;
    recordLevel(this.context, session.levelling);
    const { aio } = this.context;
    drawTokens(this.context, this.settler.volumes, { level: true, aio });
    if (session.tide) {
      tide.keep({ value: tide.kept.value + 1 });
      this.settler.keepTides();
    }
    this.context.notice = null;
    this.context.log("level: every change is on both nodes");
  }
}
