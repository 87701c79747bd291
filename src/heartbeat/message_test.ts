import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import { Codec, type Datagram, MAX_DATAGRAM } from "./message.ts";

const KEY = "5a".repeat(32);
const CLUSTER = "c1".repeat(16);
const codec = () => new Codec({ key: KEY, cluster: CLUSTER });

const hex32 = fc.uint8Array({ minLength: 16, maxLength: 16 })
  .map((bytes) => bytes.toHex());
const time = fc.double({ min: 0, max: 1e12, noNaN: true })
  .map((value) => value === 0 ? 0 : value);
const PLAIN = { noNullPrototype: true };
const datagrams: fc.Arbitrary<Datagram> = fc.record({
  sender: fc.constantFrom<0 | 1>(0, 1),
  boot: hex32,
  link: fc.integer({ min: 0, max: 7 }),
  number: fc.integer({ min: 0, max: 2 ** 48 }),
  content: fc.record({
    echo: fc.array(hex32, { maxLength: 8 }),
    sentAt: time,
    reply: fc.option(fc.record({ sentAt: time, heldMs: time }, PLAIN)),
    body: fc.constantFrom(null, {
      version: "1",
      modules: [],
      timeoutMs: 2100,
    }),
  }, PLAIN),
}, PLAIN);

Deno.test("Codec.open() of Codec.seal() is the same datagram", () => {
  fc.assert(
    fc.property(datagrams, (datagram) => {
      deepStrictEqual(codec().open(codec().seal(datagram)), datagram);
    }),
    { numRuns: 200 },
  );
});

Deno.test("Codec.seal() makes a datagram as long as it is to be, which says the same", () => {
  const large = { bytes: 1500, heardAt: 12.5, lost: true, full: true } as const;
  const [datagram] = fc.sample(datagrams, 1);
  const content = { ...datagram!.content, body: null, sent: 7, large };
  const sealed = codec().seal({ ...datagram!, content }, 1472);
  strictEqual(sealed.length, 1472);
  deepStrictEqual(codec().open(sealed)?.content, content);
});

Deno.test("Codec.open() refuses whatever was changed on the way", () => {
  fc.assert(
    fc.property(datagrams, fc.nat(), fc.nat(7), (datagram, where, bit) => {
      const bytes = codec().seal(datagram);
      bytes[where % bytes.length]! ^= 1 << bit;
      strictEqual(codec().open(bytes), null);
    }),
    { numRuns: 200 },
  );
});

Deno.test("Codec.open() refuses noise, cut datagrams, another key and another cluster", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (noise) => {
      strictEqual(codec().open(noise), null);
    }),
    { numRuns: 200 },
  );
  const [datagram] = fc.sample(datagrams, 1);
  const bytes = codec().seal(datagram!);
  for (let length = 0; length < bytes.length; length++) {
    strictEqual(codec().open(bytes.subarray(0, length)), null);
  }
  const stranger = new Codec({ key: "5b".repeat(32), cluster: CLUSTER });
  strictEqual(stranger.open(bytes), null);
  const namesake = new Codec({ key: KEY, cluster: "c2".repeat(16) });
  strictEqual(namesake.open(bytes), null);
});

Deno.test("Codec.seal() does not make what no datagram can carry", () => {
  const [datagram] = fc.sample(datagrams, 1);
  const content = { ...datagram!.content, body: "x".repeat(MAX_DATAGRAM) };
  throws(() => codec().seal({ ...datagram!, content }), /at most 60000 fit/);
});
