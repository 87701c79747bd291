/** Times in configuration files. Pure. */
import { z } from "zod";

/** "300ms", "2.1s", "5m", "24h" → milliseconds. A bare number is refused: its unit would be a guess. */
export const duration = z.string().regex(
  /^\d+(\.\d+)?(ms|s|m|h|d)$/,
  'expected a number and one of ms, s, m, h, d, such as "300ms"',
).transform((text) => {
  const unit = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
  const match = /^([\d.]+)([a-z]+)$/.exec(text)!;
  return Number(match[1]) * unit[match[2] as keyof typeof unit];
});
