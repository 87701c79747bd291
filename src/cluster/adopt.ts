/** The half of the server that joins: writes what the other node gave. cluster.yaml comes last, as in create.ts. */
import { Buffer } from "node:buffer";
import { X509Certificate } from "node:crypto";
import { installFiles } from "../module/install.ts";
import { parseCluster, parseModule } from "../module/load.ts";
import { removeDurably, writeDurably } from "../system/files.ts";
import type { Paths } from "../system/paths.ts";
import { readKept } from "./kept.ts";
import { places } from "./places.ts";
import type { Welcome } from "./welcome.ts";

const SECRET = { mode: 0o600 } as const;

/** Throws when what was received does not fit together: nothing is written then. */
export function checkWelcome(welcome: Welcome, clusterId: string): void {
  const cluster = parseCluster(
    welcome.cluster,
    "cluster.yaml of the other node",
  );
  if (cluster.id !== clusterId) {
    throw new Error(
      `The other node sent cluster ${cluster.id}, expected ${clusterId}`,
    );
  }
  const names = cluster.nodes.map(({ name }) => name);
  if (!names.includes(welcome.node)) {
    throw new Error(
      `The other node calls this server "${welcome.node}", expected one of ${
        names.join(", ")
      }`,
    );
  }
  readKept(welcome.settings, "settings of the other node");
  const authority = new X509Certificate(welcome.authority);
  const certificate = new X509Certificate(welcome.certificate);
  if (!certificate.verify(authority.publicKey)) {
    throw new Error("The certificate is not signed by the cluster's authority");
  }
  const yaml = welcome.module.find(({ path }) => path === "module.yaml");
  if (!yaml) throw new Error("The module k3s has no module.yaml");
  parseModule(
    Buffer.from(yaml.content, "base64").toString(),
    "module.yaml of the other node",
  );
}

export async function adoptCluster(
  paths: Paths,
  welcome: Welcome,
): Promise<void> {
  const at = places(paths);
  await Deno.mkdir(paths.etc, { recursive: true, mode: 0o755 });
  await writeDurably(at.key, welcome.key + "\n", SECRET);
  await writeDurably(at.authorityKey, welcome.authorityKey, SECRET);
  await writeDurably(at.authority, welcome.authority);
  await writeDurably(at.certificateKey, welcome.certificateKey, SECRET);
  await writeDurably(at.certificate, welcome.certificate);
  await writeDurably(at.users, welcome.users, SECRET);
  await writeDurably(at.password, welcome.password + "\n", SECRET);
  await writeDurably(at.k3sToken, welcome.k3sToken + "\n", SECRET);
  await writeDurably(at.settings, welcome.settings, SECRET);
  if (welcome.arbiter === null) await removeDurably(at.arbiter);
  else await writeDurably(at.arbiter, welcome.arbiter, SECRET);
  await writeDurably(at.node, welcome.node + "\n");
  const files = welcome.module.map(({ path, mode, content }) => ({
    path,
    executable: (mode & 0o100) !== 0,
    content: Buffer.from(content, "base64"),
  }));
  await installFiles(paths, "k3s", files);
  await writeDurably(at.cluster, welcome.cluster);
}
