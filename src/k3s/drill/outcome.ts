/** What came of a drill, from what the writer was told and what was found afterwards. Pure. */

export const FAULTS = ["kill", "swap", "cut"] as const;
export type Fault = typeof FAULTS[number];

export interface Acknowledged {
  readonly number: number;
  /** Milliseconds since 1970. */
  readonly at: number;
}

export interface Moment {
  readonly at: number;
  readonly what: string;
}

/** What the application holds, as it says itself. */
export interface Content {
  readonly rows: ReadonlySet<number>;
  readonly lines: ReadonlySet<number>;
}

export interface DrillReport {
  readonly fault: Fault;
  /** ISO 8601. */
  readonly date: string;
  readonly cluster: string;
  readonly from: string;
  readonly to: string;
  readonly timeline: readonly {
    readonly what: string;
    readonly seconds: number;
  }[];
  /** The longest time in which the client got no answer. */
  readonly pauseSeconds: number;
  readonly acknowledged: number;
  readonly rows: number;
  readonly lines: number;
  /** Numbers that were acknowledged and are not in both. */
  readonly lost: readonly number[];
  /** What the client was told on the way, each kind once. */
  readonly errors: readonly string[];
}

/** "row N" and "line N", closed by "end": an answer that was cut off counts for nothing. Null: cut off. */
export function readContent(text: string): Content | null {
  const rows = new Set<number>(), lines = new Set<number>();
  const words = text.trimEnd().split("\n");
  if (words.pop() !== "end") return null;
  for (const word of words) {
    const [, kind, number] = /^(row|line) (\d+)$/.exec(word) ?? [];
    if (kind === "row") rows.add(Number(number));
    if (kind === "line") lines.add(Number(number));
  }
  return { rows, lines };
}

export function lostNumbers(
  acknowledged: readonly Acknowledged[],
  { rows, lines }: Content,
): number[] {
  return acknowledged.map(({ number }) => number)
    .filter((number) => !rows.has(number) || !lines.has(number));
}

/** The longest gap between two answers that ended after `since`; one that has not ended by `until` counts, too. */
export function longestPause(
  acknowledged: readonly Acknowledged[],
  { since, until }: { readonly since: number; readonly until: number },
): number {
  const times = [...acknowledged.map(({ at }) => at), until];
  let longest = 0;
  for (let i = 1; i < times.length; i++) {
    if (times[i]! < since) continue;
    longest = Math.max(longest, times[i]! - times[i - 1]!);
  }
  return longest;
}

export function drillReport(
  facts:
    & Pick<DrillReport, "fault" | "cluster" | "from" | "to" | "errors">
    & {
      /** When it happened, and when the last look was taken. */
      readonly at: number;
      readonly until: number;
      readonly moments: readonly Moment[];
      readonly acknowledged: readonly Acknowledged[];
      readonly content: Content;
    },
): DrillReport {
  const { at, until, moments, acknowledged, content } = facts;
  const seconds = (ms: number) => Math.round(ms / 100) / 10;
  return {
    fault: facts.fault,
    date: new Date(at).toISOString(),
    cluster: facts.cluster,
    from: facts.from,
    to: facts.to,
    timeline: moments.toSorted((a, b) => a.at - b.at).map((moment) => ({
      what: moment.what,
      seconds: seconds(moment.at - at),
    })),
    pauseSeconds: seconds(longestPause(acknowledged, { since: at, until })),
    acknowledged: acknowledged.length,
    rows: content.rows.size,
    lines: content.lines.size,
    lost: lostNumbers(acknowledged, content),
    errors: [...new Set(facts.errors)],
  };
}
