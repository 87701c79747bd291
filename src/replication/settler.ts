/** Every now and then a primary makes durable what it has done, and tells its peer: marks of both nodes go, and times are told. */
import { errnoName } from "../system/libc.ts";
import { type Context, syncAll } from "./context.ts";
import { KIND } from "./operation.ts";
import type { Pipeline } from "./pipeline.ts";
import type { Volume } from "./volume.ts";

const SETTLE_MS = 2000;
const TIMES_MS = 1000;
/** Inodes whose times are told at once. */
const TIMES = 2000;

export class Settler {
  #settleAt = 0;
  #settling = false;
  #settledUpTo = -1;
  #timesAt = 0;
  /** The session for which the disk is synced. */
  #session: object | null = null;

  constructor(
    readonly context: Context,
    readonly pipeline: Pipeline,
    readonly volumes: readonly Volume[],
  ) {}

  /** From now on for this session; null: it is over. */
  begin(session: object | null): void {
    this.#session = session;
    this.#settledUpTo = -1;
    this.#settleAt = 0;
  }

  turn(now: number): void {
    const { context, pipeline } = this, session = this.#session;
    if (now >= this.#timesAt && pipeline.timesToSend) {
      this.#timesAt = now + TIMES_MS;
      pipeline.sendTimes(TIMES);
    }
    if (
      pipeline.broken || this.#settling || now < this.#settleAt ||
      pipeline.done === this.#settledUpTo
    ) return;
    const upTo = pipeline.done;
    this.#settling = true;
    syncAll(context, this.volumes, (error) => {
      this.#settling = false;
      this.#settleAt = context.now() + SETTLE_MS;
      if (error) {
        const why = `this node's disk failed to sync: ${errnoName(error)}`;
        return pipeline.broke(error, why);
      }
      // An fsync meanwhile may have been told what this sync was not.
      if (pipeline.broken) return;
      if (this.#session !== session || !pipeline.session) return;
      this.#settledUpTo = upTo;
      pipeline.settle({ here: upTo });
      pipeline.tell(KIND.SETTLED, 0, 0, null, upTo);
    });
  }
}
