import assert from "node:assert/strict";
import { readFolder } from "../module/archive.ts";
import { builtInFolder } from "../module/catalog.ts";
import { recordOf } from "../module/template.ts";
import type { Ask } from "./ask.ts";
import { outdatedModules } from "./module_update.ts";

Deno.test("outdatedModules() names what is older, and a module that cannot be read hides no other", async () => {
  const counter = await readFolder(builtInFolder("counter")!);
  const older = counter.map((file) =>
    file.path === "bin/start_prim"
      ? { ...file, content: new TextEncoder().encode("#!/bin/sh\n") }
      : file
  );
  const modules: { [name: string]: typeof counter } = {
    level: [...counter, recordOf("counter", counter)],
    older: [...older, recordOf("counter", older)],
    own: [counter.find(({ path }) => path === "module.yaml")!],
  };
  const ask: Ask = (path, { answer }) => {
    const name = path.split("/")[3]!;
    const files = modules[name];
    if (!files) return Promise.reject(new Error("it is no YAML"));
    return Promise.resolve(answer.parse({
      module: name,
      digest: "d",
      files: files.map(({ path, executable, content }) => ({
        path,
        executable,
        encoding: "base64",
        content: content.toBase64(),
      })),
    }));
  };
  assert.deepEqual(
    await outdatedModules(ask, ["broken", "level", "own", "older"]),
    ["older"],
  );
});
