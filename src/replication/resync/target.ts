/**
 * The returning node's side of a resync: makes its names, data and attributes those that the source tells. What has no place any
 * more goes to a purgatory first, so that moved files are found again by their ids and cost no data.
 */
import type { Outgoing } from "../../peer/connection.ts";
import type { Frame } from "../../peer/frame.ts";
import type { Marks } from "../marks.ts";
import { KIND } from "../operation.ts";
import type { Volume } from "../volume.ts";
import { Outcome } from "./outcome.ts";
import { Purgatory } from "./purgatory.ts";
import { TargetAttributes } from "./target_attributes.ts";
import { TargetData } from "./target_data.ts";
import { TargetNames } from "./target_names.ts";

/** So much of what was brought may wait for the disk when a pass ends. */
const UNSYNCED = 64 << 20;
/** Files that are flushed at a time, as many as the system does at once: more would only wait, each with a descriptor. */
const MOST_FLUSHES = 256;

export class ResyncTarget {
  readonly #sync: (done: () => void) => void;
  #syncedBytes = 0;
  /** It waits for the disk: no turn of the loop helps. */
  waits = false;
  #flushing = 0;
  readonly #begin: (work: Generator<void, void>) => void;
  readonly #outcome: Outcome;
  readonly #purgatory: Purgatory;
  readonly #names: TargetNames;
  readonly #data: TargetData;
  readonly #attributes: TargetAttributes;

  /** `adopts`: everything is compared. `fromDisk`: as the disk has it, not as the system remembers it. */
  constructor(
    readonly volumes: readonly Volume[],
    outgoing: Outgoing,
    { adopts, fromDisk, announce, sync, flush, begin }: {
      readonly adopts: boolean;
      readonly fromDisk: boolean;
      /** Makes durable what else has to be compared, should this resync break off from here on. */
      readonly announce: (marks: Marks) => void;
      /** Makes what was written durable, beside the loop. */
      readonly sync: (done: () => void) => void;
      /**
       * Has the data of a file reach the disk, beside the loop; its descriptor is closed meanwhile. Null where `sync` tells what could
       * not be written. Else nothing but this would: what applications had synced at the source would be lost here without a word.
       */
      readonly flush: ((fd: number, done: () => void) => void) | null;
      /** Work that takes long, to be done beside the socket. */
      readonly begin: (work: Generator<void, void>) => void;
    },
  ) {
    this.#sync = sync;
    this.#begin = begin;
    for (const volume of volumes) {
      volume.onWritten = flush && ((fd) => {
        this.#flushing++;
        flush(fd, () => this.#flushing--);
      });
    }
    this.#outcome = new Outcome(outgoing);
    this.#purgatory = new Purgatory(volumes);
    this.#names = new TargetNames(this.#outcome, this.#purgatory, {
      adopts,
      announce,
    });
    this.#data = new TargetData(this.#outcome, this.#purgatory, fromDisk);
    this.#attributes = new TargetAttributes(this.#outcome);
  }

  /** No more frames now. */
  get full(): boolean {
    return this.#flushing >= MOST_FLUSHES;
  }

  /** Bytes that came as data. */
  get bytesReceived(): number {
    return this.#data.bytesReceived;
  }

  /** Excluded names that were kept aside, because their directories went. */
  get kept(): number {
    return this.#outcome.kept;
  }

  /** One frame of the source; null: fine; a string: it cannot go on. */
  heard(frame: Frame, bytes: Uint8Array): string | null {
    const volume = this.volumes[frame.volume];
    if (!volume) {
      return `resync of directory ${frame.volume}, of ${this.volumes.length}`;
    }
    switch (frame.kind) {
      case KIND.LIST:
        return this.#names.take(volume, frame, bytes);
      case KIND.LISTED:
        this.#begin(this.#names.arrange());
        return null;
      case KIND.HINT:
        this.#names.hint(volume, frame.id, bytes);
        return null;
      case KIND.FILE:
        return this.#data.file(volume, frame.id, bytes);
      case KIND.HASHES:
        return this.#data.compare(volume, frame, bytes);
      case KIND.DATA:
        return this.#data.write(volume, frame, bytes);
      case KIND.HOLE:
        return this.#data.punch(volume, frame, bytes);
      case KIND.META:
        return this.#attributes.take(volume, frame, bytes);
      case KIND.END:
        this.#begin(this.#end(frame.argument));
        return null;
      default:
        return `unexpected frame of kind ${frame.kind} in a resync`;
    }
  }

  /** The session is over, perhaps in the middle. */
  close(): void {
    this.#purgatory.close();
  }

  /** The source waits for the answer: links are counted when what was banished is gone. */
  *#end(pass: number): Generator<void, void> {
    yield* this.#purgatory.empty();
    yield* this.#settle();
    const unlike = this.#attributes.unlike();
    for (const volume of this.volumes) volume.dropAll();
    while (this.#flushing > 0) {
      this.waits = true;
      yield;
    }
    this.waits = false;
    this.#outcome.outgoing.append(
      { kind: KIND.ENDED, argument: pass, flags: this.#outcome.error },
      unlike,
    );
    this.#outcome.begin();
  }

  /** Gigabytes that are still in memory when applications come along would hold up their fsyncs, until this node counts as dead. */
  *#settle(): Generator<void, void> {
    const { bytesReceived } = this.#data;
    if (bytesReceived - this.#syncedBytes < UNSYNCED) return;
    this.#syncedBytes = bytesReceived;
    this.waits = true;
    this.#sync(() => this.waits = false);
    while (this.waits) yield;
  }
}
