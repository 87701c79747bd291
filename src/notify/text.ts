/** Words from scripts and peers inside a message: one line, bounded. Pure. */

const MOST = 500;

export function oneLine(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.replaceAll(/[\x00-\x1f\x7f\u2028\u2029]+/g, " ").trim()
    .slice(0, MOST);
}
