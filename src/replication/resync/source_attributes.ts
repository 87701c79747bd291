/** The third part of a batch: owner, mode, size, times, extended attributes. */
import { libc } from "../../system/libc.ts";
import { readId } from "../id_xattr.ts";
import { readAttributes } from "../inspect.ts";
import { encodeAttributes } from "../listing.ts";
import type { Marks } from "../marks.ts";
import { KIND } from "../operation.ts";
import type { Channel } from "./channel.ts";
import type { Found } from "./places.ts";

/** Inodes after which applications have their turn. */
const A_TURN = 256;

/** `again`: for the next pass, what had moved. */
export function* sendAttributes(
  channel: Channel,
  touched: Iterable<Found>,
  again: Marks,
): Generator<void, void> {
  // Deepest first: setting a child's attributes does not change its parent's times, making it did.
  const order = [...touched].sort((a, b) => b.path.length - a.path.length);
  let told = 0;
  for (const found of order) {
    if (++told % A_TURN === 0) yield;
    const fd = found.volume.walk(found.path);
    const stands = fd >= 0 && readId(fd) === found.id;
    const attributes = stands ? readAttributes(fd) : null;
    if (fd >= 0) libc.close(fd);
    if (attributes) {
      const payload = encodeAttributes(found.path, attributes);
      yield* channel.send(KIND.META, found, payload);
    } else if (!stands) {
      // Gone, or moved: a move marks the directories only.
      again.attributes(found.volume.index, found.id, 0);
    }
  }
}
