/** Listings of directories to the target, and what of them it had to make new. */
import { E, libc } from "../../system/libc.ts";
import { getU64 } from "../../system/u64.ts";
import { inspect, openName } from "../inspect.ts";
import { encodeListing, type Entry } from "../listing.ts";
import { KIND, WANTED_DIRECTORY, WANTED_FILE } from "../operation.ts";
import { joinPath } from "../name.ts";
import { isGone, unreadable } from "../unreadable.ts";
import type { Volume } from "../volume.ts";
import type { Batch } from "./batch.ts";
import type { Channel } from "./channel.ts";
import { encodePage, isOnPage, type Page } from "./page.ts";
import { ENTRIES_A_TURN, type Found, key } from "./places.ts";

/** Bytes of entries in one frame. */
const PART = 512 * 1024;

/** What stands in the directory behind `fd` under these names, those of one page. Throws where one of them cannot be looked at. */
export function* entriesOf(
  directory: Found,
  fd: number,
  names: Iterable<Uint8Array>,
  page: Page,
  { newId, settleTwin }: {
    /** Null where nobody is told of the names: what has no id keeps none, it would be taken for one that both nodes have. */
    readonly newId: (() => number) | null;
    readonly settleTwin: (child: number, id: number) => boolean;
  },
): Generator<Entry | null, void> {
  let looked = 0;
  for (const name of names) {
    // Null: applications have their turn.
    if (++looked % ENTRIES_A_TURN === 0) yield null;
    if (directory.volume.leavesOut(directory.path, name)) continue;
    if (!isOnPage(page, name)) continue;
    const entry = look(fd, name, newId, settleTwin);
    if (typeof entry !== "number") yield entry;
    // What changes after the names were read marks the directory again. Left out for another reason, its good copy would be removed
    // at the target. A mount of a file system without attributes in there has never been part of the copy.
    else if (!isGone(entry) && entry !== E.OPNOTSUPP) {
      const { volume, path } = directory;
      throw unreadable(volume, joinPath(path, name), entry);
    }
  }
}

/** Or errno. */
function look(
  directory: number,
  name: Uint8Array,
  newId: (() => number) | null,
  settleTwin: (child: number, id: number) => boolean,
): Entry | number {
  const child = openName(directory, name);
  if (child < 0) return -child;
  let entry = inspect(child, name, newId);
  if (
    typeof entry !== "number" && entry.id !== 0 && settleTwin(child, entry.id)
  ) entry = inspect(child, name, newId);
  libc.close(child);
  return entry;
}

export class SourceLists {
  constructor(readonly channel: Channel, readonly volumes: readonly Volume[]) {}

  *send(
    directory: Found,
    page: Page,
    entries: readonly Entry[],
  ): Generator<void, void> {
    const { argument, flags } = encodePage(page);
    for (let at = 0; at === 0 || at < entries.length;) {
      let size = 0, end = at;
      while (end < entries.length && size < PART) {
        const { name, target } = entries[end++]!;
        size += 32 + name.length + target.length;
      }
      yield* this.channel.send(
        KIND.LIST,
        directory,
        encodeListing(directory.path, entries.slice(at, end)),
        argument,
        flags | (end < entries.length ? 1 : 0),
      );
      at = Math.max(end, 1);
    }
  }

  /** Has the listings that were sent done, and takes down what the target had to make new. */
  *arrange(batch: Batch): Generator<void, void> {
    yield* this.channel.send(KIND.LISTED, null, new Uint8Array(0));
    for (let more = true; more;) {
      const wanted = yield* this.channel.answer(KIND.WANTED);
      more = (wanted.flags & 1) !== 0;
      const { buffer, byteOffset, length } = wanted.bytes;
      const view = new DataView(buffer, byteOffset, length);
      // u8 volume, u8 sort, u64 id each.
      for (let at = 0; at + 10 <= length; at += 10) {
        const volume = this.volumes[view.getUint8(at)];
        const name = volume && key({ volume, id: getU64(view, at + 2) });
        const found = name && batch.told(name);
        if (!found) continue;
        batch.touch(found);
        const sort = view.getUint8(at + 1);
        if (sort === WANTED_FILE) batch.whole.set(name, found);
        else if (sort === WANTED_DIRECTORY) batch.newDirectories.push(found);
      }
    }
  }
}
