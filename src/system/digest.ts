/** SHA-256 of files of any size. */
import { createHash } from "node:crypto";

/** In small steps: an agent that hashes goes on with its work. Hexadecimal. */
export async function digestOf(file: string): Promise<string> {
  const hash = createHash("sha256");
  using handle = await Deno.open(file, { read: true });
  const buffer = new Uint8Array(1 << 20);
  for (;;) {
    const count = await handle.read(buffer);
    if (count === null) return hash.digest("hex");
    hash.update(buffer.subarray(0, count));
  }
}
