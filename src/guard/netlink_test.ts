import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { deleteRequest, dumpRequest, parse } from "./netlink.ts";

Deno.test("deleteRequest() names family, prefix, interface and address", () => {
  // As rtnetlink(7) lays it out; sequence 1, interface 3.
  const sent = deleteRequest({
    family: 2,
    prefix: 24,
    index: 3,
    address: Uint8Array.of(10, 0, 0, 9),
  });
  strictEqual(
    sent.toHex(),
    "20000000" + "1500" + "0500" + "01000000" + "00000000" +
      "02180000" + "03000000" + "0800" + "0200" + "0a000009",
  );
  strictEqual(dumpRequest().length, 24);
});

Deno.test("parse() reads a dump, its end and an acknowledgement; a torn message ends it", () => {
  const one = deleteRequest({
    family: 2,
    prefix: 24,
    index: 3,
    address: Uint8Array.of(10, 0, 0, 9),
  });
  one[4] = 20; // RTM_NEWADDR
  const end = new Uint8Array(20);
  end[0] = 20;
  end[4] = 3;
  const both = parse(Uint8Array.from([...one, ...end]));
  deepStrictEqual(both.held.map(({ index, prefix }) => [index, prefix]), [
    [3, 24],
  ]);
  strictEqual(both.done, true);
  const refused = new Uint8Array(36);
  new DataView(refused.buffer).setInt32(16, -99, true);
  refused[0] = 36;
  refused[4] = 2;
  strictEqual(parse(refused).error, 99);
  deepStrictEqual(parse(one.subarray(0, 20)).held, []);
});
