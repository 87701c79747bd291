/**
 * Whose bundles this machine takes. A person says so by `--key`; otherwise the first one is believed and its key remembered, and a
 * bundle of another key is refused from then on.
 */
import { createHash, createPublicKey } from "node:crypto";
import { Buffer } from "node:buffer";
import { readIfPresent, writeDurably } from "../system/files.ts";

export interface Trust {
  /** Given by a person, or remembered. */
  readonly by: "key" | "memory" | "nothing";
}

/** A fingerprint, or a file with a public key (PEM): the fingerprint. */
export async function wantedFingerprint(key: string): Promise<string> {
  const plain = key.replaceAll(":", "").toLowerCase();
  if (/^[0-9a-f]{64}$/.test(plain)) return plain;
  const text = await readIfPresent(key);
  if (text === null) {
    throw new Error(
      `"${key}" is neither a fingerprint (64 hexadecimal digits) nor a file with a public key`,
    );
  }
  const { x } = createPublicKey(text).export({ format: "jwk" });
  return createHash("sha256").update(Buffer.from(x ?? "", "base64url"))
    .digest("hex");
}

/** Throws when the bundle is of a key that this machine does not take. */
export async function judgeKey(
  fingerprint: string,
  { wanted, memory }: {
    readonly wanted: string | undefined;
    /** File with the key that was believed before. */
    readonly memory: string;
  },
): Promise<Trust> {
  if (wanted !== undefined) {
    const expected = await wantedFingerprint(wanted);
    if (expected === fingerprint) return { by: "key" };
    throw new Error(
      `The bundle is signed by key ${fingerprint}, expected ${expected} (--key)`,
    );
  }
  const known = (await readIfPresent(memory))?.trim();
  if (!known) return { by: "nothing" };
  if (known === fingerprint) return { by: "memory" };
  throw new Error(
    `The bundle is signed by key ${fingerprint}, and the last one here was by ${known}: if that is meant, give --key ${fingerprint}`,
  );
}

export async function rememberKey(
  fingerprint: string,
  memory: string,
): Promise<void> {
  await writeDurably(memory, fingerprint + "\n");
}
