import { deepStrictEqual, ok } from "node:assert/strict";
import { type Party, PROTOCOL, prove, proves, readHello } from "./handshake.ts";

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
      trusted: false,
      proof: prove(two, "secondary", {
        mine: theirs,
        theirs: mine,
        trusted: false,
      }),
    }),
  );
});

Deno.test("a proof does not fit another key, role, module, direction, nonce or kind of link", () => {
  const nonces = { mine: theirs, theirs: mine, trusted: false };
  const wrong = [
    prove({ ...two, key: "cd".repeat(32) }, "secondary", nonces),
    prove(two, "primary", nonces),
    prove({ ...two, module: "n" }, "secondary", nonces),
    prove(one, "secondary", nonces),
    prove(two, "secondary", { ...nonces, theirs: "33".repeat(32) }),
    prove(two, "secondary", { ...nonces, trusted: true }),
  ];
  for (const proof of wrong) {
    ok(!proves(one, "secondary", { mine, theirs, proof, trusted: false }));
  }
});

Deno.test("readHello() takes the peer's greeting and names what is wrong with a stranger's", () => {
  const hello = {
    version: PROTOCOL,
    cluster: "c",
    module: "m",
    node: "two",
    nonce: theirs,
    features: ["rekey", "of tomorrow"],
  };
  const refused = (json: unknown) => {
    const read = readHello(one, json);
    ok("refused" in read);
    return read.refused;
  };
  deepStrictEqual(readHello(one, hello), hello);
  ok(refused({ ...hello, cluster: "x" }).includes("another cluster"));
  ok(refused({ ...hello, module: "n" }).includes('module "n"'));
  ok(refused({ ...hello, node: "three" }).includes('"three"'));
  ok(refused({ ...hello, nonce: "short" }).includes("no greeting"));
  ok(refused({ ...hello, terms: "ab" }).includes("module.yaml"));
  const strict = { ...one, terms: "ab" };
  ok("refused" in readHello(strict, hello));
  ok(!("refused" in readHello(strict, { ...hello, terms: "ab" })));
  // Whatever else another version says, its number is understood.
  ok(refused({ version: 7 }).includes("protocol 7"));
  for (const json of [null, [], "text", {}, { version: "2" }]) {
    ok(refused(json).includes("no greeting"));
  }
});
