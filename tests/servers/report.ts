/** What the runner tells: one line a check, the seconds of a timeline, and the closing line that `tests/run` counts. */
const began = performance.now();
let passed = 0;
let failed = 0;

function print(text: string): void {
  // deno-lint-ignore no-console -- this is the test runner's own output
  console.log(text);
}

/** A line of the running account. */
export function note(text: string): void {
  const seconds = ((performance.now() - began) / 1000).toFixed(0);
  print(`${seconds.padStart(5)} s  ${text}`);
}

/** One check: PASS or FAIL with what was in the way. A failure also ends the scenario: what follows would rest on it. */
export async function check<T>(
  name: string,
  action: () => Promise<T> | T,
): Promise<T> {
  const start = performance.now();
  try {
    const result = await action();
    passed++;
    const took = ((performance.now() - start) / 1000).toFixed(1);
    note(`PASS  ${name} (${took} s)`);
    return result;
  } catch (error) {
    failed++;
    note(`FAIL  ${name}: ${error instanceof Error ? error.message : error}`);
    throw new CheckFailed(name, { cause: error });
  }
}

/** Thrown by `check` after it has told and counted the failure. */
export class CheckFailed extends Error {
  override readonly name = "CheckFailed";
}

/** For what failed outside of any check. */
export function broken(what: string, error: unknown): void {
  failed++;
  note(`FAIL  ${what}: ${error instanceof Error ? error.message : error}`);
}

export function close(): number {
  print(`${passed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

/** Moments after a zero, in the order in which they came. */
export class Timeline {
  readonly #zero = performance.now();
  readonly #moments: string[] = [];

  mark(what: string, at = performance.now()): void {
    this.#moments.push(`${what} ${((at - this.#zero) / 1000).toFixed(1)} s`);
  }

  tell(title: string): void {
    note(`      ${title}: ${this.#moments.join(", ")}`);
  }
}
