/** What the page itself says, in its language: a script of its own brings that before this one, for nobody reads three languages. */
import type { Texts } from "../text/en.ts";

/** Throws where that script did not come: the page stays as the server drew it. */
export function words(): Texts {
  const { hakitTexts } = globalThis as unknown as { hakitTexts?: Texts };
  if (hakitTexts === undefined) throw new Error("The page's texts are missing");
  return hakitTexts;
}
