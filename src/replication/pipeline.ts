/**
 * The primary's one order. Every change becomes a frame here and gets its number; it goes to the peer first and is done here when
 * the peer has it (so nothing is ever on a dead primary's disk that the survivor has not seen), or at once when this node is alone
 * (after the mark that it differs is on disk). Then, and only then, the application gets its answer: in `complete`, one place.
 */
import { getU64, setU64 } from "../system/u64.ts";
import type { Connection } from "../peer/connection.ts";
import { now as clock } from "../system/clock.ts";
import { E, errnoName, libc, Memory } from "../system/libc.ts";
import { apply, readTimes } from "./apply.ts";
import type { Dirty } from "./dirty.ts";
import { markOperation, Marks } from "./marks.ts";
import { KIND } from "./operation.ts";
import {
  type Frame,
  HEADER,
  MAX_PAYLOAD,
  newFrame,
  readHeader,
  writeHeader,
} from "../peer/frame.ts";
import { stat, statFd } from "./descriptor.ts";
import type { Inode } from "./inode.ts";
import type { Volume } from "./volume.ts";
import { STATX } from "../fuse/abi.ts";

/** Frames that wait for the peer or for being done here. */
const SIZE = 64 << 20;
/** Above this no more requests are read: the kernel and so the applications wait. */
const FULL = 32 << 20;
const MAX_PENDING = 8192;
/** Room before the first frame: a request is read 40 bytes before where its frame will stand (see Server.intake). */
const PAD = 64;

/** After these an fsync must reach more than the data. */
const CHANGES_ATTRIBUTES = new Set<number>([
  KIND.SETATTR,
  KIND.SETXATTR,
  KIND.REMOVEXATTR,
  KIND.LINK,
]);

/** What is given back to the peer; read and copied at once. */
const copy = new Memory(1 << 20);

/** What may have been done in part when it fails. */
const IN_PARTS = new Set<number>([KIND.WRITE, KIND.FALLOCATE, KIND.COPY]);
/** With these; another refusal comes before anything is done. */
const MIDWAY = new Set<number>([E.NOSPC, E.DQUOT, E.IO, E.FBIG]);

/** Whether the copies may differ after an operation with these results (errno, 0: done). */
export function mayDiffer(kind: number, here: number, there: number): boolean {
  if (here === 0 || there === 0) return here !== there;
  // Two disks that are full end a write at different places.
  return IN_PARTS.has(kind) && (MIDWAY.has(here) || MIDWAY.has(there));
}

/** Id of the file that a COPY reads. */
function copySource(kind: number, payload: Uint8Array): number | null {
  if (kind !== KIND.COPY || payload.length < 8) return null;
  return getU64(new DataView(payload.buffer, payload.byteOffset), 0);
}

/** Open, and deleted. */
function isNameless(inode: Inode): boolean {
  return inode.orphan || statFd(inode.fd) === 0 &&
      stat.view.getUint32(stat.at + STATX.nlink, true) === 0;
}

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
  /** Answers the application; null for our own operations. */
  readonly answer: ((errno: number) => void) | null;
}

/** An fsync under way: it needs both disks. */
interface Syncing {
  readonly volume: Volume;
  readonly inode: Inode;
  readonly dataOnly: boolean;
  here: boolean;
  there: boolean;
  error: number;
  startedAt: number;
  readonly answer: (errno: number) => void;
}

export interface PipelineEvents {
  /** The session cannot go on: the copies differ in what is marked. */
  diverged(why: string): void;
  /** This node's own disk failed. */
  fault(what: string): void;
  /** Persists marks and, at the first difference, the new generation, before anything is done alone. False: not possible now. */
  persist(): boolean;
}

