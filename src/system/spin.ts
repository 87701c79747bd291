/**
 * How long to look for the next event before sleeping, ms: as long as it has paid lately. Where the next event comes within MOST_MS
 * a core that sleeps meanwhile costs more than one that looks (in a virtual machine a wake-up is 30 to 70 us); where it comes later
 * every look is for nothing. Grows and shrinks as KVM's and the kernel's own polling before a halt do.
 */
const MOST_MS = 0.4;
const FIRST_MS = 0.1;
/** Below this there is nothing to see. */
const LEAST_MS = 0.02;

export class Spin {
  ms: number;
  /** On a single processor nothing can happen while this one looks. */
  constructor(readonly processors: number) {
    this.ms = processors > 1 ? FIRST_MS : 0;
  }

  /** The look was for nothing; `gapMs`: how long after the event before it the next one came. */
  slept(gapMs: number): void {
    if (this.processors < 2) return;
    this.ms = gapMs < MOST_MS
      ? Math.min(MOST_MS, Math.max(this.ms * 2, LEAST_MS))
      : Math.max(LEAST_MS, this.ms / 2);
  }
}
