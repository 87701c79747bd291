/** Names as a directory holds them: any bytes but slash and NUL. Pure. */
import { equalBytes } from "../system/bytes.ts";

/** Our own folder at the root of every backing directory: never shown, never mirrored. */
export const HIDDEN = ".hakit";
const HIDDEN_BYTES = new TextEncoder().encode(HIDDEN);

export function isHidden(name: Uint8Array): boolean {
  return equalBytes(name, HIDDEN_BYTES);
}

/** "." or ".." */
export function isDots(name: Uint8Array): boolean {
  return name[0] === 46 &&
    (name.length === 1 || (name.length === 2 && name[1] === 46));
}

/** A name that may stand in a directory: not empty, no slash, no NUL, not "." or "..". Names from the peer are checked with it. */
export function validName(name: Uint8Array): boolean {
  if (name.length === 0 || name.length > 255) return false;
  return !isDots(name) && !name.includes(47) && !name.includes(0);
}

/** `name` below `path`; both without a slash at either end, an empty path is the root. */
export function joinPath(path: Uint8Array, name: Uint8Array): Uint8Array {
  if (path.length === 0) return name.slice();
  const joined = new Uint8Array(path.length + 1 + name.length);
  joined.set(path);
  joined[path.length] = 47;
  joined.set(name, path.length + 1);
  return joined;
}

/** A number of 32 bits from a name, the same on both nodes: large directories are levelled by parts of it (FNV-1a, mixed). */
export function hashName(name: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (const byte of name) hash = Math.imul(hash ^ byte, 0x01000193);
  hash = Math.imul(hash ^ hash >>> 16, 0x7feb352d);
  return (hash ^ hash >>> 15) >>> 0;
}
