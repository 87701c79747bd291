import {
  deepStrictEqual,
  match,
  ok,
  strictEqual,
  throws,
} from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { createAuthority, fingerprint, issueCertificate } from "./tls.ts";

const node = {
  name: "node1",
  addresses: ["10.0.0.9/24", "fd00::1:2", "::ffff:1.2.3.4"],
};

Deno.test("issueCertificate() names node, localhost and every address without prefix", () => {
  const authority = createAuthority("office");
  const issued = issueCertificate(authority, node);
  const certificate = new X509Certificate(issued.certPem);
  const ca = new X509Certificate(authority.certPem);
  ok(certificate.verify(ca.publicKey));
  ok(certificate.checkIssued(ca));
  strictEqual(certificate.ca, false);
  ok(ca.ca);
  deepStrictEqual(certificate.subjectAltName?.split(", "), [
    "DNS:node1",
    "DNS:localhost",
    "IP Address:127.0.0.1",
    "IP Address:::1",
    "IP Address:10.0.0.9",
    "IP Address:fd00::1:2",
    "IP Address:::ffff:1.2.3.4",
  ]);
  const days = ({ validFrom, validTo }: X509Certificate) =>
    (Date.parse(validTo) - Date.parse(validFrom)) / 86_400_000;
  strictEqual(days(ca), 7300);
  // Apple's systems refuse a server with more than 825.
  strictEqual(days(certificate), 730);
});

Deno.test("issueCertificate() is not accepted by another cluster's authority of the same name", () => {
  const issued = issueCertificate(createAuthority("office"), node);
  const other = new X509Certificate(createAuthority("office").certPem);
  const certificate = new X509Certificate(issued.certPem);
  strictEqual(certificate.verify(other.publicKey), false);
  strictEqual(certificate.checkIssued(other), false);
});

Deno.test("issueCertificate() refuses what is neither address nor host name", () => {
  throws(
    () => issueCertificate(createAuthority("office"), { ...node, name: "a b" }),
    /Cannot put "a b"/,
  );
});

Deno.test("fingerprint() is OpenSSL's, in lower case without colons", () => {
  const { certPem } = createAuthority("office");
  match(fingerprint(certPem), /^[0-9a-f]{64}$/);
  strictEqual(
    fingerprint(certPem),
    new X509Certificate(certPem).fingerprint256.replaceAll(":", "")
      .toLowerCase(),
  );
});
