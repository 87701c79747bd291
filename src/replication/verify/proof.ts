/** When both copies were last found identical, kept over restarts. Only told, decided by nobody: not worth a flush of the disk. */
import { z } from "zod";

const proofSchema = z.object({
  at: z.string(),
  operation: z.number(),
  since: z.number(),
  bytes: z.number(),
  entries: z.number(),
}).readonly();

export interface Proof {
  /** End of the round, ISO 8601. */
  readonly at: string;
  /** Every place was compared at a number of operations between `since` and this one, in the count of this primary's life. */
  readonly operation: number;
  readonly since: number;
  readonly bytes: number;
  readonly entries: number;
}

export function readProof(path: string): Proof | null {
  try {
    return proofSchema.parse(JSON.parse(Deno.readTextFileSync(path)));
  } catch {
    return null;
  }
}

export function writeProof(path: string, proof: Proof): void {
  Deno.writeTextFileSync(`${path}.new`, JSON.stringify(proof), { mode: 0o600 });
  Deno.renameSync(`${path}.new`, path);
}
