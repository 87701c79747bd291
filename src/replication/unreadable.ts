/**
 * A name that cannot be looked at is not absent: who takes it for gone has the other node remove its good copy. Gone is only what the
 * system says so of, as of names that applications take away meanwhile; their change is marked by itself.
 */
import { E, errnoName } from "../system/libc.ts";
import type { Volume } from "./volume.ts";

const GONE = new Set<number>([E.NOENT, E.NOTDIR, E.LOOP, E.INVAL, E.STALE]);

/** Whether an errno says that nothing stands there any more. */
export function isGone(code: number): boolean {
  return GONE.has(code);
}

/** Why an inode refuses what root does, and what to do. */
export const IMMUTABLE =
  "it is immutable or append-only (lsattr; chattr -i -a)";

/** What keeps an inode from taking an id, and what to do. */
const REFUSES: { readonly [code: number]: string } = {
  [E.PERM]: IMMUTABLE,
  [E.NOSPC]: "its file system has no room for an extended attribute",
  [E.DQUOT]: "its owner's quota has no room for an extended attribute",
};

/** For whoever can go on without the name only by losing it. */
export function unreadable(
  volume: Pick<Volume, "path">,
  path: Uint8Array,
  code: number,
): Error {
  const what = shown(volume, path), name = errnoName(code);
  const refuses = REFUSES[code];
  return new Error(
    refuses
      ? `Cannot give "${what}" an id: ${name}: ${refuses}`
      : `Cannot read "${what}": ${name}: nothing is levelled before it can be read, the other node keeps its copy`,
  );
}

/** A path as people read it. */
export function shown(
  volume: Pick<Volume, "path">,
  path: Uint8Array,
): string {
  // A name must not play with a terminal.
  const words = new TextDecoder().decode(path).replace(/\p{Cc}/gu, "?");
  return `${volume.path}/${words}`.slice(0, 300);
}
