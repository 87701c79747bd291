/** Whether a sentence of the agent has its phrase in every language; the rest of it are names, numbers and commands. */
import { sayIn } from "../../src/console/text/phrases.ts";

export function isSaid(sentence: string): boolean {
  if (sayIn("fr")(sentence) === sentence) return false;
  // Two words of small letters side by side are not Japanese, commands aside.
  const said = sayIn("ja")(sentence).replaceAll(/"[^"]*"/g, "");
  return !/[a-z]{2,} [a-z]{2,}/.test(said);
}
