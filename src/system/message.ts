/** What was thrown, as text: an Error's words, or whatever else somebody has thrown. Pure. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** What was wrong, and below it what to do, unless the first line says it. Pure. */
export function withRemedy(message: string, remedy?: string | null): string {
  return remedy && !saysAlready(message, remedy)
    ? `${message}\n${remedy}`
    : message;
}

/** The remedy is the code's, and many a message names the same command. Pure. */
export function saysAlready(message: string, remedy: string): boolean {
  const commands = remedy.match(/"hakit [^"]+"/g) ?? [];
  return message.includes(remedy) ||
    commands.length > 0 &&
      commands.every((command) => message.includes(command));
}

/** So much of a text is looked at, however long it is. */
const MOST = 4000;

/** Text from scripts, peers and users must not forge a second line or move the reader's cursor. Pure. */
export function oneLine(text: string, most = MOST): string {
  return text.slice(0, MOST).replaceAll(/[\p{Cc}\u2028\u2029]+/gu, " ").trim()
    .slice(0, most);
}
