import { deepStrictEqual } from "node:assert/strict";
import { parseModule } from "../module/load.ts";
import { Monitor } from "./monitor.ts";

Deno.test("Monitor.told() tells the peer what its rules look at first, then what is down or cannot be told, nothing else", () => {
  const module = parseModule(
    `name: app
mode: mirror
checkers:
  custom: [{ name: blind }, { name: gone }, { name: well }, { name: new }, { name: asked }]
rules: |
  gone: if (custom.gone == down && remote.custom.asked == up) then swap()
`,
    "module.yaml",
  );
  const none = () => {};
  const monitor = new Monitor({
    module,
    sight: {
      folder: "/nowhere",
      env: () => ({}),
      directory: null,
      near: "10.0.0.1",
      serves: () => null,
      heldThere: () => false,
    },
    log: { path: "", write: none, error: none, warning: none, info: none },
    remote: () => new Map(),
    post: none,
    changed: none,
  });
  monitor.set("custom.blind", "unknown", "systemd does not answer");
  monitor.set("custom.gone", "down", null);
  monitor.set("custom.well", "up", "40 % full");
  monitor.set("custom.asked", "unknown", null);
  deepStrictEqual(monitor.told(), [
    { name: "custom.asked", state: "unknown", detail: null },
    { name: "custom.gone", state: "down", detail: null },
    {
      name: "custom.blind",
      state: "unknown",
      detail: "systemd does not answer",
    },
  ]);
  monitor.set("custom.blind", "unknown", null);
  deepStrictEqual(monitor.told().map(({ name }) => name), [
    "custom.asked",
    "custom.gone",
  ]);
  monitor.close();
});
