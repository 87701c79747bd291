/** Lines of a log: taken apart, filtered. Pure. */

export type Level = "error" | "warning" | "info";

export interface Line {
  /** As it was written, ISO; empty where the line is no line of ours (what a script printed). */
  readonly at: string;
  readonly level: Level;
  readonly text: string;
}

const LINE = /^(\d{4}-\d\d-\d\dT[\d:.]+Z) (error|warning|info) (.*)$/s;

export function parseLine(line: string): Line {
  const match = LINE.exec(line);
  if (!match) return { at: "", level: "info", text: line };
  return { at: match[1]!, level: match[2] as Level, text: match[3]! };
}

/** What of these is not shown yet: a log that is read again, or a stream that goes on where it broke, repeats some. */
export function unseen(
  lines: readonly Line[],
  shown: readonly Line[],
): readonly Line[] {
  return lines.filter(({ at, text }) =>
    !shown.some((one) => one.at === at && one.text === text)
  );
}

/** Of the newest `most` lines none is shown yet: some were written between, and shown together they would hide it. */
export function leavesGap(
  lines: readonly Line[],
  { shown, most }: { readonly shown: readonly Line[]; readonly most: number },
): boolean {
  return lines.length >= most && unseen(lines, shown).length === lines.length;
}

export interface Filter {
  /** The least that is shown. */
  readonly level: Level;
  readonly text: string;
  /** ISO without zone, in UTC as the log is; empty: all. */
  readonly from: string;
  readonly to: string;
}

export const EVERYTHING: Filter = { level: "info", text: "", from: "", to: "" };
const RANK = { error: 0, warning: 1, info: 2 } as const;

export function passes({ at, level, text }: Line, filter: Filter): boolean {
  if (RANK[level] > RANK[filter.level]) return false;
  const wanted = filter.text.trim().toLowerCase();
  if (wanted !== "" && !text.toLowerCase().includes(wanted)) return false;
  // "2026-11-25T02:03" is the beginning of what it names.
  if (at !== "" && filter.from !== "" && at < filter.from) return false;
  if (
    at !== "" && filter.to !== "" && at.slice(0, filter.to.length) > filter.to
  ) return false;
  return true;
}

/** The log of the script run that a line tells of. */
export const SCRIPT_RUN =
  /[a-z_]{1,30}_\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d(?:\.\d{1,2})?\.log/;
