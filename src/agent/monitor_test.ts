import { deepStrictEqual } from "node:assert/strict";
import { config, PRIM } from "../../tests/machine_life.ts";
import type { Event } from "../machine/event.ts";
import { initial, type State } from "../machine/step.ts";
import { parseModule } from "../module/load.ts";
import { Monitor, toldThere } from "./monitor.ts";

const SIGHT = {
  folder: "/nowhere",
  env: () => ({}),
  directory: null,
  near: "10.0.0.1",
  serves: () => null,
  heldThere: () => false,
};

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
    sight: SIGHT,
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

Deno.test("Monitor moves nothing by what the other node said before the only link broke, while that is not given up yet", () => {
  const module = parseModule(
    `name: app
mode: mirror
checkers:
  custom: [{ name: link }]
rules: |
  gone: if (custom.link == down && remote.custom.link == up) for 5s then swap()
`,
    "module.yaml",
  );
  const state: State = {
    ...initial({ ...config(), mirrored: false }, PRIM),
    begun: true,
    role: "PRIM",
  };
  const fired = (heard: (at: number) => number) => {
    const none = () => {};
    const events: Event["type"][] = [];
    let at = 0;
    const monitor = new Monitor({
      module,
      sight: SIGHT,
      log: { path: "", write: none, error: none, warning: none, info: none },
      remote: () =>
        toldThere([{ name: "custom.link", state: "up", detail: null }], {
          silentMs: at - heard(at),
          periodMs: 300,
        }),
      post: ({ type }) => events.push(type),
      changed: none,
    });
    monitor.set("custom.link", "down", null);
    for (; at <= 8_000; at += 100) monitor.update(state, at);
    monitor.close();
    return events;
  };
  deepStrictEqual(fired(() => 0), []);
  // By another link it goes on being heard, though four heartbeats in a row are lost.
  deepStrictEqual(fired((at) => at - at % 1_500), ["rule"]);
});
