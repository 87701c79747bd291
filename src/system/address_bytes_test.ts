import { strictEqual, throws } from "node:assert/strict";
import { isIP } from "node:net";
import fc from "fast-check";
import { canonical } from "./address.ts";
import { addressBytes, addressText, knownBytes } from "./address_bytes.ts";

const hex = (address: string) => addressBytes(address)?.toHex() ?? null;

Deno.test("addressBytes() reads every form of both families", () => {
  strictEqual(hex("10.0.0.255"), "0a0000ff");
  strictEqual(hex("::"), "0".repeat(32));
  strictEqual(hex("::1"), "1".padStart(32, "0"));
  strictEqual(hex("fd00::a:B"), "fd00" + "0".repeat(20) + "000a000b");
  strictEqual(hex("1:2:3:4:5:6:7::"), "00010002000300040005000600070000");
  strictEqual(hex("1:2:3:4:5:6:7:8"), "00010002000300040005000600070008");
  strictEqual(hex("::ffff:10.0.0.1"), "ffff0a000001".padStart(32, "0"));
});

Deno.test("addressBytes() takes nothing that is no address, and no interface behind one", () => {
  for (
    const wrong of [
      ...["", "eth0", "10.0.0", "10.0.0.0.1", "999.1.1.1", "10.0.0.01"],
      ...["0x10.0.0.1", "10..0.1", " 10.0.0.1", "10.0.0.9/24", "1:2"],
      ...["::1::", "1::2::3", ":::", ":1::2", "g::1", "12345::"],
      ...["1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::", "fe80::1%eth0"],
      ...["::10.0.0.1:1", "::10.0.0.256", "10.0.0.1::"],
    ]
  ) {
    strictEqual(hex(wrong), null, wrong);
    throws(() => knownBytes(wrong), TypeError);
  }
});

const LIKE_AN_ADDRESS = fc.oneof(
  fc.ipV4(),
  fc.ipV6(),
  fc.array(fc.constantFrom("0", "1", "ff", "256", ":", "::", ".", "a00", "g"), {
    maxLength: 18,
  }).map((parts) => parts.join("")),
);

Deno.test("addressBytes() takes what node:net takes, and addressText() is another way to write the same", () => {
  fc.assert(
    fc.property(LIKE_AN_ADDRESS, (address) => {
      const bytes = addressBytes(address);
      strictEqual(bytes?.length, { 0: undefined, 4: 4, 6: 16 }[isIP(address)]);
      if (!bytes) return;
      strictEqual(hex(addressText(bytes)), bytes.toHex());
      strictEqual(canonical(addressText(bytes)), canonical(address));
    }),
    { numRuns: 2000 },
  );
});
