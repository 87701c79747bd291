/**
 * Goes through directories in batches: their names to the target, then data and attributes of what they hold. A batch is forgotten
 * when it is done, so that five million names cost no more memory than a few thousand.
 */
import { S_IFDIR, S_IFMT, S_IFREG } from "../../fuse/abi.ts";
import { ErrnoError, libc } from "../../system/libc.ts";
import { readId } from "../id_xattr.ts";
import type { Entry } from "../listing.ts";
import { joinPath } from "../name.ts";
import { isGone, unreadable } from "../unreadable.ts";
import { ROOT, type Volume } from "../volume.ts";
import { Batch } from "./batch.ts";
import { NameList } from "./name_list.ts";
import { pagesOf, WHOLE } from "./page.ts";
import type { Found } from "./places.ts";
import { hasData, type Scope } from "./scope.ts";
import { entriesOf, type SourceLists } from "./source_lists.ts";

/** Listings in flight before the target's answer is awaited, and entries of a batch, about. */
const LISTINGS = 512;
const ENTRIES = 4096;

export class SourceWalk {
  #batch = new Batch();

  constructor(
    readonly lists: SourceLists,
    readonly tools: {
      /** Data and attributes of a batch whose names the target has. */
      finish(batch: Batch): Generator<void, void>;
      /** Whether the inode behind `child` had another one's id, and has one of its own now. */
      settleTwin(volume: Volume, child: number, id: number): boolean;
      /** A directory that does not stand any more where it was seen. */
      lost(directory: Found): void;
      /** The target made these new: what is below is to be looked at as a whole. */
      lacking(directories: readonly Found[]): void;
    },
  ) {}

  /** These directories and, with `descend`, everything below. */
  *run(
    directories: readonly Found[],
    { scope, descend }: { readonly scope: Scope; readonly descend: boolean },
  ): Generator<void, void> {
    // The last one first: only brothers of what is being looked at wait here, not a whole level of the tree.
    const stack = [...directories].reverse();
    const push = descend ? (found: Found) => stack.push(found) : () => {};
    for (let next = stack.pop(); next; next = stack.pop()) {
      yield* this.#directory(next, scope, push);
      if (this.#batch.listings >= LISTINGS) yield* this.#close(scope);
      else yield* this.#closeFull(scope);
    }
    yield* this.#close(scope);
  }

  *#directory(
    directory: Found,
    scope: Scope,
    push: (found: Found) => void,
  ): Generator<void, void> {
    const { volume, id, path } = directory;
    const fd = volume.walk(path);
    try {
      const stands = fd < 0 || id === ROOT ? Math.min(fd, 0) : readId(fd);
      const names = stands < 0 ? stands : yield* namesIn(fd);
      if (typeof names === "number" && !isGone(-names)) {
        throw unreadable(volume, path, -names);
      }
      if (typeof names === "number" || (id !== ROOT && stands !== id)) {
        // One that had no id when it was seen is marked by whoever gave it one.
        return id === 0 ? undefined : this.tools.lost(directory);
      }
      const mark = id === 0 ? null : scope.of(volume.index, id);
      const tells = mark !== null && mark.names >= 0;
      const pages = tells ? pagesOf(names.count) : [WHOLE];
      for (const page of pages) {
        const entries: Entry[] = [];
        const looked = entriesOf(directory, fd, names, page, {
          newId: tells ? volume.newId : null,
          settleTwin: (child, id) => this.tools.settleTwin(volume, child, id),
        });
        for (const entry of looked) {
          if (!entry) yield;
          else {
            this.#batch.entries++;
            if (tells) entries.push(entry);
            if (!page.removeOnly) this.#look(directory, entry, scope, push);
            // Names that are not told end nowhere: a batch may.
            if (!tells) yield* this.#closeFull(scope);
          }
        }
        if (!tells) continue;
        this.#batch.listings++;
        yield* this.lists.send(directory, page, entries);
        if (pages.length > 1) yield* this.#close(scope);
      }
      if (mark) this.#batch.touch(directory);
    } finally {
      // A session that ends in the middle too.
      if (fd >= 0) libc.close(fd);
    }
  }

  #look(
    directory: Found,
    entry: Entry,
    scope: Scope,
    push: (found: Found) => void,
  ): void {
    const { volume } = directory, { id } = entry;
    const found = { volume, id, path: joinPath(directory.path, entry.name) };
    const type = entry.mode & S_IFMT;
    if (type === S_IFDIR) push(found);
    // Nobody is told of it here.
    if (id === 0) return;
    this.#batch.tell(found);
    const mark = scope.of(volume.index, id);
    if (!mark) return;
    // A directory's time changes with its entries: told when those are done.
    if (type !== S_IFDIR || mark.names < 0) this.#batch.touch(found);
    if (type === S_IFREG && hasData(mark)) {
      this.#batch.files.set(`${volume.index}:${id}`, found);
    }
  }

  *#closeFull(scope: Scope): Generator<void, void> {
    if (this.#batch.entries >= ENTRIES) yield* this.#close(scope);
  }

  *#close(scope: Scope): Generator<void, void> {
    const batch = this.#batch;
    this.#batch = new Batch();
    if (batch.listings > 0) yield* this.lists.arrange(batch);
    if (!scope.everything && batch.newDirectories.length > 0) {
      this.tools.lacking(batch.newDirectories);
    }
    yield* this.tools.finish(batch);
  }
}

/** Or -errno. */
function* namesIn(fd: number): Generator<void, NameList | number> {
  try {
    return yield* NameList.read(fd);
  } catch (error) {
    if (error instanceof ErrnoError) return -error.code;
    throw error;
  }
}
