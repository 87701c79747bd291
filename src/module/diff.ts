/** What differs between two texts, in the form that `diff -u` has: a person reads it before anything is done. Pure. */

export interface DiffLine {
  /** " " both, "-" only before, "+" only after, "@" where a part begins. */
  readonly kind: " " | "-" | "+" | "@";
  readonly text: string;
}

/** Lines around each change. */
const CONTEXT = 3;
/** Cells of the table: beyond, everything between the first and the last difference is shown as replaced. */
const MAX_CELLS = 4_000_000;

/** Empty when the texts are equal. */
export function diffLines(before: string, after: string): DiffLine[] {
  if (before === after) return [];
  return parts(compare(linesOf(before), linesOf(after)));
}

function linesOf(text: string): string[] {
  if (text === "") return [];
  return (text.endsWith("\n") ? text.slice(0, -1) : text).split("\n");
}

interface Row {
  readonly kind: " " | "-" | "+";
  readonly text: string;
}

function compare(before: string[], after: string[]): Row[] {
  let head = 0;
  while (
    head < before.length && head < after.length && before[head] === after[head]
  ) head++;
  let tail = 0;
  while (
    tail < before.length - head && tail < after.length - head &&
    before.at(-1 - tail) === after.at(-1 - tail)
  ) tail++;
  const both = (text: string): Row => ({ kind: " ", text });
  return [
    ...before.slice(0, head).map(both),
    ...middle(
      before.slice(head, before.length - tail),
      after.slice(head, after.length - tail),
    ),
    ...before.slice(before.length - tail).map(both),
  ];
}

/** The longest common subsequence, by the textbook. */
function middle(before: string[], after: string[]): Row[] {
  const width = after.length + 1;
  const removed = before.map((text): Row => ({ kind: "-", text }));
  const added = after.map((text): Row => ({ kind: "+", text }));
  if ((before.length + 1) * width > MAX_CELLS) return [...removed, ...added];
  const length = new Uint32Array((before.length + 1) * width);
  for (let i = before.length - 1; i >= 0; i--) {
    for (let j = after.length - 1; j >= 0; j--) {
      length[i * width + j] = before[i] === after[j]
        ? length[(i + 1) * width + j + 1]! + 1
        : Math.max(length[(i + 1) * width + j]!, length[i * width + j + 1]!);
    }
  }
  const rows: Row[] = [];
  let [i, j] = [0, 0];
  while (i < before.length && j < after.length) {
    if (before[i] === after[j]) {
      rows.push({ kind: " ", text: before[i]! });
      i++;
      j++;
    } else if (
      length[(i + 1) * width + j]! >= length[i * width + j + 1]!
    ) rows.push(removed[i++]!);
    else rows.push(added[j++]!);
  }
  return [...rows, ...removed.slice(i), ...added.slice(j)];
}

function parts(rows: readonly Row[]): DiffLine[] {
  const shown = new Set<number>();
  rows.forEach(({ kind }, index) => {
    if (kind === " ") return;
    for (let at = index - CONTEXT; at <= index + CONTEXT; at++) shown.add(at);
  });
  const lines: DiffLine[] = [];
  let [old, fresh] = [1, 1];
  rows.forEach((row, index) => {
    if (shown.has(index)) {
      if (!shown.has(index - 1)) {
        lines.push({
          kind: "@",
          text: `line ${row.kind === "-" ? old : fresh}`,
        });
      }
      lines.push(row);
    }
    if (row.kind !== "+") old++;
    if (row.kind !== "-") fresh++;
  });
  return lines;
}
