import assert from "node:assert/strict";
import fc from "fast-check";
import { SETTINGS } from "../../tests/api/issuer.ts";
import { type OidcBody, oidcBody } from "./settings.ts";
import {
  merge,
  NOTHING,
  type OidcFile,
  oidcFileSchema,
  secretsOf,
  standingOf,
  withChange,
} from "./settings_file.ts";
import { redirectFor, redirects } from "./places.ts";

let chances = 0;
function changed(file: OidcFile, label: string | null): OidcFile {
  chances++;
  return withChange(file, {
    settings: label === null ? null : { ...SETTINGS, label },
    chance: String(chances).padStart(12, "0"),
    sealKey: "k".repeat(43),
  });
}

const whatHolds = (file: OidcFile) => {
  const standing = standingOf(file);
  return standing.kind === "on" ? standing.settings.label : standing.kind;
};

Deno.test("merge() gives both nodes the same, whatever came in which order, and the last one's knowledge counts", () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.record({
          node: fc.constantFrom(0, 1),
          does: fc.constantFrom("a", "b", null, "meet"),
        }),
        { maxLength: 12 },
      ),
      (steps) => {
        const nodes: [OidcFile, OidcFile] = [NOTHING, NOTHING];
        const meet = () => {
          const [one, two] = nodes;
          const both = merge(one, two);
          assert.deepEqual(both, merge(two, one));
          assert.deepEqual(both, merge(both, one));
          nodes[0] = nodes[1] = both;
        };
        for (const { node, does } of steps) {
          if (does === "meet") meet();
          else nodes[node as 0 | 1] = changed(nodes[node as 0 | 1], does);
        }
        meet();
        oidcFileSchema.parse(nodes[0]);
        assert.ok(nodes[0].changes.length <= 2);
        // Whoever has met everybody decides.
        nodes[1] = changed(nodes[1], "last");
        meet();
        assert.equal(whatHolds(nodes[0]), "last");
      },
    ),
    { numRuns: 200 },
  );
});

Deno.test("merge() brings nothing back that was replaced, and lets nobody in by settings that are in question", () => {
  const first = changed(NOTHING, "first");
  const off = changed(first, null);
  assert.equal(whatHolds(merge(first, off)), "off");
  const other = changed(first, "other");
  assert.equal(whatHolds(merge(off, other)), "parted");
  assert.equal(whatHolds(merge(off, changed(first, null))), "off");
  // A node that slept through a thousand changes brings back what nobody remembers: in question, not in force.
  let file = first;
  for (let change = 0; change < 1100; change++) file = changed(file, "new");
  oidcFileSchema.parse(file);
  assert.equal(whatHolds(merge(file, first)), "parted");
});

Deno.test("secretsOf() finds the secret and the key, and nothing in what is no such file", () => {
  const file = changed(NOTHING, "x");
  assert.deepEqual(secretsOf(JSON.stringify(file)), [
    SETTINGS.secret,
    "k".repeat(43),
  ]);
  assert.deepEqual(secretsOf("{"), []);
});

Deno.test("oidcBody takes settings with defaults, and refuses what is no issuer, name or scope", () => {
  const least = {
    issuer: SETTINGS.issuer,
    client: "hakit",
    roles: { viewer: ["staff"] },
  };
  const body: OidcBody = oidcBody.parse(least);
  assert.deepEqual([body.claim, body.hours, body.names], ["groups", 8, []]);
  for (
    const wrong of [
      { issuer: "http://login.example.com" },
      { issuer: "https://" },
      { issuer: "https://a:b@login.example.com" },
      { issuer: "https://login.example.com/?x" },
      { issuer: "https://login.example.com/#" },
      { issuer: "javascript:alert(1)" },
      { names: ["https://x"] },
      { names: ["a/b"] },
      { names: ["a@b"] },
      { names: ["UPPER"] },
      { names: ["a:99999"] },
      { names: ["10.0.0.300"] },
      { scopes: ["two words"] },
      { secret: "two\nlines" },
      { hours: 25 },
      { label: "a\u0000b" },
      { roles: { king: ["x"] } },
    ]
  ) {
    const { success } = oidcBody.safeParse({ ...least, ...wrong });
    assert.equal(success, false, JSON.stringify(wrong));
  }
});

Deno.test("redirectFor() answers for the cluster's addresses only, with IPv6, prefixes and ports", () => {
  const places = {
    names: ["hakit.example.com", "proxy.example.com:8443", "[2001:db8::7]"],
    addresses: ["10.0.0.1", "10.0.0.9/24", "2001:db8::1/64"],
    port: 9010,
  };
  const back = (host: string) => redirectFor(host, places);
  const own = (host: string) => `https://${host}/login/oidc/back`;
  for (
    const host of [
      "hakit.example.com:9010",
      "hakit.example.com",
      "proxy.example.com:8443",
      "10.0.0.9:9010",
      "[2001:db8::1]:9010",
      "[2001:db8::7]:9010",
    ]
  ) assert.equal(back(host), own(host));
  for (
    const host of [
      "proxy.example.com:9010",
      "10.0.0.9",
      "10.0.0.9:9010:9010",
      "10.0.0.9:9010/",
      "10.0.0.9:9010?x",
      "10.0.0.9:9010#x",
      "x@10.0.0.9:9010",
      "10.0.0.9 :9010",
      "10.0.0.90:9010",
      "hakit.example.com.:9010",
      "hakit.example.com:0",
      "",
    ]
  ) assert.equal(back(host), null, host);
  assert.deepEqual(redirects(places), [
    own("hakit.example.com:9010"),
    own("proxy.example.com:8443"),
    own("[2001:db8::7]:9010"),
    own("10.0.0.1:9010"),
    own("10.0.0.9:9010"),
    own("[2001:db8::1]:9010"),
  ]);
});
