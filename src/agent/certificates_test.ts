import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { join } from "node:path";
import { createAuthority, issueCertificate } from "../api/tls.ts";
import { paths } from "../system/paths.ts";
import { aged, Certificates, type Shown } from "./certificates.ts";

async function world() {
  const home = await Deno.makeTempDir({ prefix: "hakit-certificates-" });
  const at = paths(home);
  await Deno.mkdir(at.etc);
  const authority = createAuthority("office");
  const node = issueCertificate(authority, { name: "node1", addresses: [] });
  const put = (name: string, text: string) =>
    Deno.writeTextFile(join(at.etc, name), text);
  await put("ca.pem", authority.certPem);
  await put("ca.key", authority.keyPem);
  await put("node.pem", node.certPem);
  await put("node.key", node.keyPem);
  const said: string[] = [];
  const certificates = new Certificates({
    node: { paths: at, me: { name: "node1", addresses: ["10.0.0.1"] } },
    virtualAddresses: () => ["10.0.0.9/24"],
    log: { info: () => {}, warning: (text) => said.push(text) },
  });
  return {
    etc: at.etc,
    authority,
    node,
    put,
    said,
    certificates,
    [Symbol.asyncDispose]: () => Deno.remove(home, { recursive: true }),
  };
}

Deno.test("Certificates.renew() issues a new one with all addresses, by the same authority, and tells", async () => {
  await using all = await world();
  const told: Shown[] = [];
  all.certificates.onChange((shown) => told.push(shown));
  await all.certificates.renew();
  const { certificate, own } = await all.certificates.read();
  assert.notEqual(certificate.certPem, all.node.certPem);
  assert.notEqual(certificate.keyPem, all.node.keyPem);
  assert.equal(own, null);
  assert.equal(told[0]!.certificate.certPem, certificate.certPem);
  const parsed = new X509Certificate(certificate.certPem);
  const { publicKey } = new X509Certificate(all.authority.certPem);
  assert.ok(parsed.verify(publicKey));
  assert.match(parsed.subjectAltName!, /10\.0\.0\.1\b.*10\.0\.0\.9/);
  const mode = (await Deno.stat(join(all.etc, "node.key"))).mode!;
  assert.equal(mode & 0o777, 0o600);
});

Deno.test("Certificates.read() heals a renewal that the power cut in half", async () => {
  await using all = await world();
  const other = issueCertificate(all.authority, {
    name: "node1",
    addresses: [],
  });
  await all.put("node.key", other.keyPem);
  const { certificate } = await all.certificates.read();
  assert.ok(
    new X509Certificate(certificate.certPem).subjectAltName!
      .includes("10.0.0.1"),
  );
  assert.match(all.said[0]!, /do not belong together/);
});

Deno.test("Certificates.install() takes a certificate with its key, and refuses what no browser would take", async () => {
  await using all = await world();
  const company = createAuthority("company");
  const good = issueCertificate(company, {
    name: "hakit.example",
    addresses: ["hakit.example"],
  });
  const other = issueCertificate(company, { name: "x", addresses: [] });
  for (
    const [certPem, keyPem, why] of [
      ["-----BEGIN nonsense", good.keyPem, /cannot be read/],
      [good.certPem, "-----BEGIN nonsense", /private key cannot be read/],
      [good.certPem, other.keyPem, /another one's/],
      [company.certPem, company.keyPem, /names no host/],
    ] as const
  ) {
    await assert.rejects(
      all.certificates.install({ certPem, keyPem }),
      why,
    );
  }
  assert.equal((await all.certificates.read()).own, null);
  await all.certificates.install(good);
  assert.deepEqual((await all.certificates.read()).own, good);
  assert.match((await all.certificates.info()).own!.names, /hakit\.example/);
  await all.put("own.key", other.keyPem);
  assert.equal((await all.certificates.read()).own, null);
  await all.certificates.removeOwn();
  await all.certificates.removeOwn();
  assert.equal((await all.certificates.info()).own, null);
});

const DAY_MS = 86_400_000;

Deno.test("aged() renews what ends within 90 days or is dated ahead, never by a clock outside the authority's time", async () => {
  await using all = await world();
  const authority = all.authority.certPem;
  const is = (days: number) =>
    aged(all.node.certPem, { authority, now: Date.now() + days * DAY_MS });
  assert.equal(is(0), false);
  assert.equal(is(600), false);
  assert.equal(is(650), true);
  assert.equal(is(5000), true);
  // The clock, not the certificate, is wrong.
  assert.equal(is(-5000), false);
  assert.equal(is(9000), false);
});

Deno.test("Certificates.keepValid() renews in time and tells, and an agent without the authority's key goes on", async () => {
  await using all = await world();
  const told: Shown[] = [];
  all.certificates.onChange((shown) => told.push(shown));
  await all.certificates.keepValid();
  assert.equal(told.length, 0);
  const soon = Date.now() + 700 * DAY_MS;
  await all.certificates.keepValid(soon);
  assert.notEqual(told[0]!.certificate.certPem, all.node.certPem);
  await Deno.remove(join(all.etc, "ca.key"));
  await all.certificates.keepValid(soon);
  await all.certificates.keepValid(soon);
  assert.equal(told.length, 1);
  assert.equal(all.said.length, 1, "said once");
  assert.match(all.said[0]!, /ca\.key/);
});
