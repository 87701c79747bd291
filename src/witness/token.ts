/** What `hakit witness add` prints and `hakit witness admit` reads: a cluster's name, id and key for this one witness. Pure. */
import { z } from "zod";

const schema = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9-]{0,30}$/),
  id: z.string().regex(/^[0-9a-f]{32}$/),
  key: z.string().regex(/^[0-9a-f]{64}$/),
});
export type Admission = z.infer<typeof schema>;

const PREFIX = "hakitw1.";
const BASE64 = { alphabet: "base64url" } as const;

export function admissionText(admission: Admission): string {
  const bytes = new TextEncoder().encode(JSON.stringify(admission));
  return PREFIX + bytes.toBase64({ ...BASE64, omitPadding: true });
}

/** null: it is none. */
export function parseAdmission(text: string): Admission | null {
  const word = text.trim();
  if (!word.startsWith(PREFIX) || word.length > 1000) return null;
  try {
    const bytes = Uint8Array.fromBase64(word.slice(PREFIX.length), BASE64);
    const value = JSON.parse(new TextDecoder().decode(bytes));
    const result = schema.safeParse(value);
    return result.success ? result.data : null;
  } catch {
    return null;
  }
}
