/** コンソールの日本語の文言。 */
import { frameTexts } from "./ja/frame.ts";
import { overviewTexts } from "./ja/overview.ts";
import { questionsTexts } from "./ja/questions.ts";
import { peopleTexts } from "./ja/people.ts";
import { watchTexts } from "./ja/watch.ts";
import { keptTexts } from "./ja/kept.ts";
import { remediesTexts } from "./ja/remedies.ts";
import { supportTexts } from "./ja/support.ts";
import { clusterKeysTexts } from "./ja/cluster_keys.ts";
import { configTexts } from "./ja/config.ts";
import { moduleKeysTexts } from "./ja/module_keys.ts";
import type { Texts } from "./en.ts";

export const ja: Texts = {
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
