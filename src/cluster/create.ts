/**
 * Makes the first node's half of a cluster below /etc/hakit. What is there is kept: an interrupted run goes on with the key and the
 * authority it made. cluster.yaml comes last: where it is, the rest is.
 */
import { randomBytes } from "node:crypto";
import { stringify } from "yaml";
import { createAuthority, issueCertificate } from "../api/tls.ts";
import { createUser, readUsers, setPassword } from "../api/users.ts";
import { duration } from "../module/duration.ts";
import { loadCluster } from "../module/load.ts";
import type { Cluster } from "../module/schema.ts";
import { canonical } from "../system/address.ts";
import { exists, readIfPresent, writeDurably } from "../system/files.ts";
import type { Paths } from "../system/paths.ts";
import { vipOf } from "./network.ts";
import { type Kept, keptText } from "./kept.ts";
import { places } from "./places.ts";
import { SettingError, type Settings } from "./settings.ts";

const SECRET = { mode: 0o600 } as const;
export const ADMIN = "admin";

/** The cluster that this machine belongs to, or null. */
export async function existingCluster(paths: Paths): Promise<Cluster | null> {
  const file = places(paths).cluster;
  return await exists(file) ? await loadCluster(file) : null;
}

/** Every file that makes a member; cluster.yaml is not asked for. */
export async function missingFiles(paths: Paths): Promise<string[]> {
  const at = places(paths);
  const needed = [
    at.node,
    at.key,
    at.authority,
    at.authorityKey,
    at.certificate,
    at.certificateKey,
    at.users,
    at.settings,
    at.password,
    at.k3sToken,
  ];
  const missing: string[] = [];
  for (const file of needed) if (!await exists(file)) missing.push(file);
  return missing;
}

/** `onPassword`: of the console's user admin, to be shown at once: nobody can read it any more later. */
export async function createCluster(
  paths: Paths,
  settings: Settings & { readonly name1: string },
  onPassword: (password: string) => void,
): Promise<void> {
  const at = places(paths);
  await Deno.mkdir(paths.etc, { recursive: true, mode: 0o755 });
  await keep(at.key, () => randomBytes(32).toString("hex") + "\n");
  await keep(
    at.password,
    () => (settings.password ?? randomBytes(18).toString("base64url")) + "\n",
  );
  await keep(at.k3sToken, () => randomBytes(24).toString("hex") + "\n");
  if (!await exists(at.authority) || !await exists(at.authorityKey)) {
    const authority = createAuthority(settings.cluster);
    await writeDurably(at.authorityKey, authority.keyPem, SECRET);
    await writeDurably(at.authority, authority.certPem);
    // Those that the lost authority had signed are worth nothing.
    await writeCertificate(paths, settings);
  } else if (
    !await exists(at.certificate) || !await exists(at.certificateKey)
  ) {
    await writeCertificate(paths, settings);
  }
  const known = (await readUsers(at.users)).some(({ name }) => name === ADMIN);
  // Nobody may have seen the one of a run that was cut off.
  if (!known || !await exists(at.cluster)) {
    const password = randomBytes(12).toString("base64url");
    const user = { name: ADMIN, role: "administrator", password } as const;
    await (known ? setPassword : createUser)(at.users, user);
    onPassword(password);
  }
  // A proxy's address may hold a password.
  await writeDurably(at.settings, keptText(settings), SECRET);
  await writeDurably(at.node, settings.name1 + "\n");
  if (!await exists(at.cluster)) {
    await writeDurably(at.cluster, clusterText(settings));
  }
}

/** Refuses when this machine belongs to a cluster that is not the wanted one. */
export function checkSameCluster(cluster: Cluster, wanted: Kept): void {
  // cluster.yaml has addresses of IPv6 as a person wrote them.
  const named = (name: string, addresses: readonly string[]) =>
    `${name} ${addresses.map(canonical).join(",")}`;
  const nodes = cluster.nodes.map(({ name, addresses }) =>
    named(name, addresses)
  ).join(" and ");
  const expected = [
    named(wanted.name1, wanted.node1),
    named(wanted.name2, wanted.node2),
  ].join(" and ");
  if (cluster.cluster === wanted.cluster && nodes === expected) return;
  throw new SettingError(
    `This server belongs to cluster "${cluster.cluster}" (${nodes}), expected "${wanted.cluster}" (${expected}): ` +
      'use its settings, or "hakit uninstall" first',
  );
}

/** A password that is kept already is the database's, on both nodes: another one would only be ignored. */
export async function checkSamePassword(
  file: string,
  { password }: Pick<Settings, "password">,
): Promise<void> {
  const kept = (await readIfPresent(file) ?? "").trim();
  if (password === undefined || kept === "" || kept === password) return;
  throw new SettingError(
    `password: another one is in use here (${file}), and K3s and the database of both nodes know it; ` +
      'leave it out, or "hakit uninstall --data" first',
  );
}

function clusterText(settings: Settings & { readonly name1: string }): string {
  return "# Made by hakit first; the same bytes on both nodes.\n" + stringify({
    cluster: settings.cluster,
    id: randomBytes(16).toString("hex"),
    nodes: [
      { name: settings.name1, addresses: settings.node1 },
      { name: settings.name2, addresses: settings.node2 },
    ],
    ...heartbeat(settings),
  });
}

/** Seven may be lost, as with the defaults. */
function heartbeat({ detection }: Pick<Settings, "detection">) {
  if (detection === undefined) return {};
  const period = Math.round(duration.parse(detection) / 7);
  return { heartbeat: { period: `${period}ms`, timeout: detection } };
}

async function writeCertificate(
  paths: Paths,
  settings: Settings & { readonly name1: string },
): Promise<void> {
  const at = places(paths);
  const certificate = issueCertificate({
    certPem: await Deno.readTextFile(at.authority),
    keyPem: await Deno.readTextFile(at.authorityKey),
  }, {
    name: settings.name1,
    addresses: [...settings.node1, vipOf(settings)],
  });
  await writeDurably(at.certificateKey, certificate.keyPem, SECRET);
  await writeDurably(at.certificate, certificate.certPem);
}

/** A secret that is made once. */
async function keep(file: string, make: () => string): Promise<void> {
  if ((await readIfPresent(file) ?? "").trim() !== "") return;
  await writeDurably(file, make(), SECRET);
}
