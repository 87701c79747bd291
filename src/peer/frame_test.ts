import { deepStrictEqual, ok } from "node:assert/strict";
import fc from "fast-check";
import { HEADER, intact, newFrame, readHeader, writeHeader } from "./frame.ts";

const frame = fc.record({
  kind: fc.nat(255),
  volume: fc.nat(255),
  flags: fc.nat(65535),
  sequence: fc.nat(Number.MAX_SAFE_INTEGER),
  id: fc.nat(Number.MAX_SAFE_INTEGER),
  argument: fc.nat(Number.MAX_SAFE_INTEGER),
});

Deno.test("readHeader(writeHeader) is the identity, and the frame is intact", () => {
  fc.assert(
    fc.property(frame, fc.uint8Array({ maxLength: 200 }), (fields, payload) => {
      const bytes = new Uint8Array(HEADER + payload.length),
        view = new DataView(bytes.buffer);
      bytes.set(payload, HEADER);
      writeHeader(bytes, view, 0, { ...fields, length: payload.length });
      ok(intact(bytes, view, 0, payload.length));
      deepStrictEqual(readHeader(view, 0, newFrame()), {
        ...fields,
        length: payload.length,
      });
    }),
  );
});

Deno.test("one flipped bit is seen", () => {
  fc.assert(
    fc.property(
      frame,
      fc.uint8Array({ minLength: 1, maxLength: 200 }),
      fc.nat(),
      (fields, payload, where) => {
        const bytes = new Uint8Array(HEADER + payload.length),
          view = new DataView(bytes.buffer);
        bytes.set(payload, HEADER);
        writeHeader(bytes, view, 0, { ...fields, length: payload.length });
        const covered = [
          ...Array(36).keys(),
          ...payload.keys().map((i) => HEADER + i),
        ];
        const at = covered[where % covered.length]!;
        bytes[at]! ^= 1 << (where % 8);
        ok(!intact(bytes, view, 0, payload.length));
      },
    ),
  );
});
