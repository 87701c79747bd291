/** Attempts to reach the peer's replicator, on one link after the other. */
import { Connection } from "../peer/connection.ts";
import { LineLimit } from "../peer/line_limit.ts";
import { dial } from "../peer/socket.ts";
import { libc } from "../system/libc.ts";
import type { Context } from "./context.ts";
import { LinkOrder } from "./link_order.ts";
import { messageOf } from "../system/message.ts";

const REDIAL_MS = 200;
/** After a refusal, which will most likely be repeated; short, for the next link may be another matter. */
const REDIAL_AFTER_REFUSAL_MS = 1000;
const LINES = { burst: 10, everyMs: 60_000 };

export interface Dialled {
  readonly connection: Connection;
  readonly trusted: boolean;
}

export class Dialler {
  readonly order = new LinkOrder();
  #nextAt = 0;
  readonly #lines = new LineLimit(LINES);

  constructor(readonly context: Context) {}

  /** A connection under way; null: none now. */
  dial(now: number): Dialled | null {
    if (now < this.#nextAt) return null;
    const { config, links } = this.context;
    const link = this.order.next(config.dial.length, now);
    const fd = dial(config.dial[link]!, config.port, config.listen[link]);
    this.wait(REDIAL_MS);
    if (fd < 0) return null;
    const trusted = config.trusted[link] ?? false;
    try {
      const channel = links.dialled(fd, trusted);
      return { connection: new Connection(channel, now), trusted };
    } catch (error) {
      libc.close(fd);
      this.wait(REDIAL_AFTER_REFUSAL_MS);
      this.context.notice = messageOf(error);
      return null;
    }
  }

  /** No attempt before so long; 0: at once. */
  wait(ms = REDIAL_MS): void {
    this.#nextAt = this.context.now() + ms;
  }

  /** The address that was dialled last. */
  get address(): string {
    return this.context.config.dial[this.order.link]!;
  }

  /** This machine is not our peer, or does not take us for its own: said in `state` and the log, and tried again. */
  refused(why: string): void {
    const { context } = this;
    context.notice =
      `no session with ${this.address} port ${context.config.port}: ${why}`;
    const left = this.#lines.take(context.now());
    if (left !== null) {
      const more = left > 0 ? ` (${left} more before it)` : "";
      context.log(context.notice + more);
    }
    this.wait(REDIAL_AFTER_REFUSAL_MS);
  }
}
