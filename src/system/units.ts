/** Numbers as people read and write them. Pure. */

export const MIB = 1024 ** 2;
export const GIB = 1024 ** 3;

const UNITS = ["", "K", "M", "G", "T"];

/** "50M" → 52428800. NaN: it is no size. */
export function parseSize(text: string): number {
  const match = /^(\d+)([KMGT]?)$/.exec(text);
  return match ? Number(match[1]) * 1024 ** UNITS.indexOf(match[2]!) : NaN;
}

/** 1536 → "1.5 KiB". */
export function bytes(count: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let value = Math.max(0, count);
  let unit = 0;
  // What would be rounded to 1024 of them is one of the next.
  while (value >= 1023.95 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** 75 → "1 min 15 s". */
export function seconds(total: number): string {
  const whole = Math.max(0, Math.round(total));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}
