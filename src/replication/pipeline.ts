/**
 * The primary's one order. Every change becomes a frame here and gets its number; it goes to the peer first and is done here when
 * the peer has it (so nothing is ever on a dead primary's disk that the survivor has not seen), or at once when this node is alone
 * (after the mark that it differs is on disk). Then, and only then, the application gets its answer: in `complete`, one place.
 */
import type { Connection } from "../peer/connection.ts";
import { type Frame, HEADER, newFrame, readHeader } from "../peer/frame.ts";
import { now as clock } from "../system/clock.ts";
import { errnoName } from "../system/libc.ts";
import { Ahead } from "./ahead.ts";
import { apply } from "./apply.ts";
import { Bindings } from "./bindings.ts";
import type { Dirty } from "./dirty.ts";
import { FrameBuffer } from "./frame_buffer.ts";
import type { Inode } from "./inode.ts";
import { markOperation, Marks } from "./marks.ts";
import { copySource, leftForPeer } from "./nameless.ts";
import { noteAttributes } from "./attributes_changed.ts";
import { Latency } from "./latency.ts";
import { KIND } from "./operation.ts";
import { OneSided } from "./one_sided.ts";
import { OwnDisk } from "./own_disk.ts";
import { type Pending, PendingChanges } from "./pending.ts";
import { type Durable, Settled } from "./settled.ts";
import { Syncs } from "./syncs.ts";
import { UntoldTimes } from "./untold_times.ts";
import type { Volume } from "./volume.ts";

/** Changes under way; above this no more requests are read. */
const MAX_PENDING = 8192;
/** How long a change waits for the peer is measured for one in so many: a clock is read for it. */
const MEASURED = 8;

export interface PipelineEvents {
  /** The session cannot go on: the copies differ in what is marked, and where the peer could not follow at all. */
  diverged(
    why: string,
    lacks?: { readonly volume: number; readonly id: number },
  ): void;
  /** This node's own disk failed. */
  fault(what: string): void;
  /** This node's disk does not show what stands at a place (`marks`), and the peer has it. */
  unreadable(what: string, marks: Marks): void;
  /** Something failed here that nobody can take over: a write that its application takes for written, a read while alone. */
  late(what: string): void;
  /** Persists marks and, at the first difference, the new generation, before anything is done alone. False: not possible now. */
  persist(): boolean;
}

export class Pipeline {
  readonly #pending = new PendingChanges();
  readonly #frames = new FrameBuffer((by) => this.#pending.moved(by));
  readonly memory = this.#frames.memory;
  /** Changes that the peer may not have on its disk yet, by the number that its SETTLED will cover. */
  readonly unsettled = new Marks();
  /** While a peer is being levelled: what differs since the last pass began. */
  fresh: Marks | null = null;
  alone = false;
  /** Set while every frame goes to the peer. */
  session: { readonly connection: Connection; readonly number: number } | null =
    null;
  /** Mirrored: nothing is acknowledged after this (clock.now()), the peer may have gone on; null: no limit. */
  lease: number | null = null;
  sequence = 0;
  acknowledged = 0;
  /** How long changes, and fsyncs, waited until both nodes had them. */
  readonly latency = { changes: new Latency(), fsyncs: new Latency() };
  /** The peer's disk had everything up to `upTo` when it kept this tide; 0: none. */
  peerKeptTide: ((tide: number, upTo: number) => void) | null = null;
  /** The peer has all that was ever answered, and has recorded it. */
  peerIsLevel = false;
  readonly disk = new OwnDisk(this);
  #settled = new Settled();
  readonly #bindings = new Bindings(this);
  readonly #syncs = new Syncs(this);
  readonly #times = new UntoldTimes(this);
  readonly #ahead = new Ahead(this, this.#pending, this.#frames);
  readonly #oneSided = new OneSided(this);
  #renames = 0;
  #namesAreWanted = false;
  #oldestAt = 0;
  /** What was marked alone is not on disk as a whole. */
  #unrecorded = false;
  readonly #frame = newFrame();

  constructor(
    readonly dirty: Dirty,
    readonly aio: {
      fsync(fd: number, dataOnly: boolean, done: (error: number) => void): void;
    },
    readonly events: PipelineEvents,
    readonly now: () => number,
  ) {}

  /** The role is over: nothing waits, nobody asks any more. */
  close(): void {
    this.#frames.giveBack();
  }

  get waiting(): number {
    return this.#pending.length + this.#syncs.waiting + this.#oneSided.owed;
  }

  /** Of the changes that wait. */
  get waitingBytes(): number {
    return this.#pending.bytes;
  }

