/**
 * The cluster's own certificate authority and the nodes' certificates. `first` makes the authority; each node's certificate serves
 * the console and the API (browsers, `second`) and is shown to the peer as client certificate. ECDSA P-256 and SHA-256.
 */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomBytes,
  sign,
  X509Certificate,
} from "node:crypto";
import { Buffer } from "node:buffer";
import { addressBytes } from "../system/address_bytes.ts";
import * as der from "./der.ts";

/** A certificate and its private key (PKCS #8), both PEM. The key belongs in a 0600 file and nowhere else. */
export interface KeyedCertificate {
  readonly certPem: string;
  readonly keyPem: string;
}

/** An authority's, 20 years: browsers and the other node rely on it, and nobody hands out another one to two servers in a cellar. */
const AUTHORITY_DAYS = 20 * 365;
/** A node's, which its agent renews: Apple's systems refuse servers whose certificate is valid for more than 825 days. */
const NODE_DAYS = 2 * 365;
/** Backdated, so that a second node whose clock is behind accepts it. */
const BACKDATE_MS = 24 * 3_600_000;

const OID = {
  ecdsaWithSha256: "1.2.840.10045.4.3.2",
  commonName: "2.5.4.3",
  organization: "2.5.4.10",
  subjectKeyId: "2.5.29.14",
  keyUsage: "2.5.29.15",
  subjectAltName: "2.5.29.17",
  basicConstraints: "2.5.29.19",
  authorityKeyId: "2.5.29.35",
  extendedKeyUsage: "2.5.29.37",
  serverAuth: "1.3.6.1.5.5.7.3.1",
  clientAuth: "1.3.6.1.5.5.7.3.2",
} as const;

/** Bits of KeyUsage as one byte, and how many of it do not count (RFC 5280 4.2.1.3). */
const CERT_AND_CRL_SIGN = Uint8Array.of(0b0000_0110);
const DIGITAL_SIGNATURE = Uint8Array.of(0b1000_0000);

/** A new authority for the cluster of this name. */
export function createAuthority(cluster: string): KeyedCertificate {
  const key = newKey();
  // The random part keeps apart the authorities of two clusters of one name in a browser's store.
  const name = distinguishedName(
    `${cluster} authority ${randomBytes(4).toString("hex")}`,
  );
  const certPem = certificate({
    subject: name,
    issuer: name,
    publicKey: key.publicKey,
    signer: key.keyPem,
    days: AUTHORITY_DAYS,
    extensions: [
      extension(
        OID.basicConstraints,
        der.sequence(der.boolean(true), der.integer(Uint8Array.of(0))),
        true,
      ),
      extension(OID.keyUsage, der.bitString(CERT_AND_CRL_SIGN, 1), true),
      subjectKeyId(key.publicKey),
    ],
  });
  return { certPem, keyPem: key.keyPem };
}

/**
 * A certificate for node `name`, valid as server and as client. `addresses`: every address by which browsers and the peer call it,
 * virtual ones too; with or without prefix ("10.0.0.9/24"), names as well. "localhost" and its addresses are added.
 */
export function issueCertificate(
  authority: KeyedCertificate,
  { name, addresses }: {
    readonly name: string;
    readonly addresses: readonly string[];
  },
): KeyedCertificate {
  const ca = new X509Certificate(authority.certPem);
  const caPublicKey = createPublicKey(createPrivateKey(authority.keyPem))
    .export({ type: "spki", format: "der" });
  const key = newKey();
  const names = [name, "localhost", "127.0.0.1", "::1", ...addresses]
    .map((address) => address.replace(/\/\d+$/, ""));
  const certPem = certificate({
    subject: distinguishedName(name),
    issuer: distinguishedName(commonNameOf(ca)),
    publicKey: key.publicKey,
    signer: authority.keyPem,
    days: NODE_DAYS,
    extensions: [
      extension(OID.basicConstraints, der.sequence(), true),
      extension(OID.keyUsage, der.bitString(DIGITAL_SIGNATURE, 7), true),
      extension(
        OID.extendedKeyUsage,
        der.sequence(
          der.objectId(OID.serverAuth),
          der.objectId(OID.clientAuth),
        ),
      ),
      extension(
        OID.subjectAltName,
        der.sequence(...[...new Set(names)].map(generalName)),
      ),
      subjectKeyId(key.publicKey),
      extension(
        OID.authorityKeyId,
        der.sequence(der.context(0, keyId(caPublicKey), false)),
      ),
    ],
  });
  return { certPem, keyPem: key.keyPem };
}

