/** What the agent says, in the page's language. Its table is loaded once, before anything is drawn. */
import { AS_IT_CAME, type Say, speech } from "../text/speech.ts";

/** What the server drew is seen meanwhile. */
const TABLE_MS = 5_000;
/** Sentences: a timeline is drawn anew every few seconds with hundreds of them, mostly the same. */
const KEPT = 2000;

let spoken: Say = AS_IT_CAME;
let learnt: Promise<void> | undefined;

export const say: Say = (sentence) => spoken(sentence);

/** Without its table the page says in English what the agent says, rather than nothing. */
export function learn(): Promise<void> {
  return learnt ??= load(document.body.dataset["phrases"]);
}

async function load(url: string | undefined): Promise<void> {
  if (url === undefined) return;
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(TABLE_MS) });
    if (answer.ok) spoken = remembered(speech(await answer.json()));
  } catch {
    return;
  }
}

export function remembered(say: Say): Say {
  const known = new Map<string, string>();
  return (sentence) => {
    const before = known.get(sentence);
    if (before !== undefined) return before;
    if (known.size >= KEPT) known.clear();
    const said = say(sentence);
    known.set(sentence, said);
    return said;
  };
}
