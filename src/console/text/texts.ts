/** Which language: the reader's choice (a cookie), else what the browser asks for, else English. Pure. */
import { en, type Texts } from "./en.ts";
import { fr } from "./fr.ts";
import { ja } from "./ja.ts";

/** The same shape with other words. */
export type DeepText<T> = {
  readonly [key in keyof T]: T[key] extends string ? string
    : T[key] extends (...args: infer A) => string ? (...args: A) => string
    : DeepText<T[key]>;
};

export const LANGUAGES = ["en", "fr", "ja"] as const;
export type Language = typeof LANGUAGES[number];
export const LANGUAGE_COOKIE = "hakit-language";

const ALL: { readonly [language in Language]: Texts } = { en, fr, ja };

export function texts(language: Language): Texts {
  return ALL[language];
}

export function isLanguage(text: string | undefined): text is Language {
  return LANGUAGES.some((language) => language === text);
}

/** "fr-CH, fr;q=0.9, en;q=0.8" → "fr". */
export function preferred(accept: string | undefined): Language {
  const wished = (accept ?? "").slice(0, 500).split(",").map((part) => {
    const [tag = "", ...rest] = part.trim().split(";");
    const quality = Number(/q=([\d.]+)/.exec(rest.join(";"))?.[1] ?? 1);
    return { language: tag.trim().toLowerCase().split("-")[0], quality };
  }).sort((a, b) => b.quality - a.quality);
  for (const { language, quality } of wished) {
    if (quality > 0 && isLanguage(language)) return language;
  }
  return "en";
}
