/** What was thrown, as text: an Error's words, or whatever else somebody has thrown. Pure. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
