import { ok, strictEqual } from "node:assert/strict";
import { pathMtu } from "./path_mtu.ts";

Deno.test("pathMtu() is what the way takes, and not known where there is none", () => {
  const loopback = pathMtu("127.0.0.1", "127.0.0.2");
  ok(loopback !== null && loopback >= 1280, `${loopback}`);
  // An address that this machine does not have; two kinds; none.
  strictEqual(pathMtu("192.0.2.1", "192.0.2.2"), null);
  strictEqual(pathMtu("127.0.0.1", "::1"), null);
  strictEqual(pathMtu("127.0.0.1", "somewhere"), null);
});

Deno.test({
  name: "pathMtu() knows IPv6",
  ignore: !Deno.networkInterfaces().some(({ address }) => address === "::1"),
  fn() {
    ok((pathMtu("::1", "::1") ?? 0) >= 1280);
  },
});
