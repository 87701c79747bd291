import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import { ConfigHistory } from "./config_history.ts";
import { lastConfiguration } from "./last_configuration.ts";

Deno.test("lastConfiguration() is the newest that was in force and can be read", async () => {
  const state = await Deno.makeTempDir({ prefix: "hakit-last-" });
  try {
    const paths = { etc: state, state, run: state, log: state };
    const history = new ConfigHistory(paths, "app");
    const keep = async (number: number, text: string, inForce = true) => {
      const content = new TextEncoder().encode(text);
      const files = [{ path: "module.yaml", executable: false, content }];
      const at = "2026-11-26T00:00:00.000Z";
      const revision = { number, at, by: "me", digest: "d", note: "n" };
      await history.prepare(revision, files);
      if (inForce) await history.confirm(number);
    };
    strictEqual(await lastConfiguration(paths, "app"), null);
    const yaml = (boot: string) => `name: app\nmode: mirror\nboot: ${boot}\n`;
    await keep(1, yaml("on"));
    await keep(2, yaml("off"));
    await keep(3, "name: [");
    await keep(4, "name: other\nmode: mirror\n");
    await keep(5, yaml("auto"), false);
    const last = await lastConfiguration(paths, "app");
    deepStrictEqual([last?.number, last?.module.boot], [2, "off"]);
    await Deno.writeTextFile(join(state, "app/config/000002.tar"), "torn");
    const before = await lastConfiguration(paths, "app");
    deepStrictEqual([before?.number, before?.module.boot], [1, "on"]);
  } finally {
    await Deno.remove(state, { recursive: true });
  }
});
