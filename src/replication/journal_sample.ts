/** For the tests of the journal: random operations, and what a set of regions fails to name. */
import fc from "fast-check";
import { CHUNK, GROUP, type Marks } from "./marks.ts";
import { KIND } from "./operation.ts";
import { type Frame, newFrame } from "../peer/frame.ts";

/** What of `needed` the regions do not name, as words. */
export function uncovered(regions: Marks, needed: Marks): string[] {
  const missing: string[] = [];
  for (const { volume, id, mark } of needed) {
    const own = regions.get(volume, id);
    const group = regions.hasGroup(volume, Math.floor(id / GROUP));
    const data = (chunk: number) =>
      own && (own.chunks.has(chunk) || own.tail <= chunk) ||
      (group && chunk === 0);
    if (mark.names >= 0 && !group) missing.push(`names of ${id}`);
    if (mark.attributes >= 0 && !group && !(own && own.attributes >= 0)) {
      missing.push(`attributes of ${id}`);
    }
    for (const chunk of mark.chunks.keys()) {
      if (!data(chunk)) missing.push(`chunk ${chunk} of ${id}`);
    }
    if (mark.tail !== Infinity && !(own && own.tail <= mark.tail)) {
      missing.push(`${id} from ${mark.tail}`);
    }
  }
  return missing;
}

export function operation(
  kind: number,
  id: number,
  argument: number,
  length: number,
): Frame {
  return { ...newFrame(), kind, id, argument, length };
}

export const anyOperation: fc.Arbitrary<Frame> = fc.oneof(
  fc.tuple(
    fc.integer({ min: 1, max: 3000 }),
    fc.nat(3000),
    fc.integer({ min: 1, max: 1 << 20 }),
  ).map(([id, chunk, length]) =>
    operation(KIND.WRITE, id, chunk * CHUNK + 77, length)
  ),
  fc.tuple(
    fc.constantFrom(
      KIND.CREATE,
      KIND.UNLINK,
      KIND.RENAME,
      KIND.LINK,
      KIND.SETXATTR,
      KIND.TIMES,
    ),
    fc.integer({ min: 1, max: 100_000 }),
    fc.integer({ min: 1, max: 100_000 }),
  ).map(([kind, id, other]) => operation(kind, id, other, 10)),
  fc.integer({ min: 1, max: 3000 }).map((id) =>
    operation(KIND.SETATTR, id, 0, 48)
  ),
);
