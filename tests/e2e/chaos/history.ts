/**
 * What clients saw, held against what a service on one machine could have shown them. Pure. The counter gives each row the next
 * number, so that a lost row, a row that two primaries gave out, and an answer from an old copy all show in the numbers.
 */

/** One answered request; `at` and `end` by the one monotonic clock of the machine, in milliseconds. */
export interface Seen {
  readonly at: number;
  readonly end: number;
  /** ack: this row was acknowledged. count: so many rows there are. */
  readonly kind: "ack" | "count";
  readonly value: number;
  /** The node whose own address answered; absent: the virtual address. */
  readonly node?: 1 | 2 | undefined;
}

/**
 * A whole machine that stood still, cables and all, or one on which agent and guard were killed together, which nothing but its watchdog
 * could have stopped (README, "With a witness"); `to`: Infinity while it lasts. What was acknowledged is never excused.
 */
export interface Pause {
  readonly node: 1 | 2;
  readonly from: number;
  to: number;
}

/**
 * A machine that goes on has its address and its services as they were until its guard, first of all processes, has run: the one thing
 * that is allowed for. As long as it stands still it answers nobody.
 */
const WAKING_MS = 250;

export function excused(
  pauses: readonly Pause[],
  { from, to, node }: {
    readonly from: number;
    readonly to: number;
    readonly node?: 1 | 2 | undefined;
  },
): boolean {
  return pauses.some((pause) =>
    (node === undefined || node === pause.node) &&
    from < pause.to + WAKING_MS &&
    to > pause.from
  );
}

/** Two nodes that answer in turns within this serve at once: no change of roles is so quick. */
const TURNS_MS = 400;
/** The first offences say all. */
const MOST = 5;

/** Offences, in words; `rows` is how many there are at the end. */
export function offences(
  history: readonly Seen[],
  rows: number,
  pauses: readonly Pause[] = [],
): string[] {
  const found = [
    ...lostOrDoubled(history, rows),
    ...backInTime(history),
    ...inTurns(history, pauses),
  ];
  return found.length <= MOST
    ? found
    : [...found.slice(0, MOST), `and ${found.length - MOST} more`];
}

function lostOrDoubled(history: readonly Seen[], rows: number): string[] {
  const found: string[] = [];
  const known = new Map<number, Seen>();
  for (const one of history) {
    if (one.kind !== "ack") continue;
    const before = known.get(one.value);
    if (before) {
      found.push(
        `row ${one.value} was acknowledged twice: ${when(before)} and ${
          when(one)
        }`,
      );
    }
    known.set(one.value, one);
    if (one.value > rows) {
      found.push(
        `row ${one.value}, acknowledged ${
          when(one)
        }, is lost: ${rows} are there`,
      );
    }
  }
  return found;
}

/** Whoever asks after an acknowledgement must see that row, at whichever address. */
function backInTime(history: readonly Seen[]): string[] {
  const found: string[] = [];
  const ended = history.filter(({ kind }) => kind === "ack")
    .toSorted((a, b) => a.end - b.end);
  const begun = history.filter(({ node }) => node === undefined)
    .toSorted((a, b) => a.at - b.at);
  let next = 0;
  let newest: Seen | null = null;
  for (const one of begun) {
    for (; next < ended.length && ended[next]!.end < one.at; next++) {
      const ack = ended[next]!;
      if (newest === null || ack.value > newest.value) newest = ack;
    }
    if (newest === null) continue;
    const old = one.kind === "ack"
      ? one.value <= newest.value
      : one.value < newest.value;
    if (!old) continue;
    found.push(
      `${one.kind} ${one.value} ${
        when(one)
      } comes from the past: row ${newest.value} was acknowledged ${
        when(newest)
      }`,
    );
  }
  return found;
}

/** Node A answers, then B, then A again. */
function inTurns(
  history: readonly Seen[],
  pauses: readonly Pause[],
): string[] {
  const found: string[] = [];
  const own = history.filter(({ node }) => node !== undefined)
    .toSorted((a, b) => a.at - b.at);
  for (let i = 2; i < own.length; i++) {
    const [a, b, c] = [own[i - 2]!, own[i - 1]!, own[i]!];
    if (a.node !== c.node || a.node === b.node) continue;
    const apart = b.at > a.end && c.at > b.end;
    if (!apart || c.end - a.at > TURNS_MS) continue;
    const waking = [a, b].some(({ at, end, node }) =>
      excused(pauses, { from: at, to: end, node })
    );
    if (waking) continue;
    found.push(
      `both nodes serve: node ${a.node} ${when(a)}, node ${b.node} ${
        when(b)
      }, node ${c.node} ${when(c)}`,
    );
  }
  return found;
}

function when({ at, end }: Seen): string {
  return `at ${(at / 1000).toFixed(3)}..${(end / 1000).toFixed(3)}`;
}
