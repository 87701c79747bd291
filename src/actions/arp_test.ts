import { strictEqual } from "node:assert/strict";
import {
  arpAnnouncements,
  arpOwner,
  arpProbe,
  neighbourAnnouncement,
  neighbourOwner,
  neighbourProbe,
  parseMac,
} from "./arp.ts";

const MAC = parseMac("52:54:00:12:34:56");

Deno.test("arpProbe() asks without claiming the address", () => {
  const frame = arpProbe(MAC, "10.0.0.9");
  strictEqual(
    frame.toHex(),
    "ffffffffffff" + "525400123456" + "0806" +
      "0001080006040001" + "525400123456" + "00000000" +
      "000000000000" + "0a000009",
  );
  strictEqual(arpOwner(frame, "10.0.0.9"), null);
});

Deno.test("arpAnnouncements() makes a request and a reply that name the owner", () => {
  const [request, reply] = arpAnnouncements(MAC, "10.0.0.9");
  strictEqual(request![21], 1);
  strictEqual(reply![21], 2);
  for (const frame of [request!, reply!]) {
    strictEqual(arpOwner(frame, "10.0.0.9"), "52:54:00:12:34:56");
    strictEqual(arpOwner(frame, "10.0.0.8"), null);
  }
});

Deno.test("arpOwner() and neighbourOwner() take any rubbish", () => {
  for (const length of [0, 1, 13, 41, 42, 77, 78, 200]) {
    const frame = new Uint8Array(length).fill(0x08);
    strictEqual(arpOwner(frame, "10.0.0.9"), null);
    strictEqual(neighbourOwner(frame, "fd00::9"), null);
  }
});

Deno.test("neighbourAnnouncement() has a checksum that adds up and names the owner", () => {
  const frame = neighbourAnnouncement(MAC, "fd00::9");
  strictEqual(neighbourOwner(frame, "fd00::9"), "52:54:00:12:34:56");
  strictEqual(neighbourOwner(frame, "fd00::8"), null);
  strictEqual(sumOf(frame), 0xffff);
  strictEqual(frame.subarray(0, 6).toHex(), "333300000001");
});

Deno.test("neighbourProbe() goes to the solicited-node group", () => {
  const frame = neighbourProbe(MAC, "fd00::12:3456");
  strictEqual(frame.subarray(0, 6).toHex(), "3333ff123456");
  strictEqual(sumOf(frame), 0xffff);
});

/** RFC 1071 over pseudo-header and body, checksum included: 0xffff when right. */
function sumOf(frame: Uint8Array): number {
  const body = frame.subarray(54);
  const all = [...frame.subarray(22, 54), 0, 0, 0, body.length, 0, 0, 0, 58];
  all.push(...body);
  let sum = 0;
  for (let at = 0; at < all.length; at += 2) {
    sum += all[at]! << 8 | all[at + 1]!;
  }
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return sum;
}