  /** Since when the oldest change has waited; 0: nothing waits. */
  get waitingSince(): number {
    return this.#pending.length > 0 ? this.#oldestAt : 0;
  }

  /** The oldest fsync's begin, 0 when none waits for the peer. */
  get syncingSince(): number {
    return this.#syncs.since;
  }

  /** Since when an fsync has waited for this node's disk alone; 0: none does. */
  get laggingSince(): number {
    return this.#syncs.laggingSince;
  }

  /** False: read no more requests now. */
  get accepting(): boolean {
    return !this.full &&
      this.#pending.length < MAX_PENDING && !this.givesBack;
  }

  /** The peer has writes that this disk refused, and was not given back yet what stands here. */
  get givesBack(): boolean {
    return this.#oneSided.givesBack;
  }

  /** Of what waits for the peer, or to be done here. */
  get full(): boolean {
    return this.#frames.isFull;
  }

  /** No room even for our own small frames. */
  get brimful(): boolean {
    return this.#frames.isBrimful;
  }

  /** Renames and unlinks under way: the paths that the system tells are not those that the peer will have. */
  get renaming(): boolean {
    return this.#renames > 0;
  }

  /** Somebody waits until names stand still: no more of them are changed until then. */
  get namesAreWanted(): boolean {
    return this.#namesAreWanted;
  }

  wantNames(): void {
    this.#namesAreWanted = true;
  }

  get unsent(): boolean {
    return this.session !== null && !this.#frames.isSent;
  }

  /** Where the next frame will stand; there is room for the largest one behind and for 40 bytes before. */
  place(): number {
    if (this.#pending.length === 0 && this.#frames.isSent) this.#frames.clear();
    return this.#frames.place();
  }

  /**
   * Appends a change whose payload is `payload`, or already stands at place() + HEADER (so many bytes). Several may stand there, each
   * HEADER behind the one before, together no more than the largest frame.
   */
  submit(
    operation: {
      readonly kind: number;
      readonly id: number;
      readonly argument?: number;
      readonly flags?: number;
    },
    about: {
      readonly volume: Volume;
      readonly inode?: Inode | null;
      readonly peerOnly?: boolean;
      /** It may be answered when it is sent. */
      readonly ahead?: boolean;
      readonly whole?: { failed: number };
      readonly answer?: (errno: number) => void;
    },
    payload: Uint8Array | number,
  ): void {
    // What stands there already must not be moved away from.
    const at = typeof payload === "number" ? this.#frames.end : this.place();
    const frame = this.#frame;
    frame.kind = operation.kind;
    frame.volume = about.volume.index;
    frame.flags = operation.flags ?? 0;
    frame.id = operation.id;
    frame.argument = operation.argument ?? 0;
    if (typeof payload === "number") frame.length = payload;
    else {
      this.memory.bytes.set(payload, at + HEADER);
      frame.length = payload.length;
    }
    const renames = frame.kind === KIND.RENAME || frame.kind === KIND.UNLINK ||
      frame.kind === KIND.RMDIR || frame.kind === KIND.LINK;
    const pending: Pending = {
      sequence: 0,
      at,
      volume: about.volume,
      inode: about.inode ?? null,
      peerErrno: 0,
      peerOnly: about.peerOnly ?? false,
      renames,
      length: frame.length,
      ahead: about.ahead ?? false,
      whole: about.whole ?? null,
      since: this.sequence % MEASURED === 0 ? this.now() : 0,
      answer: about.answer ?? null,
      then: null,
    };
    this.#append(frame);
    pending.sequence = frame.sequence;
    if (pending.inode) pending.inode.pending++;
    if (renames) this.#renames++;
    if (this.#pending.length === 0) this.#oldestAt = this.now();
    this.#pending.push(pending);
    // Also what only the peer is to do: until it is durable there, the copies may differ.
    this.#mark(frame, at);
  }

  #append(frame: Frame): void {
    frame.sequence = ++this.sequence;
    this.#frames.append(frame);
    if (!this.session) this.#frames.skip();
  }

  #mark(frame: Frame, at: number): void {
    if (this.alone) {
      this.dirty.operation(frame, this.memory.view, at + HEADER);
    } else markOperation(this.unsettled, frame, this.memory.view, at + HEADER);
  }

  /** A frame beside the changes: names, goodbyes, numbers. Needs a session. */
  tell(
    kind: number,
    volume: number,
    id: number,
    payload: Uint8Array | null,
    argument = 0,
  ): void {
    const at = this.place();
    if (payload) this.memory.bytes.set(payload, at + HEADER);
    const frame: Frame = {
      ...newFrame(),
      kind,
      volume,
      id,
      argument,
      length: payload?.length ?? 0,
    };
    if (kind < 64) return this.#append(frame);
    frame.sequence = argument;
    this.#frames.append(frame);
  }