/** SHA-256 of the certificate, 64 hexadecimal digits in lower case: what the join token pins. */
export function fingerprint(certPem: string): string {
  return createHash("sha256").update(new X509Certificate(certPem).raw)
    .digest("hex");
}

interface Content {
  readonly subject: Uint8Array;
  readonly issuer: Uint8Array;
  /** SubjectPublicKeyInfo. */
  readonly publicKey: Uint8Array;
  /** Private key of the issuer, PEM. */
  readonly signer: string;
  /** How long it is valid. */
  readonly days: number;
  readonly extensions: readonly Uint8Array[];
}

/** RFC 5280 4.1: TBSCertificate, algorithm, signature. */
function certificate(content: Content): string {
  const algorithm = der.sequence(der.objectId(OID.ecdsaWithSha256));
  const from = new Date(Date.now() - BACKDATE_MS);
  const until = new Date(from);
  until.setUTCDate(until.getUTCDate() + content.days);
  const signed = der.sequence(
    der.context(0, der.integer(Uint8Array.of(2))), // version 3
    der.integer(serialNumber()),
    algorithm,
    content.issuer,
    der.sequence(der.time(from), der.time(until)),
    content.subject,
    content.publicKey,
    der.context(3, der.sequence(...content.extensions)),
  );
  const signature = sign("sha256", signed, content.signer);
  return pem(der.sequence(signed, algorithm, der.bitString(signature)));
}

function newKey() {
  const pair = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return {
    publicKey: pair.publicKey.export({ type: "spki", format: "der" }),
    keyPem: pair.privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  };
}

/** 15 random bytes: positive and never zero. */
function serialNumber(): Uint8Array {
  const bytes = randomBytes(15);
  bytes[0] = (bytes[0]! & 0x7f) | 0x40;
  return bytes;
}

function distinguishedName(commonName: string) {
  return der.sequence(
    attribute(OID.organization, "hakit"),
    attribute(OID.commonName, commonName),
  );
}

function attribute(oid: string, value: string) {
  return der.set(der.sequence(der.objectId(oid), der.utf8String(value)));
}

function commonNameOf(certificate: X509Certificate): string {
  const match = /^CN=(.*)$/m.exec(certificate.subject);
  if (!match) {
    throw new Error(
      `Cannot issue a certificate: the authority's subject "${certificate.subject}" has no CN, expected one made by createAuthority()`,
    );
  }
  return match[1]!;
}

function extension(oid: string, value: Uint8Array, critical = false) {
  return der.sequence(
    der.objectId(oid),
    ...(critical ? [der.boolean(true)] : []),
    der.octetString(value),
  );
}

function subjectKeyId(publicKey: Uint8Array) {
  return extension(OID.subjectKeyId, der.octetString(keyId(publicKey)));
}

/** RFC 7093 method 1: the first 20 bytes of SHA-256. */
function keyId(publicKey: Uint8Array) {
  return createHash("sha256").update(publicKey).digest().subarray(0, 20);
}

/** RFC 5280 4.2.1.6: [2] dNSName, [7] iPAddress. */
function generalName(name: string) {
  const ip = addressBytes(name.split("%")[0]!);
  if (ip) return der.context(7, ip, false);
  if (!/^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/.test(name)) {
    throw new Error(
      `Cannot put "${name}" into a certificate: expected an IP address or a host name`,
    );
  }
  return der.context(2, Buffer.from(name, "ascii"), false);
}

function pem(bytes: Uint8Array): string {
  const lines = Buffer.from(bytes).toString("base64").match(/.{1,64}/g)!;
  return `-----BEGIN CERTIFICATE-----\n${
    lines.join("\n")
  }\n-----END CERTIFICATE-----\n`;
}
