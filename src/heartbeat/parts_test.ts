import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { MAX_DATAGRAM } from "./message.ts";
import { Assembly, divide, MAX_PACKET } from "./parts.ts";

/** As message.ts makes them, as far as this file looks: boot id and number differ. */
function datagram(length: number, number: number): Uint8Array {
  const out = new Uint8Array(length).map((_, at) => (at * 31 + number) % 251);
  const fields = new DataView(out.buffer);
  fields.setUint32(0, 0x686b4842);
  fields.setBigUint64(24, BigInt(number));
  return out;
}

const lengths = fc.oneof(
  fc.integer({ min: 48, max: 8_000 }),
  fc.constantFrom(MAX_PACKET, MAX_PACKET + 1, MAX_DATAGRAM),
);

Deno.test("Assembly.take() makes of what divide() made the same datagram, in whatever order it comes, and once", () => {
  fc.assert(
    fc.property(
      fc.array(lengths, { minLength: 1, maxLength: 4 }),
      fc.infiniteStream(fc.nat()),
      (lengths, order) => {
        const datagrams = lengths.map(datagram);
        const packets = datagrams.flatMap(divide)
          .map((packet) => ({ packet, at: order.next().value }))
          .sort((a, b) => a.at - b.at);
        const assembly = new Assembly();
        const came = packets.map(({ packet }) => assembly.take(packet))
          .filter((one) => one !== null);
        const sorted = (all: Uint8Array[]) =>
          all.map((one) => one.toHex()).sort();
        deepStrictEqual(sorted(came), sorted(datagrams));
        strictEqual(
          packets.every(({ packet }) => packet.length <= MAX_PACKET),
          true,
        );
      },
    ),
    { numRuns: 100 },
  );
});

Deno.test("Assembly.take() goes on after parts that were lost, and however many begin", () => {
  const assembly = new Assembly();
  for (let number = 0; number < 1_000; number++) {
    const [first] = divide(datagram(3_000, number));
    strictEqual(assembly.take(first!), null);
  }
  const whole = datagram(3_000, 5_000);
  const [a, b, c] = divide(whole);
  deepStrictEqual(
    [a, a, c, b].map((packet) => assembly.take(packet!)),
    [null, null, null, whole],
  );
  // Of one that was begun long before, the other parts make nothing.
  const [, second, third] = divide(datagram(3_000, 0));
  deepStrictEqual([second, third].map((one) => assembly.take(one!)), [
    null,
    null,
  ]);
});

Deno.test("Assembly.take() hands on what is no part, and makes nothing of a false one", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2_000 }), (noise) => {
      deepStrictEqual(new Assembly().take(noise), noise);
    }),
  );
  const [part] = divide(datagram(3_000, 1));
  for (const [place, count] of [[3, 3], [0, 0], [0, 255]]) {
    const forged = part!.slice();
    forged.set([place!, count!], 4);
    strictEqual(new Assembly().take(forged), null);
  }
});