  /** See Bindings. */
  bind(volume: Volume, inode: Inode): "bound" | "local" | "wait" | number {
    return this.#bindings.bind(volume, inode);
  }

  /** The kernel has forgotten inodes. */
  forget(volume: Volume, ids: readonly number[]): void {
    for (const id of ids) this.#times.forget(volume, id);
    this.#bindings.forget(volume, ids);
  }

  /** Makes an inode durable on both disks, then answers. `local`: it exists here only. */
  sync(
    volume: Volume,
    inode: Inode,
    options: {
      readonly dataOnly: boolean;
      readonly local: boolean;
      readonly answer: (errno: number) => void;
    },
  ): void {
    this.#syncs.add(volume, inode, options);
  }

  /** Looked at before each single answer: this process may have been stopped since the peer's acknowledgement came. */
  get ranOut(): boolean {
    return !this.alone && this.lease !== null && clock() > this.lease;
  }

  /** Pushes what can be sent; false: the connection is over. */
  flush(): boolean {
    const session = this.session;
    if (!session) return true;
    if (!this.#frames.send(session.connection)) return false;
    this.#ahead.answer();
    this.#advance();
    return true;
  }

  /** Runs it when all changes that came so far are done here. */
  whenDone(then: () => void): void {
    const last = this.#pending.newest;
    if (!last) then();
    else (last.then ??= []).push(then);
  }

  #advance(): void {
    this.#frames.release(this.#pending.oldest?.at ?? null);
  }

