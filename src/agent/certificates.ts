/**
 * This node's certificates: the one of the cluster's authority, which the other node and `second` rely on, and beside it, if somebody
 * has installed one, an own one for browsers that ask for one of its names. Both change without a restart.
 */
import { createPrivateKey, X509Certificate } from "node:crypto";
import { join } from "node:path";
import { ApiError } from "../api/error.ts";
import type { CertificateInfo } from "../api/account_schemas.ts";
import {
  fingerprint,
  issueCertificate,
  type KeyedCertificate,
} from "../api/tls.ts";
import { readIfPresent, writeDurably } from "../system/files.ts";
import type { Log } from "../system/log.ts";
import type { Node } from "./node.ts";
import { messageOf } from "../system/message.ts";

/** What the HTTPS server shows. */
export interface Shown {
  readonly authority: string;
  readonly certificate: KeyedCertificate;
  readonly own: KeyedCertificate | null;
}

const SECRET = { mode: 0o600 } as const;

/** Before its end. Earlier than the first notice to people, which is meant for certificates of others. */
const RENEW_MS = 90 * 24 * 3_600_000;

export interface CertificatesOptions {
  readonly node: Pick<Node, "paths" | "me">;
  /** All virtual addresses: browsers use them. */
  readonly virtualAddresses: () => readonly string[];
  readonly log: Pick<Log, "info" | "warning">;
}

export class Certificates {
  readonly #options: CertificatesOptions;
  readonly #listeners = new Set<(shown: Shown) => void>();

  /** Why it could not be renewed, said once. */
  #said = "";

  constructor(options: CertificatesOptions) {
    this.#options = options;
  }

  /** Called with what is new after each change. */
  onChange(listener: (shown: Shown) => void): void {
    this.#listeners.add(listener);
  }

  async read(): Promise<Shown> {
    const authority = await this.#need("ca.pem");
    let certificate: KeyedCertificate = {
      certPem: await this.#need("node.pem"),
      keyPem: await this.#need("node.key"),
    };
    if (!fit(certificate)) {
      // The power went between the two files of a renewal.
      this.#options.log.warning(
        "node.pem and node.key do not belong together: issued anew",
      );
      certificate = await this.#issue();
    }
    return { authority, certificate, own: await this.#own() };
  }

  async info(): Promise<{
    node: string;
    cluster: CertificateInfo;
    own: CertificateInfo | null;
  }> {
    const { certificate, own } = await this.read();
    return {
      node: this.#options.node.me.name,
      cluster: infoOf(certificate.certPem),
      own: own ? infoOf(own.certPem) : null,
    };
  }

  /** A new key and certificate of the cluster's authority, with today's addresses. Tokens for `second` made before are void. */
  async renew(): Promise<void> {
    await this.#issue();
    await this.#changed();
    this.#options.log.info("certificate renewed");
  }

  /** Renews one that ends soon. Never throws: a certificate that ends is no reason for an agent that does. */
  async keepValid(now: number = Date.now()): Promise<void> {
    try {
      const [authority, certificate] = [
        await this.#need("ca.pem"),
        await this.#need("node.pem"),
      ];
      if (!aged(certificate, { authority, now })) return;
      await this.renew();
    } catch (error) {
      const why = messageOf(error);
      if (why !== this.#said) this.#options.log.warning(`certificate: ${why}`);
      this.#said = why;
    }
  }

  /** Takes a certificate of somebody else's authority; refuses one that no browser would take. */
  async install(own: KeyedCertificate): Promise<void> {
    const problem = problemOf(own);
    if (problem) {
      throw new ApiError(
        400,
        "bad-certificate",
        `Cannot install the certificate: ${problem}`,
      );
    }
    const { etc } = this.#options.node.paths;
    await writeDurably(join(etc, "own.key"), own.keyPem, SECRET);
    await writeDurably(join(etc, "own.pem"), own.certPem);
    await this.#changed();
    this.#options.log.info("own certificate installed");
  }

  /** Only the cluster's one is shown from now on. */
  async removeOwn(): Promise<void> {
    for (const name of ["own.pem", "own.key"]) {
      await Deno.remove(join(this.#options.node.paths.etc, name))
        .catch((error) => {
          if (!(error instanceof Deno.errors.NotFound)) throw error;
        });
    }
    await this.#changed();
  }

  async #changed(): Promise<void> {
    const shown = await this.read();
    for (const listener of this.#listeners) listener(shown);
  }

  async #issue(): Promise<KeyedCertificate> {
    const { node, virtualAddresses } = this.#options;
    const authority = {
      certPem: await this.#need("ca.pem"),
      keyPem: await this.#need("ca.key"),
    };
    const issued = issueCertificate(authority, {
      name: node.me.name,
      addresses: [...node.me.addresses, ...virtualAddresses()],
    });
    const { etc } = node.paths;
    await writeDurably(join(etc, "node.key"), issued.keyPem, SECRET);
    await writeDurably(join(etc, "node.pem"), issued.certPem);
    return issued;
  }

  async #own(): Promise<KeyedCertificate | null> {
    const { etc } = this.#options.node.paths;
    const certPem = await readIfPresent(join(etc, "own.pem"));
    const keyPem = await readIfPresent(join(etc, "own.key"));
    if (certPem === null || keyPem === null) return null;
    const own = { certPem, keyPem };
    if (fit(own)) return own;
    // Then the cluster's one alone: a damaged file must not shut the console.
    this.#options.log.warning(
      "own.pem and own.key do not belong together: not used",
    );
    return null;
  }

  async #need(name: string): Promise<string> {
    const path = join(this.#options.node.paths.etc, name);
    const text = await readIfPresent(path);
    if (text !== null) return text;
    throw new Error(
      `Cannot read the certificates: "${path}" is missing, expected the certificate files that "hakit first" makes`,
    );
  }
}

/** To be renewed: it ends soon, or was dated by a clock that ran ahead. Pure. */
export function aged(
  certPem: string,
  { authority, now }: { readonly authority: string; readonly now: number },
): boolean {
  const ca = new X509Certificate(authority);
  // A server whose battery is empty wakes up in 1970: what it signs now nobody would take.
  if (now < Date.parse(ca.validFrom) || now > Date.parse(ca.validTo)) {
    return false;
  }
  const { validFrom, validTo } = new X509Certificate(certPem);
  return now > Date.parse(validTo) - RENEW_MS || now < Date.parse(validFrom);
}

/** Why browsers would not take it, or null. */
function problemOf({ certPem, keyPem }: KeyedCertificate): string | null {
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(certPem);
  } catch {
    return "it cannot be read, expected PEM";
  }
  try {
    createPrivateKey(keyPem);
  } catch {
    return "its private key cannot be read, expected PEM without a password";
  }
  if (!fit({ certPem, keyPem })) return "the private key is another one's";
  if (!certificate.subjectAltName) {
    return "it names no host (subjectAltName), expected the console's name";
  }
  const until = new Date(certificate.validTo);
  return until < new Date() ? `it expired on ${certificate.validTo}` : null;
}

function fit({ certPem, keyPem }: KeyedCertificate): boolean {
  try {
    return new X509Certificate(certPem).checkPrivateKey(
      createPrivateKey(keyPem),
    );
  } catch {
    return false;
  }
}

function infoOf(certPem: string): CertificateInfo {
  const certificate = new X509Certificate(certPem);
  return {
    subject: certificate.subject.replaceAll("\n", ", "),
    names: certificate.subjectAltName ?? "",
    from: certificate.validFrom,
    until: certificate.validTo,
    fingerprint: fingerprint(certPem),
  };
}
