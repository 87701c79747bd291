/** What an fsync of a file must reach: more than its data after its attributes were changed. */
import { KIND } from "./operation.ts";
import type { Volume } from "./volume.ts";

const CHANGES_ATTRIBUTES = new Set<number>([
  KIND.SETATTR,
  KIND.SETXATTR,
  KIND.REMOVEXATTR,
  KIND.LINK,
]);

/** After an operation of this kind on the inode `id`. */
export function noteAttributes(volume: Volume, kind: number, id: number): void {
  if (!CHANGES_ATTRIBUTES.has(kind)) return;
  volume.get(id)?.changeAttributes();
}
