/**
 * Just enough DER (X.690) to write a certificate: tag, length, content. Writing only, so nothing here parses a stranger's bytes.
 * An X.509 package would have brought twenty others and a global polyfill for these lines. Pure.
 */
import { Buffer } from "node:buffer";

const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  objectId: 0x06,
  utf8String: 0x0c,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

/** One element: tag, length in the shortest form, content. */
export function element(tag: number, ...content: readonly Uint8Array[]) {
  const body = Buffer.concat(content);
  return Buffer.concat([Uint8Array.of(tag, ...lengthOf(body.length)), body]);
}

export function sequence(...items: readonly Uint8Array[]) {
  return element(TAG.sequence, ...items);
}

export function set(...items: readonly Uint8Array[]) {
  return element(TAG.set, ...items);
}

/** A non-negative integer, big-endian; a leading zero keeps it positive. */
export function integer(bytes: Uint8Array) {
  let start = 0;
  while (start < bytes.length - 1 && bytes[start] === 0) start++;
  const shortest = bytes.subarray(start);
  const sign = (shortest[0] ?? 0) >= 0x80 ? [0] : [];
  return element(TAG.integer, Uint8Array.from(sign), shortest);
}

export function boolean(value: boolean) {
  return element(TAG.boolean, Uint8Array.of(value ? 0xff : 0));
}

export function octetString(content: Uint8Array) {
  return element(TAG.octetString, content);
}

/** `unused`: bits of the last byte that do not count. */
export function bitString(content: Uint8Array, unused = 0) {
  return element(TAG.bitString, Uint8Array.of(unused), content);
}

export function utf8String(text: string) {
  return element(TAG.utf8String, Buffer.from(text, "utf8"));
}

/** Element [n] of a context: constructed ones contain elements, primitive ones bytes. */
export function context(n: number, content: Uint8Array, constructed = true) {
  return element((constructed ? 0xa0 : 0x80) | n, content);
}

/** "1.2.840.113549" → object identifier. */
export function objectId(dotted: string) {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  return element(
    TAG.objectId,
    Uint8Array.from([first * 40 + second, ...rest.flatMap(base128)]),
  );
}

/** RFC 5280 4.1.2.5.2: YYYYMMDDHHMMSSZ, no fraction. Years before 2050 must be UTCTime (tag 0x17, two digits). */
export function time(date: Date) {
  const text = date.toISOString().replace(/[-:T]/g, "").slice(0, 14) + "Z";
  if (date.getUTCFullYear() < 2050) {
    return element(0x17, Buffer.from(text.slice(2), "ascii"));
  }
  return element(TAG.generalizedTime, Buffer.from(text, "ascii"));
}

function lengthOf(length: number): number[] {
  if (length < 0x80) return [length];
  const bytes: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) {
    bytes.unshift(rest % 256);
  }
  return [0x80 | bytes.length, ...bytes];
}

function base128(value: number): number[] {
  const bytes = [value % 128];
  for (
    let rest = Math.floor(value / 128);
    rest > 0;
    rest = Math.floor(rest / 128)
  ) bytes.unshift(0x80 | (rest % 128));
  return bytes;
}
