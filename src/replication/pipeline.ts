/**
 * The primary's one order. Every change becomes a frame here and gets its number; it goes to the peer first and is done here when
 * the peer has it (so nothing is ever on a dead primary's disk that the survivor has not seen), or at once when this node is alone
 * (after the mark that it differs is on disk). Then, and only then, the application gets its answer: in `complete`, one place.
 */
import type { Connection } from "../peer/connection.ts";
import { type Frame, HEADER, newFrame, readHeader } from "../peer/frame.ts";
import { now as clock } from "../system/clock.ts";
import { E, errnoName } from "../system/libc.ts";
import { apply } from "./apply.ts";
import { Bindings } from "./bindings.ts";
import type { Dirty } from "./dirty.ts";
import { FrameBuffer } from "./frame_buffer.ts";
import { type Failed, giveBack } from "./give_back.ts";
import type { Inode } from "./inode.ts";
import { markOperation, Marks } from "./marks.ts";
import { mayDiffer } from "./may_differ.ts";
import { copySource, isNameless } from "./nameless.ts";
import { KIND } from "./operation.ts";
import { Syncs } from "./syncs.ts";
import { UntoldTimes } from "./untold_times.ts";
import type { Volume } from "./volume.ts";

/** Changes under way; above this no more requests are read. */
const MAX_PENDING = 8192;

/** After these an fsync must reach more than the data. */
const CHANGES_ATTRIBUTES = new Set<number>([
  KIND.SETATTR,
  KIND.SETXATTR,
  KIND.REMOVEXATTR,
  KIND.LINK,
]);

/** One change under way. */
export interface Pending {
  sequence: number;
  /** Where its frame stands. */
  at: number;
  readonly volume: Volume;
  readonly inode: Inode | null;
  /** errno that the peer reported; 0: none. */
  peerErrno: number;
  /** Undoes at the peer what failed here: not done here. */
  readonly peerOnly: boolean;
  readonly renames: boolean;
  /** Of its payload. */
  readonly length: number;
  /** To be answered when it is sent. */
  readonly ahead: boolean;
  /** Answers the application; null for our own operations, and when it is answered. */
  answer: ((errno: number) => void) | null;
  /** What waits for it to be done here. */
  then: (() => void)[] | null;
}

export interface PipelineEvents {
  /** The session cannot go on: the copies differ in what is marked. */
  diverged(why: string): void;
  /** This node's own disk failed. */
  fault(what: string): void;
  /** A write failed here that its application takes for written. */
  late(what: string): void;
  /** Persists marks and, at the first difference, the new generation, before anything is done alone. False: not possible now. */
  persist(): boolean;
}

