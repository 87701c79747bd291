/** Where K3s' own files stand (K3s' documentation, "Air-Gap Install"). */
import { join } from "node:path";

/** The built-in module that runs it. */
export const MODULE = "k3s";

export const K3S = {
  executable: "/usr/local/bin/k3s",
  images: "/var/lib/rancher/k3s/agent/images",
  manifests: "/var/lib/rancher/k3s/server/manifests",
  /** Read by K3s v1.32 and later, after its own 00-k3s-defaults.conf and before an administrator's. */
  kubelet: "/var/lib/rancher/k3s/agent/etc/kubelet.conf.d/05-hakit.conf",
  data: "/var/lib/rancher",
  config: "/etc/rancher",
  kubeconfig: "/etc/rancher/k3s/k3s.yaml",
  unit: "/etc/systemd/system/k3s.service",
  environment: "/etc/systemd/system/k3s.service.env",
} as const;

/** Archives of container images that K3s loads at its start. */
export const IMAGE_ARCHIVE =
  /^[A-Za-z0-9_][\w.-]*\.(tar|tar\.gz|tgz|tar\.zst|tar\.lz4)$/;

/** As K3s' release calls this processor. */
export const MACHINE = Deno.build.arch === "aarch64" ? "arm64" : "amd64";
const PACKINGS = ["tar.zst", "tar.gz", "tar"];

/**
 * Which archives of a folder K3s is to load. A release has its own images for each processor, all under the same names: those of
 * another one would take the place of those that run here. And it has each in several packings: one is enough. Pure.
 */
export function usefulArchives(
  names: readonly string[],
  machine = MACHINE,
): string[] {
  const archives = names.filter((name) => IMAGE_ARCHIVE.test(name));
  const own = PACKINGS.map((end) => `k3s-airgap-images-${machine}.${end}`);
  const chosen = own.find((name) => archives.includes(name));
  return archives.filter((name) =>
    name === chosen ||
    !/^k3s-airgap-images-[a-z0-9]+\.(tar|tar\.gz|tar\.zst)$/.test(name)
  );
}

/** "k3s" or "images/NAME" as a path; throws for anything else. */
export function k3sFilePath(name: string): string {
  if (name === "k3s") return K3S.executable;
  const image = /^images\/([^/]+)$/.exec(name)?.[1];
  if (image && IMAGE_ARCHIVE.test(image)) return join(K3S.images, image);
  throw new Error(`"${name}" is no file of K3s, expected k3s or images/NAME`);
}
