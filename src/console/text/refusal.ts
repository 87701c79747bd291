/** A refusal of the API in the reader's language: what was wrong, and below it what to do. Pure. */
import { REMEDIES } from "../../api/remedies.ts";
import { withRemedy } from "../../system/message.ts";
import type { Texts } from "./en.ts";
import type { Say } from "./speech.ts";

export interface Words extends Pick<Texts, "remedies"> {
  readonly say: Say;
}

export function refusalText(
  { message, remedy }: {
    readonly message: string;
    readonly remedy: string | null;
  },
  words: Words,
): string {
  return withRemedy(words.say(message), remedyText(remedy, words));
}

/** One of those that the API says by code, or one of the refusal's own. */
function remedyText(
  remedy: string | null,
  { say, remedies }: Words,
): string | null {
  const own = Object.entries(REMEDIES).find(([, text]) => text === remedy);
  if (own) return remedies[own[0] as keyof typeof REMEDIES];
  return remedy === null ? null : say(remedy);
}
