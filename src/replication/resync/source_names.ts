/** The first part of a pass: whole listings of the directories that changed, and what of them the target had to make new. */
import { S_IFDIR, S_IFMT, S_IFREG } from "../../fuse/abi.ts";
import { libc } from "../../system/libc.ts";
import { getU64 } from "../../system/u64.ts";
import { inspect, openName } from "../inspect.ts";
import { encodeListing, type Entry } from "../listing.ts";
import type { Marks } from "../marks.ts";
import { KIND, WANTED_DIRECTORY, WANTED_FILE } from "../operation.ts";
import { listNames } from "../directory.ts";
import { readId } from "../id_xattr.ts";
import { ROOT } from "../volume.ts";
import type { Channel } from "./channel.ts";
import {
  ENTRIES_A_TURN,
  type Found,
  join,
  key,
  type Places,
} from "./places.ts";

/** Marks after which applications have their turn. */
export const MARKS_A_TURN = 256;
/** Listings in flight before the target's answer is awaited. */
const LISTINGS = 512;

export class SourceNames {
  /** Directories of which everything below is to be compared, in passes over what changed. */
  readonly #deep = new Set<string>();

  constructor(
    readonly channel: Channel,
    readonly places: Places,
    readonly shared: {
      /** For the next pass: what had moved. */
      readonly again: Marks;
      /** Files that the target made empty and needs whole. */
      readonly whole: Map<string, Found>;
    },
  ) {}

  /** Names of the marked directories (all, with null) at the target; returns the files whose data is to be compared. */
  *run(
    marks: Marks | null,
    touched: Map<string, Found>,
  ): Generator<void, Map<string, Found>> {
    const files = new Map<string, Found>();
    let queue: Found[] = [];
    if (marks === null) {
      queue = this.places.volumes.map((volume) => ({
        volume,
        id: ROOT,
        path: new Uint8Array(0),
      }));
    } else {
      let looked = 0;
      for (const { volume: index, id, mark } of marks) {
        if (++looked % MARKS_A_TURN === 0) yield;
        const volume = this.places.volumes[index];
        const found = volume
          ? yield* this.places.locate(volume, id, marks)
          : "gone";
        if (found === "moving") {
          this.shared.again.add([{ volume: index, id, mark }]);
          continue;
        }
        if (found === "gone") continue;
        touched.set(key(found), found);
        if (mark.names >= 0) queue.push(found);
        else yield* this.channel.send(KIND.HINT, found, found.path);
        if (mark.chunks.size > 0 || mark.tail !== Infinity) {
          files.set(key(found), found);
        }
      }
      queue.sort((a, b) => a.path.length - b.path.length);
    }
    while (queue.length > 0) {
      const batch = queue.splice(0, LISTINGS);
      for (const directory of batch) {
        const entries = yield* this.#list(directory);
        const deep = this.#deep.delete(key(directory)) || marks === null;
        if (!entries) {
          // Gone, or moved: a move marks the directories above only, and nobody else would list this one.
          this.shared.again.names(directory.volume.index, directory.id, 0);
          if (deep) this.#deep.add(key(directory));
          continue;
        }
        touched.set(key(directory), directory);
        for (const entry of entries) {
          const found = {
            volume: directory.volume,
            id: entry.id,
            path: join(directory.path, entry.name),
          };
          this.places.saw(found);
          if (!deep) continue;
          touched.set(key(found), found);
          if ((entry.mode & S_IFMT) === S_IFDIR) {
            queue.push(found);
            if (marks !== null) this.#deep.add(key(found));
          }
          if ((entry.mode & S_IFMT) === S_IFREG) files.set(key(found), found);
        }
      }
      yield* this.channel.send(KIND.LISTED, null, new Uint8Array(0));
      let more = true;
      while (more) {
        const wanted = yield* this.channel.answer(KIND.WANTED);
        more = (wanted.flags & 1) !== 0;
        const view = new DataView(
          wanted.bytes.buffer,
          wanted.bytes.byteOffset,
          wanted.bytes.length,
        );
        // What the target made new: u8 volume, u8 sort, u64 id each.
        for (let at = 0; at + 10 <= wanted.bytes.length; at += 10) {
          const volume = this.places.volumes[view.getUint8(at)],
            id = getU64(view, at + 2);
          const path = volume && this.places.seen(volume, id);
          if (!volume || !path) continue;
          const found = { volume, id, path };
          touched.set(key(found), found);
          const sort = view.getUint8(at + 1);
          if (sort === WANTED_FILE) this.shared.whole.set(key(found), found);
          else if (sort === WANTED_DIRECTORY && marks !== null) {
            queue.push(found);
          }
        }
      }
    }
    return files;
  }

  *#list(directory: Found): Generator<void, Entry[] | null> {
    const fd = directory.volume.walk(directory.path);
    if (fd < 0) return null;
    try {
      if (directory.id !== ROOT && readId(fd) !== directory.id) return null;
      const entries: Entry[] = [];
      // What changes after the names were read marks the directory again.
      let looked = 0;
      for (const name of listNames(fd)) {
        if (++looked % ENTRIES_A_TURN === 0) yield;
        if (directory.volume.leavesOut(directory.path, name)) continue;
        const child = openName(fd, name);
        if (child < 0) continue;
        const entry = inspect(child, name, directory.volume.newId);
        libc.close(child);
        if (entry) entries.push(entry);
      }
      for (let at = 0; at === 0 || at < entries.length;) {
        let size = 0, end = at;
        while (end < entries.length && size < 512 * 1024) {
          size += 32 + entries[end]!.name.length +
            entries[end++]!.target.length;
        }
        yield* this.channel.send(
          KIND.LIST,
          directory,
          encodeListing(directory.path, entries.slice(at, end)),
          0,
          end < entries.length ? 1 : 0,
        );
        at = Math.max(end, 1);
      }
      return entries;
    } finally {
      libc.close(fd);
    }
  }
}
