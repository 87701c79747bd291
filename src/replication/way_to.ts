/** What is marked of an inode where the peer turned out to have another one, or none: itself, and each name on the way to it. */
import { S_IFREG } from "../fuse/abi.ts";
import { libc } from "../system/libc.ts";
import { readId } from "./id_xattr.ts";
import type { Inode } from "./inode.ts";
import { Marks } from "./marks.ts";
import { ROOT, type Volume } from "./volume.ts";

/** `path`: null where it has none, or this disk does not show it. */
export function wayTo(
  volume: Volume,
  inode: Inode,
  path: Uint8Array | null,
): Marks {
  const marks = new Marks(), { index } = volume;
  if (inode.isDirectory) marks.names(index, inode.id, 0);
  if (inode.type === S_IFREG) marks.tail(index, inode.id, 0, 0);
  marks.attributes(index, inode.id, 0);
  // Without a name it is nobody's business at the peer.
  if (path === null) return marks;
  marks.names(index, ROOT, 0);
  for (let at = path.indexOf(47); at > 0; at = path.indexOf(47, at + 1)) {
    const fd = volume.walk(path.subarray(0, at));
    if (fd < 0) break;
    const id = readId(fd);
    libc.close(fd);
    if (id > 0) marks.names(index, id, 0);
  }
  return marks;
}
