/** What went otherwise than told in a pass, and what the source hears of it. */
import type { Outgoing } from "../../peer/connection.ts";
import { errnoName } from "../../system/libc.ts";
import { KIND } from "../operation.ts";
import type { Volume } from "../volume.ts";

export class Outcome {
  lastError = 0;
  /** Something could not be done as told in this pass: the source then lists everything again. */
  uneven: string | null = null;

  /** Names that are excluded, and stood in a directory that had to go: kept aside. */
  kept = 0;

  constructor(readonly outgoing: Outgoing) {}

  failed(code: number): void {
    this.uneven ??= `this node's disk refuses: ${errnoName(code)}`;
    this.lastError = code;
  }

  /** What the source sent has moved at the source meanwhile: it sends it again when the names have come. */
  missing(volume: Volume, id: number, flags: number): void {
    this.outgoing.append({
      kind: KIND.MISSING,
      volume: volume.index,
      id,
      flags,
    });
  }
}
