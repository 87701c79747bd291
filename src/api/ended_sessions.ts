/**
 * Sessions that were ended before their time: all that the nodes keep of sessions, for a cookie that somebody copied would go on. In
 * STATE/ended-sessions.json, exchanged with the other node; a removal is never taken back.
 */
import { z } from "zod";
import { readIfPresent, writeDurably } from "../system/files.ts";
import { Turns } from "../system/turns.ts";

/** Longer than a session lasts without being used, and than two clocks differ. */
const KEPT_MS = 24 * 3_600_000;
/** Beyond, all sessions end: to forget one would open it again. */
const MOST = 10_000;

export const endedSchema = z.strictObject({
  /** Sessions of another epoch are void; of two nodes' the higher counts. */
  epoch: z.int().min(0),
  /** Until when each is remembered, milliseconds since 1970. */
  ended: z.record(z.string().max(40), z.number()),
});
export type Ended = z.infer<typeof endedSchema>;

export class EndedSessions {
  readonly #file: string | null;
  #known: Ended = { epoch: 0, ended: {} };
  #loaded: Promise<void> | null = null;
  readonly #turns = new Turns();
  /** After one was ended here: the other node must know at once. */
  onChange: () => void = () => {};

  /** Null: in memory only. */
  constructor(file: string | null) {
    this.#file = file;
  }

  async read(): Promise<Ended> {
    await (this.#loaded ??= this.#load());
    return this.#known;
  }

  /** Counts at once, here; on disk when it resolves. */
  async end(id: string, now: number): Promise<void> {
    const { epoch, ended } = await this.read();
    if (Object.hasOwn(ended, id)) return;
    const more = { epoch, ended: { [id]: now + KEPT_MS } };
    this.#known = merged(this.#known, more, now);
    this.onChange();
    await this.#write();
  }

  /** Takes what the other node knows; answers what both know together. */
  async merge(theirs: Ended, now: number): Promise<Ended> {
    const mine = await this.read();
    this.#known = merged(this.#known, theirs, now);
    if (!sameAs(this.#known, mine)) await this.#write();
    return this.#known;
  }

  async #load(): Promise<void> {
    if (this.#file === null) return;
    const text = await readIfPresent(this.#file).catch(() => "");
    if (text === null) return;
    try {
      this.#known = endedSchema.parse(JSON.parse(text));
    } catch {
      // Which were ended nobody knows any more, so all are: with a number that no epoch had before.
      this.#known = { epoch: Math.floor(Date.now() / 1000), ended: {} };
    }
  }

  async #write(): Promise<void> {
    const file = this.#file;
    if (file === null) return;
    await this.#turns.take(() => {
      const text = JSON.stringify(this.#known) + "\n";
      return writeDurably(file, text, { mode: 0o600 });
    });
  }
}

/** What both know together. Pure. */
function merged(mine: Ended, theirs: Ended, now: number): Ended {
  const epoch = Math.max(mine.epoch, theirs.epoch);
  const ended: Ended["ended"] = {};
  for (const known of [mine, theirs]) {
    if (known.epoch !== epoch) continue;
    for (const [id, until] of Object.entries(known.ended)) {
      if (until > now) ended[id] = Math.max(until, ended[id] ?? 0);
    }
  }
  return Object.keys(ended).length > MOST
    ? { epoch: epoch + 1, ended: {} }
    : { epoch, ended };
}

/** None is added to a set without being another: those that are gone are no news. */
function sameAs(one: Ended, other: Ended): boolean {
  return one.epoch === other.epoch &&
    Object.keys(one.ended).every((id) => Object.hasOwn(other.ended, id));
}
