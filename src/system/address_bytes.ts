/** IP addresses as bytes. Nothing is imported: the guard fences by it, when what was not read from the disk before may not come. Pure. */

/** 4 or 16 bytes of a literal without an interface behind it; null: it is none. */
export function addressBytes(
  address: string,
): Uint8Array<ArrayBuffer> | null {
  if (!address.includes(":")) return fourBytes(address);
  const halves = withoutDots(address)?.split("::") ?? [];
  if (halves.length < 1 || halves.length > 2) return null;
  const [head = [], tail] = halves.map(words);
  const missing = 8 - head.length - (tail?.length ?? 0);
  if (tail === undefined ? missing !== 0 : missing < 1) return null;
  const all = [...head, ...Array<number>(missing).fill(0), ...tail ?? []];
  return all.some(Number.isNaN)
    ? null
    : Uint8Array.from(all.flatMap((word) => [word >> 8, word & 255]));
}

/** The same of an address that was checked before. Throws TypeError. */
export function knownBytes(address: string): Uint8Array<ArrayBuffer> {
  const bytes = addressBytes(address);
  if (bytes) return bytes;
  throw new TypeError(`Cannot read "${address}": expected an IP address`);
}

/** One text for one address: IPv6 in eight groups. */
export function addressText(bytes: Uint8Array): string {
  return bytes.length === 4 ? bytes.join(".") : groups(bytes).join(":");
}

/** Each two bytes of an IPv6 address, as it writes them. */
export function groups(bytes: Uint8Array): string[] {
  return Array.from(
    { length: bytes.length / 2 },
    (_, i) => (bytes[2 * i]! << 8 | bytes[2 * i + 1]!).toString(16),
  );
}

function fourBytes(text: string): Uint8Array<ArrayBuffer> | null {
  const parts = text.split(".");
  // With a zero in front some read it as octal.
  const right = parts.length === 4 &&
    parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && +part < 256);
  return right ? Uint8Array.from(parts, Number) : null;
}

/** "::ffff:10.0.0.1" → "::ffff:a00:1". */
function withoutDots(address: string): string | null {
  const from = address.lastIndexOf(":") + 1;
  if (!address.includes(".", from)) return address;
  const four = fourBytes(address.slice(from));
  return four && address.slice(0, from) + groups(four).join(":");
}

/** NaN: no word. */
function words(half: string): number[] {
  if (half === "") return [];
  return half.split(":").map((word) =>
    /^[0-9a-f]{1,4}$/i.test(word) ? Number.parseInt(word, 16) : NaN
  );
}
