/** Ce que dit la console, en français. */
import { frameTexts } from "./fr/frame.ts";
import { overviewTexts } from "./fr/overview.ts";
import { questionsTexts } from "./fr/questions.ts";
import { peopleTexts } from "./fr/people.ts";
import { watchTexts } from "./fr/watch.ts";
import { keptTexts } from "./fr/kept.ts";
import { remediesTexts } from "./fr/remedies.ts";
import { supportTexts } from "./fr/support.ts";
import { clusterKeysTexts } from "./fr/cluster_keys.ts";
import { configTexts } from "./fr/config.ts";
import { moduleKeysTexts } from "./fr/module_keys.ts";
import type { Texts } from "./en.ts";

export const fr: Texts = {
  ...frameTexts,
  ...overviewTexts,
  ...questionsTexts,
  ...peopleTexts,
  ...watchTexts,
  ...keptTexts,
  ...remediesTexts,
  ...supportTexts,
  ...clusterKeysTexts,
  ...configTexts,
  ...moduleKeysTexts,
};
