/** What an output says of its tests: how many passed and failed, and why. Pure. */

/**
 * Sums the closing lines ("ok | 6 passed (1 step) | 0 failed", "6 passed, 0 failed"). A command that failed without naming a
 * failed test (a crash, a time-out), or that ran and left out nothing, counts as one failure.
 */
export function tally(
  output: string,
  success: boolean,
): { passed: number; failed: number } {
  let passed = 0, failed = 0;
  const closing =
    /^(?:(?:ok|FAILED) \| )?(\d+) passed(?: \(\d+ steps?\))?(?:,| \|) (\d+) failed/gm;
  for (const match of output.matchAll(closing)) {
    passed += Number(match[1]);
    failed += Number(match[2]);
  }
  const nothing = passed === 0 && leftOut(output).length === 0;
  if (failed === 0 && (!success || nothing)) failed = 1;
  return { passed, failed };
}

/** Names of the tests that were left out, with the reason that is in them. */
export function leftOut(output: string): string[] {
  return [...output.matchAll(/^(.*) \.\.\. ignored \(/gm)].map(([, name]) =>
    name!
  );
}

/** What speaks of these is never the machine's doing. */
const DATA =
  /lost|acknowledged|acked|differ|data (?:at|extents)|identical|equalCopies|two primaries/i;

/**
 * Whether a file of tests with real processes and clocks may be run once more: each failure says what it is, and none speaks of data or
 * of two primaries. A crash and a time limit say nothing.
 */
export function mayRunAgain(failed: number, errors: readonly string[]) {
  return errors.length === failed && !errors.some((text) => DATA.test(text));
}

const ERROR_LINES = 24;

/** Each failed test with the beginning of its error, from deno's chapter " ERRORS ": a long run's reader sees its end first. */
export function failures(output: string): string[] {
  const errors: string[] = [];
  for (
    const [, chapter] of output.matchAll(/^ ERRORS $(.*?)^ FAILURES $/gms)
  ) {
    for (
      const error of chapter!.trim().split(
        /\n\n(?=\S.* => \S+:\d+:\d+$|\.\/\S+ \()/m,
      )
    ) {
      errors.push(error.split("\n").slice(0, ERROR_LINES).join("\n").trim());
    }
  }
  return errors;
}
