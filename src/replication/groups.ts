/** Groups of inodes in marks that came from a journal: which inodes of each are there is found by one walk over all names. */
import { S_IFDIR, S_IFMT, S_IFREG } from "../fuse/abi.ts";
import { libc } from "../system/libc.ts";
import { openName } from "./inspect.ts";
import { GROUP, type Marks } from "./marks.ts";
import { statFd, statMode } from "./descriptor.ts";
import { DT_DIR, listEntries } from "./directory.ts";
import { readId } from "./id_xattr.ts";
import { ROOT, type Volume } from "./volume.ts";

/** Entries of a directory after which applications have their turn. */
const ENTRIES_A_TURN = 1000;

/**
 * Marks every living inode of the marked groups: its names or its first chunk, and its attributes. A file that only the other
 * node has is found by its directory's names, which are marked too. What is made meanwhile has marks of its own; a directory that
 * is moved meanwhile may hide from the walk: the caller looks for renames and walks again.
 */
export function* expandGroups(
  volumes: readonly Volume[],
  marks: Marks,
): Generator<void, void> {
  const wanted = [...marks.groups()];
  for (const volume of volumes) {
    const groups = new Set(
      wanted.filter((each) => each.volume === volume.index)
        .map(({ group }) => group),
    );
    if (groups.size === 0) continue;
    if (groups.has(0)) markAll(marks, volume.index, ROOT, S_IFDIR);
    const queue: Uint8Array[] = [new Uint8Array(0)];
    for (let path = queue.pop(); path; path = queue.pop()) {
      const directory = volume.walk(path);
      if (directory < 0) continue;
      try {
        let looked = 0;
        for (const { name, type } of listEntries(directory)) {
          if (++looked % ENTRIES_A_TURN === 0) yield;
          if (volume.leavesOut(path, name)) continue;
          if (type === DT_DIR) {
            queue.push(
              path.length === 0 ? name : new Uint8Array([...path, 47, ...name]),
            );
          }
          const fd = openName(directory, name);
          if (fd < 0) continue;
          const id = readId(fd);
          const inGroup = id !== 0 && groups.has(Math.floor(id / GROUP));
          if (inGroup && statFd(fd) === 0) {
            markAll(marks, volume.index, id, statMode() & S_IFMT);
          }
          libc.close(fd);
        }
      } finally {
        // A session that ends in the middle too.
        libc.close(directory);
      }
      yield;
    }
  }
}

function markAll(
  marks: Marks,
  volume: number,
  id: number,
  type: number,
): void {
  if (type === S_IFDIR) marks.names(volume, id, 0);
  if (type === S_IFREG) marks.data(volume, id, { offset: 0, length: 1 }, 0);
  marks.attributes(volume, id, 0);
}
