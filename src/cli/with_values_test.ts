import assert from "node:assert/strict";
import { withValues } from "./with_values.ts";

Deno.test("withValues() changes values and keeps comments", () => {
  const text = '# why\nname: a\nvariables:\n  PORT: "1" # port\n';
  assert.equal(
    withValues(text, ["variables.PORT=3307", "boot=off", "port=5601"]),
    '# why\nname: a\nvariables:\n  PORT: "3307" # port\nboot: off\nport: 5601\n',
  );
  assert.throws(() => withValues(text, ["nothing"]), /expected KEY=VALUE/);
});

Deno.test("withValues() keeps a variable that looks like a number text", () => {
  assert.match(withValues("variables: {}\n", ["variables.X=5"]), /X: "5"/);
});
