/** The third part of a batch: owner, mode, size, times, extended attributes. */
import { E, libc } from "../../system/libc.ts";
import { MAX_PAYLOAD } from "../../peer/frame.ts";
import { readId } from "../id_xattr.ts";
import { isReserved, readAttributes } from "../inspect.ts";
import { type Attributes, encodeAttributes } from "../listing.ts";
import type { Marks } from "../marks.ts";
import { KIND, META_RESERVED } from "../operation.ts";
import { isGone, shown, unreadable } from "../unreadable.ts";
import type { Batch } from "./batch.ts";
import type { Channel } from "./channel.ts";
import type { Found } from "./places.ts";

/** Inodes after which applications have their turn. */
const A_TURN = 256;

/** `again`: for the next pass, what had moved. */
export function* sendAttributes(
  channel: Channel,
  batch: Batch,
  again: Marks,
): Generator<void, void> {
  // Deepest first: setting a child's attributes does not change its parent's times, making it did.
  const order = [...batch.touched.values()]
    .sort((a, b) => b.path.length - a.path.length);
  let told = 0;
  for (const found of order) {
    if (++told % A_TURN === 0) yield;
    const attributes = attributesOf(found);
    if (typeof attributes !== "number") {
      const payload = encodeAttributes(found.path, attributes);
      // What came beneath the mount; on the mount they are refused.
      if (payload.length > MAX_PAYLOAD) {
        throw new Error(
          `Cannot level "${
            shown(found.volume, found.path)
          }": its extended attributes take ${payload.length} bytes together, of at most 1 MiB: remove some (getfattr -d -m - , setfattr -x)`,
        );
      }
      const flags = attributes.reserved ? META_RESERVED : 0;
      yield* channel.send(KIND.META, found, payload, 0, flags);
    } else if (isGone(attributes)) {
      // Gone, or moved: a move marks the directories only. Data that went to the name that is gone may have gone to a link that was made
      // as a copy there, and how many names that one should have is not told any more.
      const { volume: { index }, id } = found;
      if (batch.hasData(found)) again.tail(index, id, 0, 0);
      else again.attributes(index, id, 0);
    } else throw unreadable(found.volume, found.path, attributes);
  }
}

/** Or errno; ESTALE where another one stands at its path. */
function attributesOf(
  { volume, id, path }: Found,
): Attributes & { readonly reserved: boolean } | number {
  const fd = volume.walk(path);
  if (fd < 0) return -fd;
  const stands = readId(fd);
  let attributes: Attributes | number = stands < 0 ? -stands : E.STALE;
  if (stands === id) attributes = readAttributes(fd);
  const reserved = isReserved(fd);
  libc.close(fd);
  return typeof attributes === "number"
    ? attributes
    : { ...attributes, reserved };
}
