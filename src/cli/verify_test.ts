import { match } from "node:assert/strict";
import type { Verification } from "../agent/door.ts";
import { outputTo } from "./output.ts";
import { tell } from "./verify.ts";

Deno.test("verify asks for the failing disk before it offers to repair", () => {
  let text = "";
  const out = outputTo({
    terminal: false,
    colour: false,
    out: (part) => text += part,
    err: () => {},
    now: () => 0,
  });
  const verify = {
    state: "different",
    repair: false,
    found: [],
    differences: 2,
    entries: 9,
    bytesDone: 1,
  };
  tell("app", { verify } as unknown as Verification, out);
  match(
    text,
    /2 differences\. First find the failing disk .* primary's, "hakit swap app" first; then "hakit verify app --repair"/,
  );
});
