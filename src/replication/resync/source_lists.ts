/** Listings of directories to the target, and what of them it had to make new. */
import { libc } from "../../system/libc.ts";
import { getU64 } from "../../system/u64.ts";
import { inspect, openName } from "../inspect.ts";
import { encodeListing, type Entry } from "../listing.ts";
import { KIND, WANTED_DIRECTORY, WANTED_FILE } from "../operation.ts";
import type { Volume } from "../volume.ts";
import type { Batch } from "./batch.ts";
import type { Channel } from "./channel.ts";
import type { NameList } from "./name_list.ts";
import { encodePage, isOnPage, type Page } from "./page.ts";
import { ENTRIES_A_TURN, type Found, key } from "./places.ts";

/** Bytes of entries in one frame. */
const PART = 512 * 1024;

/** What stands in the directory behind `fd` under these names, those of one page. */
export function* entriesOf(
  directory: Found,
  fd: number,
  names: NameList,
  page: Page,
  settleTwin: (child: number, id: number) => boolean,
): Generator<Entry | null, void> {
  let looked = 0;
  for (const name of names) {
    // Null: applications have their turn.
    if (++looked % ENTRIES_A_TURN === 0) yield null;
    if (directory.volume.leavesOut(directory.path, name)) continue;
    if (!isOnPage(page, name)) continue;
    const child = openName(fd, name);
    // What changes after the names were read marks the directory again.
    if (child < 0) continue;
    let entry = inspect(child, name, directory.volume.newId);
    if (entry && settleTwin(child, entry.id)) {
      entry = inspect(child, name, directory.volume.newId);
    }
    libc.close(child);
    if (entry) yield entry;
  }
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
