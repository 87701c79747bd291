import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { admissionText, parseAdmission } from "./token.ts";

const ADMISSION = { name: "office", id: "ab".repeat(16), key: "cd".repeat(32) };

Deno.test("parseAdmission() reads what admissionText() wrote, and nothing else", () => {
  const text = admissionText(ADMISSION);
  deepStrictEqual(parseAdmission(`${text}\n`), ADMISSION);
  for (const wrong of ["", "hakitw1.", "hakitw1.!!", text.slice(0, -4)]) {
    strictEqual(parseAdmission(wrong), null);
  }
});
