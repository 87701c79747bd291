import { strictEqual } from "node:assert/strict";
import { requestSchema } from "./control.ts";
import { Replacing } from "./replacing.ts";

Deno.test("Replacing: there is no role from the first file that a restore puts into the directories until somebody says that it has ended", () => {
  const replacing = new Replacing();
  strictEqual(replacing.refusal, null);
  replacing.begin();
  strictEqual(
    replacing.refusal?.message,
    "a copy is being restored into its directories",
  );
  replacing.end();
  strictEqual(replacing.refusal, null);
  const end = { id: 1, command: "replace-end" };
  strictEqual(requestSchema.safeParse(end).success, true);
});
