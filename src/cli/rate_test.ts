import { strictEqual, throws } from "node:assert/strict";
import { rateOf } from "./rate.ts";

Deno.test("rateOf() reads bytes per second and refuses anything else", () => {
  strictEqual(rateOf("--rate", "50M"), 50 << 20);
  strictEqual(rateOf("--rate", "0"), 0);
  strictEqual(rateOf("--rate", "12"), 12);
  for (const wrong of ["", "M", "5T", "-1", "1.5M", "5M/s"]) {
    throws(() => rateOf("--rate", wrong), /such as 50M/);
  }
});
