import { deepStrictEqual, throws } from "node:assert/strict";
import { configSchema, requestSchema } from "./control.ts";

Deno.test("requestSchema takes a command with its id, and refuses what lacks either or asks for too much", () => {
  const primary = { id: 7, command: "primary", alone: false };
  deepStrictEqual(requestSchema.parse({ ...primary, word: "new" }), primary);
  const hold = { id: 8, command: "hold", ms: 60_000 };
  deepStrictEqual(requestSchema.parse(hold), hold);
  for (
    const request of [
      { command: "alone" },
      { id: 1, command: "become" },
      { id: 1, command: "primary" },
      { ...hold, ms: 60_001 },
    ]
  ) throws(() => requestSchema.parse(request), JSON.stringify(request));
});

Deno.test("configSchema refuses no directory, a path that is not absolute and half a key", () => {
  const config = {
    module: "shop",
    cluster: "one",
    node: "node1",
    peer: "node2",
    nodeIndex: 0,
    key: "0f".repeat(32),
    socket: "/run/shop.sock",
    stateDir: "/state/shop",
    salvageDir: "/state/salvage",
    port: 7400,
    listen: ["10.0.0.1"],
    dial: ["10.0.0.2"],
    trusted: [],
    directories: [{ path: "/srv/shop", exclude: ["*.tmp"] }],
    resyncLimit: 0,
  };
  deepStrictEqual(configSchema.parse(config), config);
  for (
    const wrong of [
      { directories: [] },
      { directories: [{ path: "srv/shop" }] },
      { key: "0f" },
      { nodeIndex: 2 },
    ]
  ) throws(() => configSchema.parse({ ...config, ...wrong }));
});
