import { deepStrictEqual } from "node:assert/strict";
import { parseModule } from "../module/load.ts";
import { deviations, switched, type Switches } from "./switches.ts";

Deno.test("switched() forgets what module.yaml says anyway, and auto is that whatever it is", () => {
  for (
    const [boot, value, expected] of [
      ["on", "off", ["boot off"]],
      ["on", "on", []],
      ["on", "auto", []],
      ["auto", "off", ["boot off"]],
      ["auto", "on", ["boot on"]],
      ["auto", "auto", []],
    ] as const
  ) {
    const module = parseModule(`name: a\nmode: mirror\nboot: ${boot}\n`, "");
    const before: Switches = { boot: "off", errd: "off" };
    const after = switched(module, before, { name: "boot", value });
    deepStrictEqual(deviations(module, after), ["errd off", ...expected]);
  }
});
