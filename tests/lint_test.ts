import assert from "node:assert/strict";
import plugin from "./lint.ts";

function messages(file: string, source: string): string[] {
  const path = new URL(`../src/${file}`, import.meta.url).pathname;
  return Deno.lint.runPlugin(plugin, path, source)
    .map((diagnostic) => diagnostic.message);
}

Deno.test("pure files may not touch the world", () => {
  for (
    const source of [
      "Deno.readTextFileSync('x');",
      "export const t = Date.now();",
      "export const t = performance.now();",
      "export const t = Math.random();",
      "setTimeout(() => {}, 1);",
      "import { x } from 'node:fs'; x();",
      "import { x } from '../agent/loop.ts'; x();",
      "import { x } from './other_links.ts'; x();",
    ]
  ) {
    assert.notEqual(
      messages("heartbeat/detector.ts", source).length,
      0,
      source,
    );
  }
});

Deno.test("pure files may use types, pure files and computing packages", () => {
  for (
    const source of [
      "import type { X } from '../agent/loop.ts'; export type Y = X;",
      "import { x } from '../replication/identity.ts'; x();",
      "import { createHmac } from 'node:crypto'; createHmac('a', 'b');",
      "export const d = new Date(0);",
    ]
  ) {
    assert.deepEqual(messages("machine/step.ts", source), [], source);
  }
});

Deno.test("imports follow the arrows", () => {
  const refused = [
    ["fuse/device.ts", "../agent/agent.ts"],
    ["replication/session.ts", "../machine/step.ts"],
    ["system/log.ts", "../module/load.ts"],
    ["api/app.ts", "../cli/run.ts"],
    ["console/pages.tsx", "../agent/agent.ts"],
  ] as const;
  for (const [file, source] of refused) {
    const found = messages(file, `import { x } from "${source}"; x();`);
    assert.equal(found.length, 1, `${file} ${source}`);
  }
  assert.deepEqual(
    messages("agent/agent.ts", 'import { x } from "../machine/step.ts"; x();'),
    [],
  );
});

Deno.test("pages say nothing in one language only", () => {
  for (
    const source of [
      "export const a = <p>Not found</p>;",
      '<input placeholder="Name" />;',
      '<Dialog cancel="Cancel" />;',
    ]
  ) assert.equal(messages("console/pages.tsx", source).length, 1, source);
  for (
    const source of [
      "<p class='quiet'>{t.common.loading} {1} s</p>;",
      '<section aria-labelledby="x">{"hakit"}: ms</section>;',
    ]
  ) assert.deepEqual(messages("console/pages.tsx", source), [], source);
});
