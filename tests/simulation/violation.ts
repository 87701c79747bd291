/** An invariant that did not hold. */
import type { Coverage } from "./coverage.ts";

export class Violation extends Error {
  constructor(
    readonly kind: string,
    readonly seed: number,
    readonly what: string,
  ) {
    super(`${kind}:${seed}: ${what}`);
  }
}

export interface Watching {
  readonly coverage?: Coverage;
  /** Keeps the journal, for a seed that is to be looked at. */
  readonly recording?: boolean;
}
