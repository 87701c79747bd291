/**
 * What the file system of one node holds and that of the other one never will: long names, large attributes, many links. To copy it
 * again and again would compare everything each time, and end the same way.
 */
import { E } from "../system/libc.ts";

/** Refusals that room, time and another disk of the same kind do not change. */
const LASTING = new Set<number>([
  E["2BIG"],
  E.FBIG,
  E.INVAL,
  E.MLINK,
  E.NAMETOOLONG,
  E.OPNOTSUPP,
  E.RANGE,
]);

export function isLasting(error: number): boolean {
  return LASTING.has(error);
}

/** The target could not do, whatever was tried, what it was told. */
export class NotLevel extends Error {
  /** `error`: errno of its disk; 0: that is not why. */
  constructor(readonly why: string, readonly error: number) {
    super(`the other node does not become level: ${why}`);
  }
}

/** What a person is to do about it; null: it may go by itself. */
export function lastingRefusal(error: unknown, peer: string): string | null {
  if (!(error instanceof NotLevel) || !isLasting(error.error)) return null;
  return `${peer} cannot hold what is mirrored: ${error.why}; make the file systems of both nodes alike ("hakit doctor" compares them), or change that file; it is tried again every 5 minutes`;
}
