/** What went otherwise than told in a pass, and what the source hears of it. */
import type { Outgoing } from "../../peer/connection.ts";
import { errnoName } from "../../system/libc.ts";
import { KIND } from "../operation.ts";
import type { Volume } from "../volume.ts";

export class Outcome {
  /** errno of the first refusal of this pass; 0: none. */
  error = 0;
  /** Something could not be done as told in this pass: the source then lists everything again. */
  uneven: string | null = null;

  /** Names that are excluded, and stood in a directory that had to go: kept aside. */
  kept = 0;

  constructor(readonly outgoing: Outgoing) {}

  /** `what`: a path, or what belongs to one. */
  failed(code: number, what: string): void {
    if (this.uneven !== null) return;
    this.uneven = `its disk refuses ${what}: ${errnoName(code)}`;
    this.error = code;
  }

  /** The next pass begins. */
  begin(): void {
    this.uneven = null;
    this.error = 0;
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

/** Of a long path so much as fits into what the source takes of the words. */
const MOST = 80;

/** For `failed`; null: it has no path any more. */
export function quoted(path: Uint8Array | null): string {
  if (path === null) return "a file";
  const text = new TextDecoder().decode(path);
  return text.length > MOST ? `"${text.slice(0, MOST)}…"` : `"${text}"`;
}
