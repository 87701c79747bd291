/** Text in columns. Pure. */
import { stripVTControlCharacters } from "node:util";

/** Rows as aligned lines; escape sequences take no room. */
export function columns(rows: readonly (readonly string[])[]): string[] {
  const width = (text: string) => stripVTControlCharacters(text).length;
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, i) => {
      widths[i] = Math.max(widths[i] ?? 0, width(cell));
    });
  }
  return rows.map((row) =>
    row.map((cell, i) => cell + " ".repeat(widths[i]! - width(cell)))
      .join("  ").trimEnd()
  );
}
