/** Everything the console says, in English, page by page. Other languages are the same object in files beside this one (fr.ts, ja.ts). */
import { frameTexts } from "./en/frame.ts";
import { overviewTexts } from "./en/overview.ts";
import { questionsTexts } from "./en/questions.ts";
import { peopleTexts } from "./en/people.ts";
import { watchTexts } from "./en/watch.ts";
import { keptTexts } from "./en/kept.ts";
import { remediesTexts } from "./en/remedies.ts";
import { supportTexts } from "./en/support.ts";
import { clusterKeysTexts } from "./en/cluster_keys.ts";
import { configTexts } from "./en/config.ts";
import { moduleKeysTexts } from "./en/module_keys.ts";
import type { DeepText } from "./texts.ts";

export const en = {
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

export type Texts = DeepText<typeof en>;
