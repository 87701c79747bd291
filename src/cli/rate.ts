/** Bytes per second as people write them. Pure. */
import { parseSize } from "../system/units.ts";
import { UsageError } from "./command.ts";

/** "50M" → 52428800; 0: no limit. Throws UsageError. */
export function rateOf(what: string, text: string): number {
  if (/^\d{1,12}[KMG]?$/.test(text)) return parseSize(text);
  throw new UsageError(
    `${what} "${text}" is no rate, expected bytes per second such as 50M, or 0 for no limit`,
  );
}
