import assert from "node:assert/strict";
import type { ArchiveFile } from "./archive.ts";
import { edited } from "./edit.ts";
import { recordOf, templateOf, updateOf } from "./template.ts";

const file = (path: string, text: string): ArchiveFile => ({
  path,
  executable: path.startsWith("bin/"),
  content: new TextEncoder().encode(text),
});
const YAML = "name: shop\n# my port\nvariables:\n  PORT: '1'\n";
const OLD = [
  file("module.yaml", YAML),
  file("bin/a", "a1"),
  file("bin/b", "b1"),
  file("bin/gone", "g1"),
  file("lib/c", "c1"),
];
const NEW = [
  file(
    "module.yaml",
    "name: web\nvariables:\n  PORT: '80'\n  # how many\n  COUNT: '4'\n",
  ),
  file("bin/a", "a2"),
  file("bin/b", "b2"),
  file("bin/new", "n2"),
  file("lib/c", "c1"),
];
const installed = (...changes: ArchiveFile[]) => {
  const all = new Map(
    [...OLD, recordOf("web", OLD), ...changes].map((one) => [one.path, one]),
  );
  return [...all.values()];
};
const after = (files: readonly ArchiveFile[]) => {
  const { edits } = updateOf("web", files, NEW);
  return Object.fromEntries(
    edited(files, edits).map((
      { path, content },
    ) => [path, new TextDecoder().decode(content)]),
  );
};

Deno.test("updateOf() brings new forms, new files and new variables, and leaves the module's values", () => {
  const files = installed();
  assert.equal(templateOf(files), "web");
  const { kept, variables } = updateOf("web", files, NEW);
  assert.deepEqual({ kept, variables }, { kept: [], variables: ["COUNT"] });
  const { "template.json": _, "module.yaml": yaml, ...rest } = after(files);
  assert.deepEqual(rest, {
    "bin/a": "a2",
    "bin/b": "b2",
    "bin/new": "n2",
    "lib/c": "c1",
  });
  assert.equal(
    yaml,
    "name: shop\n# my port\nvariables:\n  PORT: '1'\n  # how many\n  COUNT: '4'\n",
  );
});

Deno.test("updateOf() leaves what was edited or taken out by a person, and says so once", () => {
  const files = installed(
    file("bin/a", "mine"),
    file("bin/gone", "mine too"),
    file("lib/c", "mine as well"),
  ).filter(({ path }) => path !== "bin/b");
  const { kept, edits } = updateOf("web", files, NEW);
  assert.deepEqual(kept, ["bin/a", "bin/b", "bin/gone"]);
  const result = after(files);
  assert.equal(result["bin/a"], "mine");
  assert.equal(result["bin/b"], undefined);
  assert.equal(result["lib/c"], "mine as well");
  const again = updateOf("web", edited(files, edits), NEW);
  assert.deepEqual({ ...again, edits: again.edits.length }, {
    kept: [],
    variables: [],
    edits: 0,
  });
});

Deno.test("updateOf() takes all of the template where nothing tells what was edited", () => {
  const files = [...OLD, file("template.json", "{")];
  assert.equal(templateOf(files), null);
  assert.equal(after(files)["bin/a"], "a2");
  assert.equal(after(files)["bin/gone"], "g1");
});
