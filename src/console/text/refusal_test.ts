import { strictEqual } from "node:assert/strict";
import { REMEDIES } from "../../api/remedies.ts";
import { sayIn } from "./phrases.ts";
import { refusalText } from "./refusal.ts";
import { type Language, texts } from "./texts.ts";

function words(language: Language) {
  return { say: sayIn(language), remedies: texts(language).remedies };
}

Deno.test("refusalText() puts what to do below what was wrong, once", () => {
  const said = { message: "Busy: Wait", remedy: "Look" };
  strictEqual(refusalText(said, words("en")), "Busy: Wait\nLook");
  strictEqual(
    refusalText({ ...said, remedy: "Wait" }, words("en")),
    "Busy: Wait",
  );
  strictEqual(
    refusalText({ ...said, remedy: null }, words("en")),
    "Busy: Wait",
  );
});

Deno.test("refusalText() says in the reader's language what it knows, and leaves the rest as it came", () => {
  for (const language of ["fr", "ja"] as const) {
    const { say, remedies } = words(language);
    const message = "the disk does not answer";
    const remedy = REMEDIES.busy;
    strictEqual(
      refusalText({ message, remedy }, { say, remedies }),
      `${say(message)}\n${remedies.busy}`,
    );
    const own = { message: "Not level", remedy: "Mend the disk first" };
    strictEqual(
      refusalText(own, { say, remedies }),
      "Not level\nMend the disk first",
    );
  }
});

Deno.test("refusalText() leaves a remedy out in every language where the message names its command already", () => {
  const message = 'No module "x": see "hakit module list"';
  const remedy = REMEDIES["no-such-module"];
  for (const language of ["fr", "ja"] as const) {
    const said = refusalText({ message, remedy }, words(language));
    strictEqual(said.includes("\n"), false, said);
  }
});
