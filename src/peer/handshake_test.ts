import { ok, strictEqual } from "node:assert/strict";
import { type Party, prove, proves, refuse } from "./handshake.ts";
import { expandIpv6 } from "./socket.ts";

const one: Party = {
  cluster: "c",
  module: "m",
  node: "one",
  peer: "two",
  key: "ab".repeat(32),
};
const two: Party = { ...one, node: "two", peer: "one" };
const mine = "11".repeat(32), theirs = "22".repeat(32);

Deno.test("a proof by the cluster's key on both nonces is accepted", () => {
  ok(
    proves(one, "secondary", {
      mine,
      theirs,
      proof: prove(two, "secondary", { mine: theirs, theirs: mine }),
    }),
  );
});

Deno.test("a proof does not fit another key, role, module, direction or nonce", () => {
  const wrong = [
    prove({ ...two, key: "cd".repeat(32) }, "secondary", {
      mine: theirs,
      theirs: mine,
    }),
    prove(two, "primary", { mine: theirs, theirs: mine }),
    prove({ ...two, module: "n" }, "secondary", { mine: theirs, theirs: mine }),
    prove(one, "secondary", { mine: theirs, theirs: mine }),
    prove(two, "secondary", { mine: theirs, theirs: "33".repeat(32) }),
  ];
  for (const proof of wrong) {
    ok(!proves(one, "secondary", { mine, theirs, proof }));
  }
});

Deno.test("refuse() names what is wrong with a stranger", () => {
  const hello = {
    version: 1,
    cluster: "c",
    module: "m",
    node: "two",
    nonce: theirs,
  };
  strictEqual(refuse(one, hello), null);
  ok(refuse(one, { ...hello, cluster: "x" })?.includes("another cluster"));
  ok(refuse(one, { ...hello, node: "three" })?.includes('"three"'));
  ok(refuse(one, { ...hello, version: 2 })?.includes("protocol 2"));
});

Deno.test("expandIpv6() reads literals", () => {
  strictEqual(expandIpv6("::1")?.join(), "0,0,0,0,0,0,0,1");
  strictEqual(expandIpv6("fd00::a:b")?.join(), "64768,0,0,0,0,0,10,11");
  for (
    const bad of ["", "1:2", "::1::", "g::1", "1:2:3:4:5:6:7:8:9", "10.0.0.1"]
  ) strictEqual(expandIpv6(bad), null, bad);
});
