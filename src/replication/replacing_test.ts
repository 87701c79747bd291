import { strictEqual } from "node:assert/strict";
import { requestSchema } from "./control.ts";
import { Replacing } from "./replacing.ts";

Deno.test("Replacing: there is no role from the first file that a restore puts into the directories until somebody says that it has ended", () => {
  const replacing = new Replacing();
  const refusal = () => replacing.refusal?.message;
  strictEqual(refusal(), undefined);
  replacing.begin(null);
  strictEqual(
    refusal(),
    "a copy is being restored into its directories",
  );
  strictEqual(replacing.end(), null);
  strictEqual(refusal(), undefined);
  const end = { id: 1, command: "replace-end" };
  strictEqual(requestSchema.safeParse(end).success, true);
});

Deno.test("Replacing: what stood there counts as it did, once, where it was known", () => {
  const replacing = new Replacing();
  const worth = { upToDate: false, consistent: true };
  replacing.begin(worth);
  strictEqual(replacing.end(), worth);
  strictEqual(replacing.end(), null);
});
