import assert from "node:assert/strict";
import { canonical, contains, parseNetwork } from "./address.ts";

Deno.test("canonical() writes every address of version 6 in one way, and leaves all else as it is", () => {
  for (
    const text of [
      ...["fd00::7", "FD00::7", "fd00:0::7", "fd00:0:0:0:0:0:0:7"],
      ...["fd00::0007", "fd00:0000:0000::0.0.0.7"],
    ]
  ) {
    assert.equal(canonical(text), "fd00::7", text);
  }
  assert.notEqual(canonical("fd00::70"), "fd00::7");
  assert.equal(canonical("::FFFF:10.0.0.1"), canonical("::ffff:a00:1"));
  for (
    const text of [
      "10.0.0.7",
      "node2.example",
      "",
      "fd00::7::1",
      "fe80::7%eth0",
    ]
  ) {
    assert.equal(canonical(text), text);
  }
});

Deno.test("parseNetwork() takes an address with a prefix that fits its family, or alone", () => {
  assert.deepEqual(parseNetwork("10.0.0.9/24"), {
    ...{ address: "10.0.0.9", prefix: 24, family: 4 },
  });
  assert.deepEqual(parseNetwork("fd00::9"), {
    ...{ address: "fd00::9", prefix: 128, family: 6 },
  });
  for (
    const text of [
      ...["10.0.0.9/33", "fd00::/129", "node2/24", "10.0.0.9/"],
      "fe80::9%eth0/64",
    ]
  ) {
    assert.equal(parseNetwork(text), null, text);
  }
});

Deno.test("contains() counts addresses, not letters", () => {
  assert(contains("10.0.0.9/24", "10.0.0.77"));
  assert(!contains("10.0.0.9/24", "10.0.1.7"));
  assert(contains("FD00:0::9/64", "fd00::1"));
  assert(!contains("fd00::9/64", "10.0.0.1"));
});
