/** Where K3s is to come from, judged before anything is made: a stick that is not there, a bundle without it, images that nobody has. */
import { join } from "node:path";
import type { Findings } from "../doctor/before.ts";
import { command } from "../system/command.ts";
import { K3S, MACHINE, usefulArchives } from "./files.ts";
import { installedFiles, type Source } from "./install.ts";
import { versionIn } from "./release.ts";

/** As in modules/k3s/manifests/nfs-client.yaml, without the host. */
export const PROVISIONER = "sig-storage/nfs-subdir-external-provisioner:v4.0.2";

export interface Given {
  /** Of --k3s, where it is a folder. */
  readonly folder: string | null;
  /** Of --bundle; null: there is none. */
  readonly bundle: { readonly k3s: Source | null } | null;
  /** K3s is on this server already. */
  readonly installed: boolean;
}

/** A version's name has no slash and no dot in front. */
export function folderOf(k3s: string | undefined): string | null {
  return k3s !== undefined && /^[/.]/.test(k3s) ? k3s : null;
}

/** The K3s that a node works with. */
export interface Serving {
  /** "v1.33.5+k3s1"; null: it does not say. */
  readonly version: string | null;
  readonly sha256: string | undefined;
}

export async function servingK3s(list: string): Promise<Serving> {
  const files = await installedFiles(list);
  const { stdout } = await command([K3S.executable, "--version"], {
    anyCode: true,
    timeoutMs: 30_000,
  }).catch(() => ({ stdout: "" }));
  return {
    version: versionIn(stdout),
    sha256: files.find(({ name }) => name === "k3s")?.sha256,
  };
}

/** Why `--k3s VERSION[@SHA256]` is not what is here, as a line; null: it is, or cannot be told. Pure. */
export function otherVersion(wanted: string, here: Serving): string | null {
  const [version, digest] = wanted.split("@");
  const same = (here.version ?? version) === version &&
    (digest ?? here.sha256) === here.sha256;
  if (same) return null;
  return `k3s is ${here.version ?? "unknown"}${
    here.version === version ? ", with another SHA-256," : ""
  } here and ${wanted} was given; leave it out, or "hakit k3s upgrade ${wanted}" changes it on both nodes`;
}

export async function judgeGiven(
  { folder, bundle, installed }: Given,
): Promise<Findings> {
  const problems: string[] = [];
  const warnings: string[] = [];
  if (folder !== null) {
    const executable = join(folder, "k3s");
    const stat = await Deno.stat(executable).catch(() => null);
    if (!stat?.isFile) {
      problems.push(
        `There is no K3s in "${folder}" (--k3s): expected the executable ${executable}, and image archives beside it`,
      );
    } else warnings.push(...lackingImages(await archivesIn(folder)));
  } else if (bundle?.k3s) {
    warnings.push(...lackingImages(bundle.k3s.files.map(({ name }) => name)));
  } else if (bundle && !installed) {
    problems.push(
      'The bundle has no K3s (--bundle): give --k3s DIR, too, or make it with "hakit bundle create FILE", which takes K3s along',
    );
  }
  return { problems, warnings };
}

/** What a server without internet cannot start for want of images. By the archives' names: one may hold several. Pure. */
export function lackingImages(archives: readonly string[]): string[] {
  const has = (word: string) => archives.some((name) => name.includes(word));
  return [
    ...has("airgap") ? [] : [
      `No archive of K3s' own images is given (k3s-airgap-images-${MACHINE}.tar.zst of the same release): without internet no pod starts`,
    ],
    ...archives.some(isProvisioner) ? [] : [
      `No archive of the image ${PROVISIONER} is given (its file's name says "provisioner"): without internet no volume can be made`,
    ],
  ];
}

export function isProvisioner(archive: string): boolean {
  return archive.includes("provisioner");
}

/** The provisioner's image with its host, as its manifest names it. */
export function imageIn(manifest: string): string {
  const image = /^\s*image: (\S+)$/m.exec(manifest)?.[1];
  if (image?.endsWith(`/${PROVISIONER}`)) return image;
  throw new Error(`The manifest names "${image}", expected ${PROVISIONER}`);
}

async function archivesIn(folder: string): Promise<string[]> {
  const names: string[] = [];
  for (const at of [folder, join(folder, "images")]) {
    try {
      for await (const { name } of Deno.readDir(at)) names.push(name);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return usefulArchives(names);
}
