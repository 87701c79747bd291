/** Text that travels through strangers: nobody reads, makes or alters it without the key (AES-256-GCM). */
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { Buffer } from "node:buffer";

const CIPHER = "aes-256-gcm";
const IV = 12;
const TAG = 16;
/** As long as a cookie may be. */
const LONGEST = 4096;

export function seal(text: string, key: Uint8Array): string {
  const iv = randomBytes(IV);
  const cipher = createCipheriv(CIPHER, key, iv);
  const body = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), body]).toString("base64url");
}

/** Null: not sealed with this key, or altered. */
export function unseal(sealed: string, key: Uint8Array): string | null {
  if (sealed.length > LONGEST) return null;
  const bytes = Buffer.from(sealed, "base64url");
  // One way to write each: else the same could be had under many names.
  if (bytes.length <= IV + TAG || bytes.toString("base64url") !== sealed) {
    return null;
  }
  try {
    const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, IV), {
      authTagLength: TAG,
    });
    decipher.setAuthTag(bytes.subarray(IV, IV + TAG));
    return Buffer.concat([
      decipher.update(bytes.subarray(IV + TAG)),
      decipher.final(),
    ]).toString("utf8");
  } catch {
    return null;
  }
}
