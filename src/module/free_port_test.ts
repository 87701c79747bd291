import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { withFreePort } from "./free_port.ts";
import { parseModule } from "./load.ts";

const YAML = "# mine\nname: a\nmode: mirror\ndirectories: [{ path: /srv/a }]\n";

function module(more: string) {
  return parseModule(`name: b\nmode: mirror\n${more}`, "module.yaml");
}
const mirrored = (port: number) =>
  module(`directories: [{ path: /srv/b }]\nport: ${port}\n`);

function yamlWith(
  yaml: string,
  others: ReturnType<typeof module>[],
  mine?: number,
): string {
  const content = new TextEncoder().encode(yaml);
  const files = [{ path: "module.yaml", executable: false, content }];
  const picked = withFreePort(files, { others, mine, reserved: [5602, 9010] });
  return new TextDecoder().decode(picked[0]!.content);
}

Deno.test("withFreePort() gives a new module a port that nobody has, and leaves one that names its own", () => {
  strictEqual(yamlWith(YAML, []), YAML);
  strictEqual(yamlWith(YAML, [mirrored(5601)]), YAML);
  // It mirrors nothing: its port is nobody's.
  strictEqual(yamlWith(YAML, [module("")]), YAML);
  const picked = yamlWith(YAML, [mirrored(5600), mirrored(5601)]);
  strictEqual(picked.startsWith("# mine\n"), true);
  strictEqual(parseModule(picked, "module.yaml").port, 5603);
  strictEqual(
    parseModule(yamlWith(YAML, [mirrored(5600)], 5620), "module.yaml").port,
    5620,
  );
  for (
    const yaml of [
      `${YAML}port: 5600\n`,
      "name: a\nmode: mirror\n",
      "name: [\n",
      "just words\n",
    ]
  ) strictEqual(yamlWith(yaml, [mirrored(5600)]), yaml);
  deepStrictEqual(withFreePort([], { others: [], reserved: [] }), []);
});
