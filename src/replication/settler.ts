/**
 * Every now and then a primary makes durable what it has done, and tells its peer: marks of both nodes go, and times are told. Alone it
 * looks whether the disk still takes what applications write.
 */
import { errnoName } from "../system/libc.ts";
import { type Context, syncAll } from "./context.ts";
import { RegularDraws } from "./known_folders.ts";
import { KIND } from "./operation.ts";
import type { Pipeline } from "./pipeline.ts";
import { isBegun, nextLevel } from "./tide.ts";
import { messageOf } from "../system/message.ts";
import type { Volume } from "./volume.ts";

const SETTLE_MS = 2000;
const TIMES_MS = 1000;
/** Inodes whose times are told at once. */
const TIMES = 2000;
/** As long as the kernel itself may keep a write in memory: more often the disk would be kept busier than without hakit. */
const LOOK_MS = 30_000;

export class Settler {
  #settleAt = 0;
  #settling = false;
  #settledUpTo = -1;
  #timesAt = 0;
  /** The session for which the disk is synced. */
  #session: object | null = null;
  #lookAt: number;
  #lookedUpTo = 0;
  readonly #draws: RegularDraws;

  constructor(
    readonly context: Context,
    readonly pipeline: Pipeline,
    readonly volumes: readonly Volume[],
  ) {
    this.#lookAt = context.now() + LOOK_MS;
    this.#draws = new RegularDraws(context, volumes);
  }

  /** From now on for this session; null: it is over. */
  begin(session: object | null): void {
    this.#session = session;
    this.#settledUpTo = -1;
    this.#settleAt = 0;
    this.#keepsTides = false;
    this.pipeline.peerKeptTide = null;
  }

  /** The peer has recorded that it is level, and keeps tides. */
  keepTides(): void {
    this.#keepsTides = true;
    this.pipeline.peerKeptTide = (...kept) => this.#kept(...kept);
  }

  #keepsTides = false;

  /** Everything told until now is on this disk; `then` gets the tide to tell with it, which is kept as begun. 0: none. */
  beginTide(then: (tide: number) => void): void {
    if (!this.#keepsTides) return then(0);
    const { tide, aio } = this.context, { value } = tide.kept;
    // One that the peer has not kept yet is told again.
    if (isBegun(tide.kept)) return then(value + 1);
    tide.keepBeside({ value: value + 1 }, aio, (error) => {
      if (error) this.#cannotKeep(error);
      then(error ? 0 : value + 2);
    });
  }

  /**
   * The same for an orderly end, after which no marks are needed. One that is out already would count for what the disks had when it was
   * told: then a new level begins.
   */
  lastTide(): number {
    if (!this.#keepsTides) return 0;
    const { kept } = this.context.tide;
    const last = isBegun(kept) ? nextLevel(kept, kept) : {
      value: kept.value + 1,
    };
    try {
      this.context.tide.keep(last);
    } catch (error) {
      this.context.log(messageOf(error));
      return 0;
    }
    return last.value + 1;
  }

  #kept(value: number, upTo: number): void {
    const { tide, aio } = this.context, session = this.#session;
    if (!isBegun(tide.kept) || value !== tide.kept.value + 1) return;
    // Told again, it counts for what that disk had at the first word.
    if (this.#answered?.value !== value) this.#answered = { value, upTo };
    const { upTo: first } = this.#answered;
    tide.keepBeside({ value }, aio, (error) => {
      if (error) return this.#cannotKeep(error);
      if (this.#session === session) this.pipeline.settle({ tide: first });
    });
  }

  #answered: { readonly value: number; readonly upTo: number } | null = null;

  #cannotKeep(error: number): void {
    const { log, tide } = this.context;
    log(`Cannot keep "${tide.path}": ${errnoName(error)}`);
  }

  turn(now: number): void {
    const { context, pipeline } = this, session = this.#session;
    // Not while the peer is still to be given something back: its mark of the write that only it has would go with this word.
    const settles = !pipeline.disk.broken && !pipeline.givesBack &&
      !this.#settling && now >= this.#settleAt &&
      pipeline.done !== this.#settledUpTo;
    // Before each sync: once it is told, the peer's marks of what was done before are gone, and those of the times are all that names
    // the inodes of which it has other times, should this node die.
    if ((settles || now >= this.#timesAt) && pipeline.timesToSend) {
      this.#timesAt = now + TIMES_MS;
      // The others in the next turns, and only then the sync.
      if (!pipeline.sendTimes(TIMES)) return;
    }
    if (!settles) return;
    const upTo = pipeline.done;
    this.#settling = true;
    const isOver = () => this.#session !== session || !pipeline.session;
    const end = () => {
      this.#settling = false;
      this.#settleAt = context.now() + SETTLE_MS;
    };
    syncAll(context, this.volumes, (error) => {
      if (error) {
        end();
        const why = `this node's disk failed to sync: ${errnoName(error)}`;
        return pipeline.disk.broke(error, why);
      }
      // An fsync meanwhile may have been told what this sync was not.
      if (pipeline.disk.broken || isOver()) return end();
      this.beginTide((tide) => {
        end();
        if (pipeline.disk.broken || isOver()) return;
        this.#settledUpTo = upTo;
        pipeline.settle({ here: upTo });
        pipeline.tell(KIND.SETTLED, 0, tide, null, upTo);
        this.#draws.turn(upTo);
      });
    });
  }

  /** Alone: what the kernel cannot write back is lost without a word to whoever asks for no fsync. */
  look(now: number): void {
    const { context, pipeline } = this, { done } = pipeline;
    if (this.#settling || now < this.#lookAt || done === this.#lookedUpTo) {
      return;
    }
    this.#lookAt = now + LOOK_MS;
    this.#lookedUpTo = done;
    this.#settling = true;
    syncAll(context, this.volumes, (error) => {
      this.#settling = false;
      if (error === 0) this.#draws.turn(done);
      else this.#failed(error);
    });
  }

  /** What a sync lost that this node had begun in the role before, when it is known whose copy is to go on. */
  learn(): void {
    const { context, pipeline } = this, { lost } = context;
    if (!lost || !(pipeline.alone || pipeline.peerIsLevel)) return;
    context.lost = 0;
    this.#failed(lost);
  }

  #failed(error: number): void {
    const { context, pipeline } = this;
    const why = `this node's disk failed to sync: ${errnoName(error)}`;
    // The peer has been levelled meanwhile, with what memory still had: it is the one to go on.
    if (!pipeline.alone) return pipeline.disk.broke(error, why);
    pipeline.events.late(
      `${why}: it has the only copy, and some of what was written lately may not be on it; look after the disk, start the other node, then compare ("hakit verify ${context.config.module}")`,
    );
  }
}
