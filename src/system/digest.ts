/** SHA-256 of files of any size. */
import { createHash } from "node:crypto";
import { chunksOf } from "./files.ts";

/** In small steps: an agent that hashes goes on with its work. Hexadecimal. */
export async function digestOf(file: string): Promise<string> {
  const hash = createHash("sha256");
  using handle = await Deno.open(file, { read: true });
  for await (const chunk of chunksOf(handle, 1 << 20)) hash.update(chunk);
  return hash.digest("hex");
}
