import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import {
  decodeAttributes,
  decodeListing,
  encodeAttributes,
  encodeListing,
} from "./listing.ts";

/** As text: fast-check makes objects without a prototype, which are not strictly equal to ours. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return value.toHex();
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.keys(value).sort().map((key) => [
      key,
      plain((value as Record<string, unknown>)[key]),
    ]),
  );
}

const u32 = fc.nat(0xffffffff),
  bytes = (max: number) => fc.uint8Array({ maxLength: max });
const entry = fc.record({
  id: fc.nat(2 ** 52),
  mode: u32,
  rdev: u32,
  nlink: u32,
  uid: u32,
  gid: u32,
  name: bytes(255),
  target: bytes(100),
});

Deno.test("decodeListing(encodeListing) is the identity", () => {
  fc.assert(fc.property(bytes(100), fc.array(entry), (path, entries) => {
    const back = decodeListing(encodeListing(path, entries))!;
    deepStrictEqual([...back.path], [...path]);
    deepStrictEqual(plain(back.entries), plain(entries));
  }));
});

Deno.test("decodeAttributes(encodeAttributes) is the identity", () => {
  const xattr = fc.record({ name: bytes(50), value: bytes(300) });
  const attributes = fc.record({
    mode: u32,
    uid: u32,
    gid: u32,
    nlink: u32,
    size: fc.nat(2 ** 52),
    times: fc.uint8Array({ minLength: 24, maxLength: 24 }),
    xattrs: fc.array(xattr, { maxLength: 5 }),
  });
  fc.assert(fc.property(bytes(100), attributes, (path, given) => {
    const back = decodeAttributes(encodeAttributes(path, given))!;
    deepStrictEqual(plain(back), plain({ ...given, path }));
  }));
});

Deno.test("cut or random bytes decode to null or to something, never to an exception", () => {
  fc.assert(fc.property(bytes(200), (random) => {
    decodeListing(random);
    decodeAttributes(random);
  }));
  const whole = encodeListing(new Uint8Array(3), [{
    id: 5,
    mode: 1,
    rdev: 2,
    nlink: 3,
    uid: 4,
    gid: 5,
    name: new Uint8Array(9),
    target: new Uint8Array(0),
  }]);
  strictEqual(decodeListing(whole.subarray(0, whole.length - 1)), null);
});
