/**
 * Who made a bundle: ed25519 over its list of files, which names every byte of the rest by SHA-256. The public key is in the bundle;
 * that it is the right one a person says (`--key`), or this machine remembers from the bundle before.
 */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from "node:crypto";
import { Buffer } from "node:buffer";
import { dirname } from "node:path";
import { z } from "zod";
import { readIfPresent, writeDurably } from "../system/files.ts";

/** Nothing else that is signed with such a key can be taken for a bundle. */
const PURPOSE = "hakit-bundle-1\n";

const signatureSchema = z.strictObject({
  /** Raw, base64. */
  key: z.string().regex(/^[A-Za-z0-9+/]{43}=$/),
  signature: z.string().regex(/^[A-Za-z0-9+/]{86}==$/),
});

export function signManifest(manifest: Uint8Array, key: KeyObject): string {
  const signature = sign(null, message(manifest), key).toString("base64");
  return JSON.stringify({ key: rawOf(createPublicKey(key)), signature }) + "\n";
}

/** The fingerprint of the key that signed it; throws when the signature is not right. */
export function verifyManifest(manifest: Uint8Array, text: string): string {
  let value: unknown = null;
  try {
    value = JSON.parse(text);
  } catch {
    // Said below.
  }
  const parsed = signatureSchema.safeParse(value);
  if (!parsed.success) throw new Error("its signature cannot be read");
  const { key, signature } = parsed.data;
  const good = verify(
    null,
    message(manifest),
    keyOf(key),
    Buffer.from(signature, "base64"),
  );
  if (!good) throw new Error("its signature is wrong: it was changed");
  return fingerprintOf(key);
}

/** The private key for signing, made at the first use. */
export async function signingKey(file: string): Promise<KeyObject> {
  const text = await readIfPresent(file);
  if (text !== null) {
    const key = createPrivateKey(text);
    if (key.asymmetricKeyType === "ed25519") return key;
    throw new Error(
      `"${file}" is a key of type ${key.asymmetricKeyType}, expected ed25519`,
    );
  }
  const { privateKey } = generateKeyPairSync("ed25519");
  await Deno.mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const pem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  await writeDurably(file, pem, { mode: 0o600 });
  return privateKey;
}

export function fingerprintOfKey(key: KeyObject): string {
  return fingerprintOf(rawOf(createPublicKey(key)));
}

/** SHA-256 of the raw public key, hexadecimal: short enough to be read out on the telephone. */
function fingerprintOf(raw: string): string {
  return createHash("sha256").update(Buffer.from(raw, "base64")).digest("hex");
}

function message(manifest: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(PURPOSE), manifest]);
}

function rawOf(key: KeyObject): string {
  const { x } = key.export({ format: "jwk" });
  return Buffer.from(x!, "base64url").toString("base64");
}

function keyOf(raw: string): KeyObject {
  const x = Buffer.from(raw, "base64").toString("base64url");
  return createPublicKey({
    key: { kty: "OKP", crv: "Ed25519", x },
    format: "jwk",
  });
}
