/**
 * The tables of what the agent says, language by language; on the server alone, a browser loads that of its page. In an English phrase
 *
 *   {peer}   stands for one word (a name, an address, a number), put in as it is
 *   {path*}  for several
 *   {why=}   for a sentence of its own, translated where a phrase fits
 *   {why!}   the same, and the whole fits only where one does
 *   {more?}  the same, or nothing
 *
 * and in its translation they are {peer}, {path}, {why}, {more}, wherever that language has them.
 */
import { phrases as fr } from "./fr/phrases.ts";
import { phrases as ja } from "./ja/phrases.ts";
import { AS_IT_CAME, type Say, speech } from "./speech.ts";
import type { Language } from "./texts.ts";

export const TABLES = { fr, ja } as const;

const SAYS: { [language in Language]?: Say } = { en: AS_IT_CAME };

export function sayIn(language: Language): Say {
  return SAYS[language] ??= language === "en"
    ? AS_IT_CAME
    : speech(TABLES[language]);
}
