/** How small and how large the volume may be. Pure. */
import { MIB, parseSize } from "../system/units.ts";

/** mkfs.xfs of xfsprogs 5.19 and later refuses less, in the middle of the steps. */
export const LEAST_VOLUME = 300 * MIB;
/** A file of the mirror ends there. */
export const MOST_VOLUME = 16 * 2 ** 40;

/** Why a volume of that size ("100G") cannot be made; null: it can. */
export function sizeRefusal(size: string): string | null {
  const bytes = parseSize(size);
  if (bytes < LEAST_VOLUME) {
    return `"${size}" is too small for an XFS, expected 300M at least`;
  }
  return bytes > MOST_VOLUME
    ? `"${size}" is too large, expected 16T at most: a mirrored file ends there`
    : null;
}
