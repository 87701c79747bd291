/** What a node gives the server that joins it: everything that makes it the other half of the cluster. Gathered here, checked there. */
import { Buffer } from "node:buffer";
import { z } from "zod";
import { issueCertificate } from "../api/tls.ts";
import { MAX_ARCHIVE, MAX_FILES, readFolder } from "../module/archive.ts";
import { loadCluster } from "../module/load.ts";
import { readIfPresent } from "../system/files.ts";
import type { Paths } from "../system/paths.ts";
import { gatherKin, userIds } from "./facts.ts";
import { vipOf } from "./network.ts";
import { places } from "./places.ts";
import { readKept } from "./kept.ts";

const pem = z.string().max(20_000).startsWith("-----BEGIN ");
/** A path inside a folder: no step upwards, no hidden name, nothing absolute. */
const inside = z.string().regex(
  /^[A-Za-z0-9_][\w.-]*(\/[A-Za-z0-9_][\w.-]*){0,5}$/,
);

export const k3sFileSchema = z.strictObject({
  /** "k3s", or "images/NAME". */
  name: inside,
  size: z.int().min(1),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});
export type K3sFile = z.infer<typeof k3sFileSchema>;

export const welcomeSchema = z.strictObject({
  /** Whom the server that joins becomes. */
  node: z.string().max(31),
  /** cluster.yaml, the same bytes. */
  cluster: z.string().max(100_000),
  key: z.string().regex(/^[0-9a-f]{64}$/),
  authority: pem,
  authorityKey: pem,
  certificate: pem,
  certificateKey: pem,
  users: z.string().max(1_000_000),
  /** arbiter.json: a node without it would go on alone by other rules than this one. Null: there is none. */
  arbiter: z.string().max(10_000).nullable(),
  settings: z.string().max(100_000),
  password: z.string().max(100),
  k3sToken: z.string().regex(/^[\w:.-]{16,200}$/),
  module: z.array(z.strictObject({
    path: inside,
    mode: z.int().min(0).max(0o777),
    /** base64, of a file that a module's archive takes; no pattern over megabytes: what is damaged is seen when the module is loaded. */
    content: z.string().max(Math.ceil(MAX_ARCHIVE * 4 / 3) + 4),
  })).max(MAX_FILES),
  k3sFiles: z.array(k3sFileSchema).max(100),
  /** For the checks of the server that joins. */
  mysql: z.strictObject({ uid: z.int(), gid: z.int() }).nullable(),
  kin: z.strictObject({
    architecture: z.string().max(32),
    mariadb: z.string().max(32).nullable(),
  }),
  /** Absent: of a version that did not say it. */
  hostname: z.string().max(64).optional(),
  time: z.number(),
});
export type Welcome = z.infer<typeof welcomeSchema>;

/** Reads it all; a new certificate each time, so that a repeated join needs no memory. */
export async function gatherWelcome(paths: Paths): Promise<Welcome> {
  const at = places(paths);
  const cluster = await loadCluster(at.cluster);
  const me = (await need(at.node)).trim();
  const other = cluster.nodes.find(({ name }) => name !== me)!;
  const [authority, authorityKey] = await Promise.all([
    need(at.authority),
    need(at.authorityKey),
  ]);
  const vip = vipOf(readKept(await need(at.settings), at.settings));
  const certificate = issueCertificate(
    { certPem: authority, keyPem: authorityKey },
    {
      name: other.name,
      addresses: [...other.addresses, vip],
    },
  );
  return {
    node: other.name,
    cluster: await need(at.cluster),
    key: (await need(at.key)).trim(),
    authority,
    authorityKey,
    certificate: certificate.certPem,
    certificateKey: certificate.keyPem,
    users: await need(at.users),
    arbiter: await readIfPresent(at.arbiter),
    settings: await need(at.settings),
    password: (await need(at.password)).trim(),
    k3sToken: (await need(at.k3sToken)).trim(),
    module: await moduleFiles(at.module),
    k3sFiles: z.array(k3sFileSchema).parse(
      JSON.parse(await readIfPresent(at.k3sFiles) ?? "[]"),
    ),
    mysql: await userIds("mysql"),
    kin: await gatherKin(),
    hostname: Deno.hostname(),
    time: Date.now(),
  };
}

/** A link, or a name that would be refused there, is left behind: it keeps no server from joining. */
async function moduleFiles(folder: string): Promise<Welcome["module"]> {
  const files = await readFolder(folder, { skipOthers: true });
  return files.filter(({ path }) => inside.safeParse(path).success)
    .map(({ path, executable, content }) => ({
      path,
      mode: executable ? 0o755 : 0o644,
      content: Buffer.from(content).toString("base64"),
    }));
}

async function need(file: string): Promise<string> {
  const text = await readIfPresent(file);
  if (text === null) {
    throw new Error(
      `Cannot let another server join: ${file} is missing here; run "hakit first" (or "hakit second") here again`,
    );
  }
  return text;
}
