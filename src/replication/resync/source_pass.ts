/** One pass: over everything, over what is marked, or over all names for what whole groups of marks name. */
import { KIND } from "../operation.ts";
import type { Mark, Marks } from "../marks.ts";
import { statFd } from "../descriptor.ts";
import { writeId } from "../id_xattr.ts";
import { ROOT, type Volume } from "../volume.ts";
import { Batch } from "./batch.ts";
import type { Channel } from "./channel.ts";
import { InodeNumbers } from "./inode_numbers.ts";
import { Moves } from "./moves.ts";
import { type Found, type Inode, key, locate } from "./places.ts";
import { EVERYTHING, hasData, type Scope, scopeOf } from "./scope.ts";
import { sendAttributes } from "./source_attributes.ts";
import type { SourceData } from "./source_data.ts";
import { SourceLists } from "./source_lists.ts";
import { SourceWalk } from "./source_walk.ts";

/** Marked inodes that are levelled together. */
const TOGETHER = 4096;

export class SourcePass {
  readonly #walk: SourceWalk;
  readonly moves: Moves;
  /** Directories of which everything below is to be compared in the next pass. */
  #deep = new Map<string, Inode>();
  /** New at the target in this pass: everything below is to be told. */
  #lacking: Found[] = [];
  #scope: Scope = EVERYTHING;
  #full = false;
  #numbers = new Map<Volume, InodeNumbers>();

  constructor(
    readonly channel: Channel,
    readonly volumes: readonly Volume[],
    readonly data: SourceData,
    /** For the next pass: what had moved. */
    readonly again: Marks,
  ) {
    this.moves = new Moves(volumes);
    this.#walk = new SourceWalk(new SourceLists(channel, volumes), {
      finish: (batch) => this.#finish(batch),
      lost: (directory) => {
        // Gone, or moved: a move marks the directories above only, and nobody else would list this one.
        again.names(directory.volume.index, directory.id, 0);
        if (this.#scope.everything) this.#deep.set(key(directory), directory);
      },
      settleTwin: (volume, child, id) => this.#settleTwin(volume, child, id),
      lacking: (directories) => this.#lacking.push(...directories),
    });
  }

  /** The next pass will look at everything below some directories. */
  get isDeep(): boolean {
    return this.#deep.size > 0;
  }

  /** `marks` null: everything. False: more moved meanwhile than could be followed, everything is to be looked at again. */
  *run(marks: Marks | null): Generator<void, boolean> {
    const { moves } = this;
    moves.forget();
    this.#full = marks === null;
    this.#numbers = new Map(
      this.volumes.map((volume) => [volume, new InodeNumbers()]),
    );
    const deep = marks === null ? [] : yield* this.#locateDeep();
    if (marks === null) this.#deep.clear();
    if (marks === null) yield* this.#over(this.#roots(), EVERYTHING);
    else if (marks.hasGroups) yield* this.#over(this.#roots(), scopeOf(marks));
    else yield* this.#marked(marks);
    const walked = marks === null || marks.hasGroups;
    const below = [...deep, ...this.#lacking];
    this.#lacking = [];
    if (below.length > 0) yield* this.#over(below, EVERYTHING);
    if (!walked && below.length === 0) return true;
    moves.mark(this.again, this.#deep);
    return !moves.overflowed;
  }

  /**
   * Where everything is compared the one that the kernel does not know by this id gets another one, and is new to the target. Elsewhere
   * it cannot be told of which of the two the marks are.
   */
  #settleTwin(volume: Volume, child: number, id: number): boolean {
    const ofAnother = volume.isTwin(id, child);
    if (statFd(child) !== 0) return false;
    if (!ofAnother && this.#numbers.get(volume)!.notes(id)) return false;
    if (this.#full && (ofAnother || !volume.has(id))) {
      return writeId(child, volume.newId()) === 0;
    }
    volume.onTwin?.();
    return false;
  }

  #roots(): Found[] {
    const path = new Uint8Array(0);
    return this.volumes.map((volume) => ({ volume, id: ROOT, path }));
  }

  *#over(roots: readonly Found[], scope: Scope): Generator<void, void> {
    this.#scope = scope;
    yield* this.#walk.run(roots, { scope, descend: true });
  }

  *#locateDeep(): Generator<void, Found[]> {
    const wanted = this.#deep;
    this.#deep = new Map();
    const places = yield* locate([...wanted.values()]);
    const found: Found[] = [];
    for (const [name, place] of places) {
      if (place === "moving") this.#deep.set(name, wanted.get(name)!);
      else if (place !== "gone") found.push(place);
    }
    return found;
  }

  /** Names first, all of them, then data and attributes: a file's path is right at the target only then. */
  *#marked(marks: Marks): Generator<void, void> {
    const { volumes, moves } = this;
    const inodes: (Inode & { readonly mark: Mark })[] = [];
    for (const { volume: index, id, mark } of marks) {
      const volume = volumes[index];
      if (volume && !moves.isGone({ volume, id })) {
        inodes.push({ volume, id, mark });
      }
    }
    const places = yield* locate(inodes);
    const directories: Found[] = [];
    const others: (Found & { readonly mark: Mark })[] = [];
    for (const { volume, id, mark } of inodes) {
      const place = places.get(key({ volume, id }));
      if (place === "moving") {
        this.again.add([{ volume: volume.index, id, mark }]);
      } else if (place && place !== "gone") {
        if (mark.names >= 0) directories.push(place);
        else yield* this.channel.send(KIND.HINT, place, place.path);
        others.push({ ...place, mark });
      }
    }
    directories.sort((a, b) => a.path.length - b.path.length);
    const names: Scope = {
      of(volume, id) {
        const mark = marks.get(volume, id);
        return mark && mark.names >= 0 ? NAMES : null;
      },
      everything: false,
    };
    this.#scope = names;
    yield* this.#walk.run(directories, { scope: names, descend: false });
    const scope = scopeOf(marks);
    this.#scope = scope;
    for (let at = 0; at < others.length; at += TOGETHER) {
      const batch = new Batch();
      for (const found of others.slice(at, at + TOGETHER)) {
        batch.touch(found);
        if (hasData(found.mark)) batch.files.set(key(found), found);
      }
      yield* this.#finish(batch);
    }
  }

  *#finish(batch: Batch): Generator<void, void> {
    yield* this.data.run(this.#scope, batch);
    yield* sendAttributes(this.channel, batch, this.again);
  }

  close(): void {
    this.moves.close();
  }
}

/** Of a directory in a pass over what is marked: its names now, the rest with the others. */
const NAMES: Mark = {
  names: 0,
  attributes: -1,
  chunks: new Map(),
  tail: Infinity,
  tailSequence: -1,
};
