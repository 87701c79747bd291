/** The fsyncs under way: each is answered when both disks have it, or when this one has it and the peer is shut out. */
import { E, errnoName } from "../system/libc.ts";
import type { Inode } from "./inode.ts";
import { losesWrites } from "./may_differ.ts";
import { KIND } from "./operation.ts";
import type { Pipeline } from "./pipeline.ts";
import type { Volume } from "./volume.ts";

interface Syncing {
  readonly volume: Volume;
  readonly inode: Inode;
  readonly dataOnly: boolean;
  /** Of the inode's attributes, which are durable afterwards. */
  readonly covers: number;
  begun: boolean;
  here: boolean;
  there: boolean;
  error: number;
  startedAt: number;
  readonly answer: (errno: number) => void;
}

export type SyncTools = Pick<
  Pipeline,
  | "alone"
  | "session"
  | "sequence"
  | "ranOut"
  | "bind"
  | "tell"
  | "aio"
  | "whenDone"
  | "events"
  | "disk"
  | "now"
  | "latency"
>;

export class Syncs {
  /** Asked of the peer, by the number of the question. */
  readonly #asked = new Map<number, Syncing>();
  /** To be asked when there is a session again, or names stand still. */
  readonly #unsent = new Set<Syncing>();
  /** The peer has it on its disk, this node not yet: should the session end before that, the peer may be set back. */
  readonly #early = new Set<Syncing>();
  /** Of those that wait for this node's disk alone: since when, the oldest first. */
  readonly #lagging = new Map<Syncing, number>();
  /** Durable, but this node's time to say so has run out. */
  readonly #late: Syncing[] = [];

  constructor(readonly tools: SyncTools) {}

  get waiting(): number {
    return this.#unsent.size + this.#asked.size + this.#late.length;
  }

  /** The oldest one's begin, 0 when none waits for the peer. */
  get since(): number {
    let oldest = 0;
    for (const sync of this.#asked.values()) {
      if (!sync.there && (oldest === 0 || sync.startedAt < oldest)) {
        oldest = sync.startedAt;
      }
    }
    return oldest;
  }

  /** Since when this node's disk, which alone keeps some waiting, has ended none; 0: it keeps none waiting. */
  get laggingSince(): number {
    for (const since of this.#lagging.values()) {
      return Math.max(since, this.#endedAt);
    }
    return 0;
  }

  #endedAt = 0;

  /** Makes an inode durable on both disks, then answers. `local`: it exists here only. */
  add(
    volume: Volume,
    inode: Inode,
    options: {
      readonly dataOnly: boolean;
      readonly local: boolean;
      readonly answer: (errno: number) => void;
    },
  ): void {
    const { tools } = this;
    const fd = volume.data(inode);
    if (fd < 0) {
      tools.disk.refused(volume, -fd);
      return options.answer(-fd);
    }
    // Times alone are no reason to commit the file system's journal: the peer is told them apart.
    const dataOnly = options.dataOnly ||
      (!inode.attributesChanged && !inode.isDirectory);
    const sync: Syncing = {
      volume,
      inode,
      dataOnly,
      covers: dataOnly ? 0 : inode.attributeChanges,
      begun: false,
      here: false,
      there: tools.alone || options.local,
      error: 0,
      startedAt: tools.now(),
      answer: options.answer,
    };
    inode.holders++;
    if (!sync.there) this.#send(sync);
    // What was answered and is not done here yet is to be on this disk too.
    if (inode.ahead > 0) tools.whenDone(() => this.#syncHere(sync));
    else this.#syncHere(sync);
  }

  /** From now on only this node's disk is waited for. */
  #lag(sync: Syncing): void {
    const lags = sync.there && sync.begun && !sync.here;
    if (lags && !this.#lagging.has(sync)) {
      this.#lagging.set(sync, this.tools.now());
    }
  }

  #syncHere(sync: Syncing): void {
    const { tools } = this, { volume, inode, dataOnly } = sync;
    sync.error ||= inode.tellLate();
    const fd = volume.data(inode);
    if (fd < 0) {
      sync.here = true;
      this.#lagging.delete(sync);
      sync.error ||= -fd;
      tools.disk.refused(volume, -fd);
      return this.#answer(sync);
    }
    sync.begun = true;
    this.#lag(sync);
    tools.aio.fsync(fd, dataOnly && !inode.isDirectory, (error) => {
      sync.here = true;
      this.#lagging.delete(sync);
      this.#endedAt = tools.now();
      sync.error ||= error;
      // The kernel reports a lost page once; the copy at the peer is now the better one.
      if (losesWrites(error)) {
        tools.disk.broke(
          error,
          `fsync below "${volume.path}" failed: ${errnoName(error)}`,
        );
      }
      this.#answer(sync);
    });
  }