  /** Everything up to a number is on a disk: see Settled. */
  settle(up: Durable): void {
    this.#settled.note(up);
    this.unsettled.settle(this.#settled.upTo);
  }

  /** A frame of the peer about our changes; false: none of these. A string: protocol broken, end the session. */
  heard(frame: Frame): boolean | string {
    // Before the copies are level it has none of them: what it says would be taken for the word of the session before.
    if (!this.session) return false;
    const { kind, sequence } = frame;
    // Taken for true, the changes to come would be answered, or lose their marks, before the peer has them.
    if (
      (kind === KIND.ACK || kind === KIND.SETTLED) && sequence > this.sequence
    ) {
      return `the peer says that it has operation ${sequence}, of ${this.sequence}`;
    }
    switch (kind) {
      case KIND.ACK:
        this.acknowledged = Math.max(this.acknowledged, frame.sequence);
        return true;
      case KIND.FAILED: {
        const pending = this.#pending.find(frame.sequence);
        if (pending) {
          pending.peerErrno = frame.argument;
          if (pending.ahead) pending.volume.failedAhead(this.now());
        } else {
          // Not a change but a BIND: the peer does not have what we named.
          this.events.diverged(
            `the peer could not follow: ${errnoName(frame.argument)}`,
            frame,
          );
        }
        return true;
      }
      case KIND.SYNCED:
        this.#syncs.heard(frame.sequence, frame.argument);
        return true;
      case KIND.SETTLED:
        this.settle({ there: frame.sequence });
        this.peerKeptTide?.(frame.id, frame.sequence);
        return true;
      default:
        return false;
    }
  }

  /** Does here what the peer has (or what needs no peer) and answers. The one place where a write is acknowledged. */
  complete(): void {
    // Marks, or a new generation, that cannot be written (a full disk) hold up what they announce; tried again in the next turn. The
    // marks may fit where the generation does not: without it this copy would look older than one that goes on from the same point.
    if (this.alone && (this.dirty.needsFlush || this.#unrecorded)) {
      this.#unrecorded = !this.events.persist();
      if (this.#unrecorded) return;
    }
    const frame = this.#frame;
    let did = false;
    this.#syncs.answerLate();
    for (
      let pending = this.#pending.oldest;
      pending;
      pending = this.#pending.oldest
    ) {
      if (
        !this.alone &&
        (this.session === null || pending.sequence > this.acknowledged ||
          this.ranOut)
      ) break;
      this.#pending.shift();
      did = true;
      readHeader(this.memory.view, pending.at, frame);
      const kind = frame.kind,
        id = frame.id,
        argument = frame.argument,
        length = frame.length;
      if (this.alone && this.fresh) {
        // Now and not when it came: a pass must not compare what is not done yet and take the mark for settled.
        const payload = pending.at + HEADER;
        markOperation(this.fresh, frame, this.memory.view, payload);
      }
      const { whole } = pending;
      const error = pending.peerOnly ? 0 : whole?.failed ||
        apply(pending.volume, frame, this.memory, pending.at);
      if (whole) whole.failed = error;
      if (pending.since !== 0 && !this.alone) {
        this.latency.changes.add(this.now() - pending.since);
      }
      if (pending.inode) {
        pending.inode.ends();
        this.#times.add(pending.volume, pending.inode.id);
        this.#ahead.settle(pending, error);
      }
      if (pending.renames) this.#renames--;
      noteAttributes(pending.volume, kind, id);
      if (error === 0 && kind !== KIND.WRITE) {
        this.#times.addParents(pending.volume, kind, id, argument);
      }
      const makes = kind === KIND.CREATE || kind === KIND.TMPFILE;
      if (makes && error === 0 && this.session) {
        const inode = pending.volume.get(id);
        if (inode) inode.boundIn = this.session.number;
      }
      // Before the copies are found to differ: the peer's is the good one, and must not be called the older one.
      this.disk.refused(pending.volume, error);
      // Otherwise at the peer, which may still take over: answered when it is shut out or level again.
      const owed = !this.alone &&
        this.#oneSided.compare(pending, { kind, id, argument, length, error });
      const { answer, then } = pending;
      if (!owed) answer?.(error);
      for (const each of then ?? []) each();
    }
    // Nearly: what is the oldest now came while others were before it.
    if (did) this.#oldestAt = this.now();
    this.#advance();
    if (this.#renames === 0) {
      this.#namesAreWanted = false;
      if (this.session) this.#syncs.sendAgain();
    }
    if (this.givesBack && this.#pending.length === 0) {
      this.#oneSided.giveBack();
    }
  }

  /** Tells the peer the times that this disk gave. At most `limit` inodes a call. False: more are to be told, or there is no room now. */
  sendTimes(limit: number): boolean {
    return this.#times.send(limit);
  }

  /** Nobody will tell it any more. */
  markTimes(): void {
    this.#times.mark();
  }

  /** Whether the peer has been told the times of an inode as this disk has them. */
  timesTold(volume: Volume, id: number): boolean {
    return !this.#times.has(volume, id);
  }

  get timesToSend(): boolean {
    return !this.#times.isEmpty;
  }

  /** Everything up to this number is done here. */
  get done(): number {
    const { oldest } = this.#pending;
    return oldest ? oldest.sequence - 1 : this.sequence;
  }

  /** Answers what only one of both had done: the peer is level again, or shut out. */
  pay(): void {
    this.#oneSided.pay();
  }

  /** The peer is shut out: nothing waits for it any more. The caller has made the marks durable. */
  goAlone(): void {
    this.alone = true;
    this.peerIsLevel = false;
    this.lease = null;
    this.session = null;
    this.#frames.skip();
    this.#times.mark();
    this.#syncs.goAlone();
    this.complete();
    this.pay();
  }

  /** The session is gone; changes wait for the next one or for `goAlone`. */
  lose(): void {
    this.session = null;
    this.#frames.skip();
    this.#syncs.lose();
    if (this.#pending.length > 0) this.#oldestAt ||= this.now();
  }

  /**
   * The copies are level: from now on every change goes to the peer. What waited is sent again under new numbers; what concerns a
   * file without a name is done here alone, because the peer has no such file any more.
   */
  mirror(connection: Connection, number: number): void {
    this.alone = false;
    this.fresh = null;
    this.acknowledged = this.sequence;
    this.session = { connection, number };
    this.#settled = new Settled();
    const { memory, disk } = this, tools = { memory, disk, ahead: this.#ahead };
    const left = leftForPeer(tools, this.#pending);
    const waiting = left.map((pending) => {
      const frame = readHeader(this.memory.view, pending.at, newFrame());
      const from = pending.at + HEADER;
      const payload = this.memory.bytes.slice(from, from + frame.length);
      return { pending, frame, payload };
    });
    // Copied out, the buffer is empty: a second copy of all that waits beside the first one would not fit.
    this.#frames.clear();
    // All names first: the peer stands where we stand now, and a rename among what waited moves what comes after it.
    for (const { pending, frame, payload } of waiting) {
      const ids = [frame.id, frame.argument];
      const source = copySource(frame.kind, payload);
      if (source !== null) ids.push(source);
      this.#bindings.bindAgain(pending.volume, ids, number);
    }
    for (const { pending, frame, payload } of waiting) {
      pending.at = this.#frames.place();
      this.memory.bytes.set(payload, pending.at + HEADER);
      this.#append(frame);
      pending.sequence = frame.sequence;
      pending.peerErrno = 0;
      this.#mark(frame, pending.at);
    }
    this.#syncs.sendAgain();
  }
}
