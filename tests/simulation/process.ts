/** A replicator as its node sees it: a process that takes commands, reports, and dies. The model and the real session both are one. */
import type { Command, Report } from "../../src/replication/control.ts";

export interface Replication {
  readonly alive: boolean;
  readonly phase: Report["phase"];
  readonly session: Report["session"];
  readonly paused: boolean;
  /** By the world's time. */
  readonly awakeAt: number;
  /** Which time of being primary this is, of both nodes together; 0: none. */
  readonly reign: number;
  /** Since when writes wait and none is acknowledged, by the world's time; Infinity: none waits. */
  readonly waitingSince: number;
  report(): Report;
  /** One after the other, when the process runs; null: done, otherwise why not. */
  command(command: Command, answer: (error: string | null) => void): void;
  /** An application writes through the mount. */
  write(write: number): void;
  /** A cut is noticed by a connection's time-outs, on each side when it likes. */
  severed(): void;
  pause(ms: number): void;
  fail(fault: string): void;
  /** It reports, as it does each second: what its node's disk does has changed. */
  look(): void;
  /** kill -9: the kernel closes its connections. */
  die(): void;
  /** The plug is pulled: no word goes out. */
  powerCut(): void;
}

/** One node's disk as the checks see it. Which writes of applications are on it, and which were kept aside. */
export interface Copy {
  has(write: number): boolean;
  readonly salvage: ReadonlySet<number>;
  /** What this copy has and the other one lacks, in words; null: none. */
  lackedBy(other: Copy): string | null;
  readonly consistent: boolean;
}