export class Pipeline {
  readonly #frames = new FrameBuffer((by) => {
    for (let i = this.#head; i < this.#pending.length; i++) {
      this.#pending[i]!.at -= by;
    }
  });
  readonly memory = this.#frames.memory;
  /** Changes that the peer may not have on its disk yet, by the number that its SETTLED will cover. */
  readonly unsettled = new Marks();
  /** Alone while a peer is being levelled: changes since the last pass began. */
  fresh: Marks | null = null;
  alone = false;
  /** Set while every frame goes to the peer. */
  session: { readonly connection: Connection; readonly number: number } | null =
    null;
  /** Mirrored: nothing is acknowledged after this (clock.now()), the peer may have gone on; null: no limit. */
  lease: number | null = null;
  sequence = 0;
  acknowledged = 0;
  readonly #bindings = new Bindings(this);
  readonly #syncs = new Syncs(this);
  readonly #times = new UntoldTimes(this);
  #pending: Pending[] = [];
  #head = 0;
  /** Before this one of #pending all were looked at for being answered ahead. */
  #told = 0;
  #renames = 0;
  #oldestAt = 0;
  /** To be given back to the peer, when all that came before is done. */
  readonly #failed: Failed[] = [];
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
    return this.#pending.length - this.#head + this.#syncs.waiting +
      this.#owed.length;
  }

  /** Since when the oldest change has waited; 0: nothing waits. */
  get waitingSince(): number {
    return this.#head < this.#pending.length ? this.#oldestAt : 0;
  }

  /** The oldest fsync's begin, 0 when none waits for the peer. */
  get syncingSince(): number {
    return this.#syncs.since;
  }

  /** False: read no more requests now. */
  get accepting(): boolean {
    return !this.#frames.isFull &&
      this.#pending.length - this.#head < MAX_PENDING &&
      this.#failed.length === 0;
  }

  /** Renames and unlinks under way: the paths that the system tells are not those that the peer will have. */
  get renaming(): boolean {
    return this.#renames > 0;
  }

  get unsent(): boolean {
    return this.session !== null && !this.#frames.isSent;
  }

  /** Where the next frame will stand; there is room for the largest one behind and for 40 bytes before. */
  place(): number {
    if (this.#head === this.#pending.length && this.#frames.isSent) {
      this.#frames.clear();
      this.#pending = [];
      this.#head = this.#told = 0;
    }
    return this.#frames.place();
  }

  /** Appends a change whose payload is `payload`, or already stands at place() + HEADER (`length` bytes). */
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
      readonly answer?: (errno: number) => void;
    },
    payload: Uint8Array | number,
  ): void {
    const at = this.place();
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
      answer: about.answer ?? null,
      then: null,
    };
    this.#append(frame);
    pending.sequence = frame.sequence;
    if (pending.inode) pending.inode.pending++;
    if (renames) this.#renames++;
    if (this.#head === this.#pending.length) this.#oldestAt = this.now();
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
  bind(volume: Volume, inode: Inode): "bound" | "local" | "wait" {
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
    this.#answerAhead();
    this.#advance();
    return true;
  }

  /**
   * Guarantee level fsync: the application goes on, the order does not change. What is not done here yet stays in memory, and whoever
   * asks for the file waits for it: so still nothing is on this disk that the peer has not seen.
   */
  #answerAhead(): void {
    for (; this.#told < this.#pending.length; this.#told++) {
      const pending = this.#pending[this.#told]!;
      const { at, length, inode, answer } = pending;
      if (!this.#frames.isSentUpTo(at + HEADER + length)) return;
      if (!pending.ahead || !answer || !inode || this.ranOut) continue;
      inode.ahead++;
      pending.answer = null;
      answer(0);
    }
  }

  /** Runs it when all changes that came so far are done here. */
  whenDone(then: () => void): void {
    const last = this.#pending.at(-1);
    if (!last || this.#head === this.#pending.length) then();
    else (last.then ??= []).push(then);
  }

  #advance(): void {
    this.#frames.release(this.#pending[this.#head]?.at ?? null);
  }

  /**
   * Everything up to a number is on a disk. A mark goes when it is on both: one that only the peer has durable is still a place
   * where this copy would be the older one, should this node crash after it has gone on alone.
   */
  settle(up: { readonly here?: number; readonly there?: number }): void {
    this.#settledHere = up.here ?? this.#settledHere;
    this.#settledThere = up.there ?? this.#settledThere;
    this.unsettled.settle(Math.min(this.#settledHere, this.#settledThere));
  }

  #settledHere = -1;
  #settledThere = -1;

  /** A frame of the peer about our changes; false: none of these. */
  heard(frame: Frame): boolean {
    switch (frame.kind) {
      case KIND.ACK:
        this.acknowledged = Math.max(this.acknowledged, frame.sequence);
        return true;
      case KIND.FAILED:
        for (let i = this.#head; i < this.#pending.length; i++) {
          const pending = this.#pending[i]!;
          if (pending.sequence === frame.sequence) {
            pending.peerErrno = frame.argument;
            if (pending.ahead) pending.volume.failedAhead(this.now());
            return true;
          }
        }
        // Not a change but a BIND: the peer does not have what we named.
        this.events.diverged(
          `the peer could not follow: ${errnoName(frame.argument)}`,
        );
        return true;
      case KIND.SYNCED:
        this.#syncs.heard(frame.sequence, frame.argument);
        return true;
      case KIND.SETTLED:
        this.settle({ there: frame.sequence });
        return true;
      default:
        return false;
    }
  }

  /** Does here what the peer has (or what needs no peer) and answers. The one place where a write is acknowledged. */
  complete(): void {
    // Marks that cannot be written (a full disk) hold up what they announce; tried again in the next turn.
    if (this.alone && this.dirty.needsFlush && !this.events.persist()) return;
    const frame = this.#frame;
    const before = this.#head;
    this.#syncs.answerLate();
    while (this.#head < this.#pending.length) {
      const pending = this.#pending[this.#head]!;
      if (
        !this.alone &&
        (this.session === null || pending.sequence > this.acknowledged ||
          this.ranOut)
      ) break;
      this.#head++;
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
      const error = pending.peerOnly
        ? 0
        : apply(pending.volume, frame, this.memory, pending.at);
      if (pending.inode) {
        pending.inode.pending--;
        this.#times.add(pending.volume, pending.inode.id);
        this.#settleAhead(pending, error);
      }
      if (pending.renames) this.#renames--;
      if (CHANGES_ATTRIBUTES.has(kind)) {
        const inode = pending.volume.get(id);
        if (inode) inode.attributesChanged = true;
      }
      if (error === 0 && kind !== KIND.WRITE) {
        this.#times.addParents(pending.volume, kind, id, argument);
      }
      const makes = kind === KIND.CREATE || kind === KIND.TMPFILE;
      if (makes && error === 0 && this.session) {
        const inode = pending.volume.get(id);
        if (inode) inode.boundIn = this.session.number;
      }
      if (!this.alone && mayDiffer(kind, error, pending.peerErrno)) {
        this.#mismatch(pending, { kind, id, argument, length, error });
      }
      if (error === E.IO || error === E.ROFS) {
        this.events.fault(
          `writing below "${pending.volume.path}" failed: ${errnoName(error)}`,
        );
      }
      const { answer, then } = pending;
      // Not at the peer, which may still take over: owed until it is shut out or level again.
      const owed = !this.alone && error === 0 && pending.peerErrno !== 0;
      if (answer && owed) this.#owed.push(answer);
      else answer?.(error);
      for (const each of then ?? []) each();
    }
    this.#told = Math.max(this.#told, this.#head);
    if (this.#head > 1024 && this.#head * 2 > this.#pending.length) {
      this.#pending.splice(0, this.#head);
      this.#told -= this.#head;
      this.#head = 0;
    }
    // Nearly: what is the oldest now came while others were before it.
    if (this.#head > before) this.#oldestAt = this.now();
    this.#advance();
    if (this.session && this.#renames === 0) this.#syncs.sendAgain();
    if (this.#failed.length > 0 && this.#head === this.#pending.length) {
      for (const failed of this.#failed.splice(0)) this.#giveBack(failed);
    }
  }

  /** Only one of the copies did it, or both a part of it. */
  #mismatch(
    pending: Pending,
    did: {
      readonly kind: number;
      readonly id: number;
      readonly argument: number;
      readonly length: number;
      readonly error: number;
    },
  ): void {
    if (did.error !== 0 && did.kind === KIND.WRITE && pending.inode) {
      // Typically our disk is full: give the peer back what stands here.
      this.#failed.push({
        volume: pending.volume,
        id: did.id,
        offset: did.argument,
        length: did.length,
      });
      return;
    }
    const frame = readHeader(this.memory.view, pending.at, newFrame());
    this.dirty.operation(frame, this.memory.view, pending.at + HEADER);
    const what =
      Object.entries(KIND).find(([, kind]) => kind === did.kind)?.[0] ??
        "operation";
    this.events.diverged(
      did.error === 0
        ? `the peer could not do ${what}: ${errnoName(pending.peerErrno)}`
        : `${what} failed here (${errnoName(did.error)}) and ${
          pending.peerErrno === 0 ? "not at the peer" : "at the peer"
        }`,
    );
  }

  #giveBack(failed: Failed): void {
    const error = giveBack(this, failed);
    if (error === 0) return;
    const marks = new Marks(), { volume, id } = failed;
    marks.data(volume.index, id, failed, 0);
    this.dirty.add(marks);
    this.events.diverged(
      `a write failed here and not at the peer, and cannot be taken back: ${
        errnoName(error)
      }`,
    );
  }

  /** Tells the peer the times that this disk gave. At most `limit` inodes a call. */
  sendTimes(limit: number): void {
    this.#times.send(limit);
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
    return this.#head < this.#pending.length
      ? this.#pending[this.#head]!.sequence - 1
      : this.sequence;
  }

  /** Answers what the peer had refused: it is level again, or shut out. */
  pay(): void {
    for (const answer of this.#owed.splice(0)) answer(0);
  }

  readonly #owed: ((errno: number) => void)[] = [];

  /** The peer is shut out: nothing waits for it any more. The caller has made the marks durable. */
  goAlone(): void {
    this.alone = true;
    this.lease = null;
    this.session = null;
    this.#frames.skip();
    this.#times.goAlone();
    this.#syncs.goAlone();
    this.complete();
    this.pay();
  }

  /** The session is gone; changes wait for the next one or for `goAlone`. */
  lose(): void {
    this.session = null;
    this.#frames.skip();
    this.#syncs.lose();
    if (this.#head < this.#pending.length) this.#oldestAt ||= this.now();
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
    this.#settledHere = this.#settledThere = -1;
    const all = this.#pending.slice(this.#head);
    this.#pending = all.filter((pending) => !this.#doneLocally(pending));
    this.#head = this.#told = 0;
    const waiting = this.#pending.map((pending) => {
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

  /** A change that was answered ahead is done here, or has failed: then somebody must hear of it. */
  #settleAhead(
    { ahead, answer, inode, volume }: Pending,
    error: number,
  ): void {
    if (!ahead || answer || !inode) return;
    inode.ahead--;
    if (error === 0) return;
    inode.lateError = error;
    volume.failedAhead(this.now());
    this.events.late(
      `a write below "${volume.path}" was answered and then refused by this node's disk: ${
        errnoName(error)
      }; the next fsync of that file says so`,
    );
  }

  /** Whether it concerned a file without a name, and is done and answered. */
  #doneLocally(pending: Pending): boolean {
    const { volume, inode, at } = pending;
    // A nameless file that gets a name is told to the peer, which then lacks it and is levelled.
    const frame = readHeader(this.memory.view, at, newFrame());
    if (!inode || pending.renames) return false;
    const from = at + HEADER;
    const payload = this.memory.bytes.subarray(from, from + frame.length);
    const id = copySource(frame.kind, payload);
    const source = id === null ? undefined : volume.get(id);
    const nameless = frame.id === inode.id && isNameless(inode);
    if (!nameless && !(source && isNameless(source))) return false;
    inode.pending--;
    // Of a copy one end may be told to the peer, and what comes before it there is not done yet: the kernel then reads and writes.
    let error: number = E.XDEV;
    if (id === null) {
      error = pending.peerOnly ? 0 : apply(volume, frame, this.memory, at);
      if (CHANGES_ATTRIBUTES.has(frame.kind)) inode.attributesChanged = true;
    }
    if (error === E.IO || error === E.ROFS) {
      this.events.fault(
        `writing below "${volume.path}" failed: ${errnoName(error)}`,
      );
    }
    this.#settleAhead(pending, error);
    pending.answer?.(error);
    for (const each of pending.then ?? []) each();
    return true;
  }
}