export class Pipeline {
  readonly memory = Memory.take(SIZE);
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
  readonly #late: Syncing[] = [];
  sequence = 0;
  acknowledged = 0;
  /** Ids of inodes whose times the peer has only nearly: its own clock stamped them. */
  readonly #stamped = new Map<Volume, Set<number>>();
  readonly #syncing = new Map<number, Syncing>();
  readonly #unsent = new Set<Syncing>();
  #pending: Pending[] = [];
  #head = 0;
  #renames = 0;
  #begin = PAD;
  #sent = PAD;
  #end = PAD;
  #oldestAt = 0;
  readonly #repairs: {
    readonly volume: Volume;
    readonly id: number;
    readonly offset: number;
    readonly length: number;
  }[] = [];
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
    this.memory.giveBack();
  }

  get waiting(): number {
    return this.#pending.length - this.#head + this.#unsent.size +
      this.#syncing.size + this.#owed.length + this.#late.length;
  }

  /** Since when the oldest change has waited; 0: nothing waits. */
  get waitingSince(): number {
    return this.#head < this.#pending.length ? this.#oldestAt : 0;
  }

  /** The oldest fsync's begin, 0 when none waits for the peer. */
  get syncingSince(): number {
    let oldest = 0;
    for (const sync of this.#syncing.values()) {
      if (!sync.there && (oldest === 0 || sync.startedAt < oldest)) {
        oldest = sync.startedAt;
      }
    }
    return oldest;
  }

  /** False: read no more requests now. */
  get accepting(): boolean {
    return this.#end - this.#begin < FULL &&
      this.#pending.length - this.#head < MAX_PENDING &&
      this.#repairs.length === 0;
  }

  /** Renames and unlinks under way: the paths that the system tells are not those that the peer will have. */
  get renaming(): boolean {
    return this.#renames > 0;
  }

  get unsent(): boolean {
    return this.session !== null && this.#sent < this.#end;
  }

  /** Where the next frame will stand; there is room for the largest one behind and for 40 bytes before. */
  place(): number {
    if (this.#head === this.#pending.length && this.#sent === this.#end) {
      this.#begin = this.#sent = this.#end = PAD;
      this.#pending = [];
      this.#head = 0;
    }
    if (this.#end + HEADER + MAX_PAYLOAD > SIZE) this.#compact();
    return this.#end;
  }

  #compact(): void {
    const by = this.#begin - PAD;
    this.memory.bytes.copyWithin(PAD, this.#begin, this.#end);
    this.#begin -= by;
    this.#sent -= by;
    this.#end -= by;
    for (let i = this.#head; i < this.#pending.length; i++) {
      this.#pending[i]!.at -= by;
    }
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
      answer: about.answer ?? null,
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
    writeHeader(this.memory.bytes, this.memory.view, this.#end, frame);
    this.#end += HEADER + frame.length;
    if (!this.session) this.#sent = this.#end;
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
    writeHeader(this.memory.bytes, this.memory.view, at, frame);
    this.#end += HEADER + frame.length;
  }

  /**
   * Sees to it that the peer knows `inode` by its id. "local": it has no name any more and no copy at the peer, nobody will miss it;
   * "wait": names are changing, ask again when `renaming` is over.
   */
  bind(volume: Volume, inode: Inode): "bound" | "local" | "wait" {
    if (
      !this.session || inode === volume.root ||
      inode.boundIn === this.session.number
    ) return "bound";
    if (this.renaming) return "wait";
    const path = volume.pathOf(inode);
    if (path === null) {
      if (isNameless(inode)) return "local";
      // Another hard link of it lives, under a name that we do not know here: level the peer by names instead.
      this.events.diverged(
        "an open file has lost the name by which the peer could find it",
      );
      return "wait";
    }
    this.tell(KIND.BIND, volume.index, inode.id, path);
    inode.boundIn = this.session.number;
    return "bound";
  }

  /** The kernel has forgotten inodes: the peer may too. As many as one request of the kernel names fit into a frame. */
  forget(volume: Volume, ids: readonly number[]): void {
    const stamped = this.#stamped.get(volume);
    const told: number[] = [];
    for (const id of ids) {
      if (stamped?.delete(id) && !this.#sendTimesOf(volume, id)) {
        // Nobody will know that they are still to be told: the next session levels them.
        this.#markAttributes([[volume, [id]]]);
      }
      if (this.session && volume.boundIn(id) === this.session.number) {
        told.push(id);
      }
    }
    if (!this.session || told.length === 0) return;
    const payload = new Uint8Array(told.length * 8);
    const view = new DataView(payload.buffer);
    told.forEach((id, i) => setU64(view, i * 8, id));
    this.tell(KIND.FORGET, volume.index, told[0]!, payload);
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
    const fd = volume.data(inode);
    if (fd < 0) return options.answer(-fd);
    // Times alone are no reason to commit the file system's journal: the peer is told them apart.
    const dataOnly = options.dataOnly ||
      (!inode.attributesChanged && !inode.isDirectory);
    if (!dataOnly) inode.attributesChanged = false;
    const sync: Syncing = {
      volume,
      inode,
      dataOnly,
      here: false,
      there: this.alone || options.local,
      error: 0,
      startedAt: this.now(),
      answer: options.answer,
    };
    inode.holders++;
    if (!sync.there) this.#sendSync(sync);
    this.aio.fsync(fd, dataOnly && !inode.isDirectory, (error) => {
      sync.here = true;
      sync.error ||= error;
      // The kernel reports a lost page once; the copy at the peer is now the better one.
      if (error === E.IO || error === E.ROFS) {
        this.events.fault(
          `fsync below "${volume.path}" failed: ${errnoName(error)}`,
        );
      }
      this.#answerSync(sync);
    });
  }

  #sendSync(sync: Syncing): void {
    if (!this.session) {
      this.#unsent.add(sync);
      return;
    }
    this.#unsent.delete(sync);
    const bound = this.bind(sync.volume, sync.inode);
    if (bound === "local" || !this.session) {
      sync.there = bound === "local";
      if (!sync.there) this.#unsent.add(sync);
      return this.#answerSync(sync);
    }
    if (bound === "wait") {
      this.#unsent.add(sync);
      return;
    }
    this.tell(
      KIND.FSYNC,
      sync.volume.index,
      sync.inode.id,
      null,
      sync.dataOnly ? 1 : 0,
    );
    this.#syncing.set(this.sequence, sync);
  }

  #answerSync(sync: Syncing): void {
    if (!sync.here || !sync.there) return;
    if (this.#ranOut) return void this.#late.push(sync);
    sync.inode.holders--;
    sync.answer(sync.error);
  }

  /** Looked at before each single answer: this process may have been stopped since the peer's acknowledgement came. */
  get #ranOut(): boolean {
    return !this.alone && this.lease !== null && clock() > this.lease;
  }

  /** Pushes what can be sent; false: the connection is over. */
  flush(): boolean {
    const session = this.session;
    if (!session) return true;
    while (this.#sent < this.#end) {
      const n = session.connection.send(
        this.memory.address + this.#sent,
        this.#end - this.#sent,
      );
      if (n < 0) return false;
      if (n === 0) break;
      this.#sent += n;
    }
    this.#advance();
    return true;
  }

  #advance(): void {
    const pending = this.#pending[this.#head];
    this.#begin = pending ? Math.min(pending.at, this.#sent) : this.#sent;
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
            return true;
          }
        }
        // Not a change but a BIND: the peer does not have what we named.
        this.events.diverged(
          `the peer could not follow: ${errnoName(frame.argument)}`,
        );
        return true;
      case KIND.SYNCED: {
        const sync = this.#syncing.get(frame.sequence);
        if (!sync) return true;
        this.#syncing.delete(frame.sequence);
        if (frame.argument !== 0) {
          this.#unsent.add(sync);
          this.events.diverged(
            `the peer's disk failed: ${errnoName(frame.argument)}`,
          );
          return true;
        }
        sync.there = true;
        this.#answerSync(sync);
        return true;
      }
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
    if (this.#late.length > 0 && !this.#ranOut) {
      for (const sync of this.#late.splice(0)) this.#answerSync(sync);
    }
    while (this.#head < this.#pending.length) {
      const pending = this.#pending[this.#head]!;
      if (
        !this.alone &&
        (this.session === null || pending.sequence > this.acknowledged ||
          this.#ranOut)
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
        this.#stamp(pending.volume, pending.inode.id);
      }
      if (pending.renames) this.#renames--;
      if (CHANGES_ATTRIBUTES.has(kind)) {
        const inode = pending.volume.get(id);
        if (inode) inode.attributesChanged = true;
      }
      if (error === 0 && kind !== KIND.WRITE) {
        this.#stampParents(pending.volume, kind, id, argument);
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
      const { answer } = pending;
      // Not at the peer, which may still take over: owed until it is shut out or level again.
      const owed = !this.alone && error === 0 && pending.peerErrno !== 0;
      if (answer && owed) this.#owed.push(answer);
      else answer?.(error);
    }
    if (this.#head > 1024 && this.#head * 2 > this.#pending.length) {
      this.#pending.splice(0, this.#head);
      this.#head = 0;
    }
    // Nearly: what is the oldest now came while others were before it.
    if (this.#head > before) this.#oldestAt = this.now();
    this.#advance();
    if (this.session && this.#renames === 0 && this.#unsent.size > 0) {
      for (const sync of [...this.#unsent]) this.#sendSync(sync);
    }
    if (this.#repairs.length > 0 && this.#head === this.#pending.length) {
      this.#repair();
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
      this.#repairs.push({
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

  #repair(): void {
    for (const { volume, id, offset, length } of this.#repairs.splice(0)) {
      const inode = volume.get(id);
      const fd = inode ? volume.data(inode) : -1;
      if (!inode || fd < 0 || statFd(inode.fd) !== 0) continue;
      const size = getU64(stat.view, stat.at + STATX.size);
      const n = libc.pread(fd, copy.address, length, offset);
      const back = { volume, inode, peerOnly: true };
      if (n > 0) {
        this.submit(
          { kind: KIND.WRITE, id: inode.id, argument: offset },
          back,
          copy.bytes.slice(0, n),
        );
      }
      const payload = new Uint8Array(48);
      const view = new DataView(payload.buffer);
      view.setUint32(0, 8, true); // FATTR.SIZE
      view.setBigUint64(16, BigInt(size), true);
      this.submit({ kind: KIND.SETATTR, id: inode.id }, back, payload);
      // The mark of the write that failed may have been settled since: the peer has that write.
      if (length > 0) {
        const range = { offset, length };
        this.unsettled.data(volume.index, id, range, this.sequence);
      }
    }
  }

  #stampParents(
    volume: Volume,
    kind: number,
    id: number,
    argument: number,
  ): void {
    if (kind === KIND.CREATE || kind === KIND.LINK || kind === KIND.RENAME) {
      this.#stamp(volume, argument);
    }
    // LINK too: a file that had no name until now was not worth telling before.
    if (
      kind === KIND.CREATE || kind === KIND.UNLINK || kind === KIND.RMDIR ||
      kind === KIND.RENAME || kind === KIND.LINK
    ) this.#stamp(volume, id);
  }

  #stamp(volume: Volume, id: number): void {
    // Alone the marks say what differs, and resync brings the times.
    if (this.alone) return;
    const ids = this.#stamped.get(volume);
    if (ids) ids.add(id);
    else this.#stamped.set(volume, new Set([id]));
  }

  /** Tells the peer the times that this disk gave: quiet copies are identical to the nanosecond. At most `limit` inodes a call. */
  sendTimes(limit: number): void {
    if (!this.session) return;
    for (const [volume, ids] of this.#stamped) {
      for (const id of ids) {
        if (limit-- === 0) return;
        if (volume.get(id)?.pending) continue;
        // Cannot be named just now: later, or the copies would keep two times for ever.
        const { session } = this;
        if (this.renaming && volume.boundIn(id) !== session.number) continue;
        ids.delete(id);
        this.#sendTimesOf(volume, id);
        // All of them may be told at once, at the end of a role.
        volume.putAway();
      }
    }
  }

  /** False: they differ still. */
  #sendTimesOf(volume: Volume, id: number): boolean {
    const inode = volume.get(id);
    if (!inode || inode.orphan) return true;
    if (!this.session) return false;
    const bound = this.bind(volume, inode);
    if (bound === "local") return true;
    if (bound === "wait" || !this.session) return false;
    const times = new Uint8Array(24);
    if (readTimes(inode, new DataView(times.buffer), 0) !== 0) return true;
    const at = this.place();
    this.tell(KIND.TIMES, volume.index, inode.id, times);
    const frame = readHeader(this.memory.view, at, newFrame());
    markOperation(this.unsettled, frame, this.memory.view, at + HEADER);
    return true;
  }

  #markAttributes(all: Iterable<readonly [Volume, Iterable<number>]>): void {
    const marks = new Marks();
    for (const [volume, ids] of all) {
      for (const id of ids) {
        if (volume.has(id)) marks.attributes(volume.index, id, 0);
      }
    }
    this.dirty.add(marks);
    // Alone, and a pass may be under way that has looked at it already.
    this.fresh?.add(marks);
  }

  /** Whether the peer has been told the times of an inode as this disk has them. */
  timesTold(volume: Volume, id: number): boolean {
    return !this.#stamped.get(volume)?.has(id);
  }

  get timesToSend(): boolean {
    for (const ids of this.#stamped.values()) if (ids.size > 0) return true;
    return false;
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
    this.#sent = this.#end;
    // Times that the peer was still to be told.
    this.#markAttributes(this.#stamped);
    this.#stamped.clear();
    for (const sync of [...this.#syncing.values(), ...this.#unsent]) {
      sync.there = true;
      this.#answerSync(sync);
    }
    this.#syncing.clear();
    this.#unsent.clear();
    this.complete();
    this.pay();
  }

  /** The session is gone; changes wait for the next one or for `goAlone`. */
  lose(): void {
    this.session = null;
    this.#sent = this.#end;
    for (const sync of this.#syncing.values()) this.#unsent.add(sync);
    this.#syncing.clear();
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
    this.#head = 0;
    const waiting = this.#pending.map((pending) => {
      const frame = readHeader(this.memory.view, pending.at, newFrame());
      const from = pending.at + HEADER;
      const payload = this.memory.bytes.slice(from, from + frame.length);
      return { pending, frame, payload };
    });
    // Copied out, the buffer is empty: a second copy of all that waits beside the first one would not fit.
    this.#begin = this.#sent = this.#end = PAD;
    // All names first: the peer stands where we stand now, and a rename among what waited moves what comes after it.
    for (const { pending, frame, payload } of waiting) {
      const ids = [frame.id, frame.argument];
      const source = copySource(frame.kind, payload);
      if (source !== null) ids.push(source);
      this.#bindAgain(pending.volume, ids, number);
    }
    for (const { pending, frame, payload } of waiting) {
      pending.at = this.#end;
      this.memory.bytes.set(payload, pending.at + HEADER);
      this.#append(frame);
      pending.sequence = frame.sequence;
      pending.peerErrno = 0;
      this.#mark(frame, pending.at);
    }
    for (const sync of [...this.#unsent]) this.#sendSync(sync);
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
    pending.answer?.(error);
    return true;
  }

  #bindAgain(volume: Volume, ids: readonly number[], number: number): void {
    // The argument may be a parent's id; where it is a number that only looks like one, a name too many is told.
    for (const inode of ids.map((id) => volume.get(id))) {
      if (!inode || inode === volume.root || inode.boundIn === number) continue;
      const path = volume.pathOf(inode);
      if (!path) continue;
      this.tell(KIND.BIND, volume.index, inode.id, path);
      inode.boundIn = number;
    }
  }
}
