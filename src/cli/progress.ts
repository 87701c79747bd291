/** What a line of progress says. Pure. */
import { bytes, seconds } from "../system/units.ts";

export interface Transfer {
  readonly done: number;
  /** Absent: not known, so no share and no time left. */
  readonly total?: number | undefined;
  /** Absent: counted from the beginning. */
  readonly bytesPerSecond?: number | undefined;
  readonly secondsLeft?: number | null | undefined;
  /** `done` is of a hundred: work that is counted in no bytes. */
  readonly percent?: true | undefined;
  /** What is being done now. */
  readonly text?: string | undefined;
}

/** "First copy: 42 %, 4.2 GiB of 10.0 GiB, 120.0 MiB/s, 49 s left". */
export function progressLine(
  title: string,
  transfer: Transfer,
  elapsed: number,
): string {
  const { done, total, text } = transfer;
  if (transfer.percent) {
    return `${title}: ${Math.floor(done)} %${text ? `, ${text}` : ""}`;
  }
  const rate = transfer.bytesPerSecond ?? (elapsed > 0 ? done / elapsed : 0);
  const left = transfer.secondsLeft ??
    (total !== undefined && rate > 0 ? (total - done) / rate : null);
  const parts = [
    total ? `${Math.floor(Math.min(1, done / total) * 100)} %` : null,
    total === undefined ? bytes(done) : `${bytes(done)} of ${bytes(total)}`,
    `${bytes(Math.round(rate))}/s`,
    left === null ? null : `${seconds(left)} left`,
    text ?? null,
  ];
  return `${title}: ${parts.filter((part) => part !== null).join(", ")}`;
}
