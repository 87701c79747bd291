/** Bytes per second as people write them. Pure. */
import { UsageError } from "./command.ts";

const UNITS: { readonly [unit: string]: number } = {
  "": 1,
  K: 2 ** 10,
  M: 2 ** 20,
  G: 2 ** 30,
};

/** "50M" → 52428800; 0: no limit. Throws UsageError. */
export function rateOf(what: string, text: string): number {
  const match = /^(\d{1,12})([KMG]?)$/.exec(text);
  if (match) return Number(match[1]) * UNITS[match[2]!]!;
  throw new UsageError(
    `${what} "${text}" is no rate, expected bytes per second such as 50M, or 0 for no limit`,
  );
}