  #send(sync: Syncing): void {
    const { tools } = this;
    if (!tools.session) {
      this.#unsent.add(sync);
      return;
    }
    this.#unsent.delete(sync);
    const bound = tools.bind(sync.volume, sync.inode);
    if (typeof bound === "number") {
      sync.error ||= bound;
      sync.there = true;
      return this.#answer(sync);
    }
    if (bound === "local" || !tools.session) {
      sync.there = bound === "local";
      if (!sync.there) this.#unsent.add(sync);
      return this.#answer(sync);
    }
    if (bound === "wait") {
      this.#unsent.add(sync);
      return;
    }
    const { volume, inode, dataOnly } = sync;
    tools.tell(KIND.FSYNC, volume.index, inode.id, null, dataOnly ? 1 : 0);
    this.#asked.set(tools.sequence, sync);
  }

  #answer(sync: Syncing): void {
    if (!sync.here || !sync.there) return this.#lag(sync);
    this.#early.delete(sync);
    if (this.tools.ranOut) return void this.#late.push(sync);
    sync.inode.holders--;
    // Now and not when it began: another fsync meanwhile may be answered first.
    if (sync.error === 0) sync.inode.attributesAreDurable(sync.covers);
    if (!this.tools.alone) {
      this.tools.latency.fsyncs.add(this.tools.now() - sync.startedAt);
    }
    sync.answer(sync.error);
  }

  /** The peer's answer to question `sequence`. */
  heard(sequence: number, error: number): void {
    const sync = this.#asked.get(sequence);
    if (!sync) return;
    this.#asked.delete(sequence);
    if (error !== 0) {
      this.#unsent.add(sync);
      const { volume: { index: volume }, inode: { id } } = sync;
      const why = error === E.STALE
        ? "the peer does not have a file that was synced"
        : `the peer's disk failed: ${errnoName(error)}`;
      // It is no change, so nothing else marks what the peer lacks: the next session would find nothing to level.
      this.tools.events.diverged(why, { volume, id });
      return;
    }
    sync.there = true;
    if (!sync.here) this.#early.add(sync);
    this.#answer(sync);
  }

  /** Answers what was late, should there be time again. */
  answerLate(): void {
    if (this.#late.length === 0 || this.tools.ranOut) return;
    for (const sync of this.#late.splice(0)) this.#answer(sync);
  }

  /** Asks the peer what could not be asked before. */
  sendAgain(): void {
    if (this.#unsent.size === 0) return;
    for (const sync of [...this.#unsent]) this.#send(sync);
  }

  /** The session is gone: to be asked again in the next one. */
  lose(): void {
    for (const sync of this.#early) {
      sync.there = false;
      this.#lagging.delete(sync);
    }
    for (const sync of [...this.#asked.values(), ...this.#early]) {
      this.#unsent.add(sync);
    }
    this.#asked.clear();
    this.#early.clear();
  }

  /** The peer is shut out: nothing waits for it any more. */
  goAlone(): void {
    for (const sync of [...this.#asked.values(), ...this.#unsent]) {
      sync.there = true;
      this.#answer(sync);
    }
    this.#asked.clear();
    this.#unsent.clear();
    this.#early.clear();
  }
}
