/** Texts as a script says them: strings, and functions as they are written, for none of them uses more than what it is given. Pure. */
export function sourceOf(texts: unknown): string {
  if (typeof texts === "string") return JSON.stringify(texts);
  if (typeof texts === "function") return texts.toString();
  const members = Object.entries(texts as object)
    .map(([key, value]) => `${JSON.stringify(key)}:${sourceOf(value)}`);
  return `{${members.join()}}`;
}
