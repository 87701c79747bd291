import assert from "node:assert/strict";
import { iptablesVersion } from "./gather_system.ts";

Deno.test("iptablesVersion() is what iptables says of itself, or nothing", async () => {
  const saying = (text: string) =>
    iptablesVersion({ said: () => Promise.resolve(text) });
  assert.deepEqual(await saying("iptables v1.8.4 (nf_tables)"), {
    iptables: "v1.8.4 (nf_tables)",
  });
  assert.deepEqual(await saying(""), {});
});
