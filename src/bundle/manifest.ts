/** What a bundle holds, as its first file says. A name is one of a few shapes: none of them leaves the folder it is put in. Pure. */
import { z } from "zod";
import { BLOCK } from "../module/tar.ts";

/** A few hundred packages, some image archives. */
const MOST_FILES = 2000;
/** A ustar size has eleven octal digits. */
const LARGEST = 8 ** 11 - 1;
const LARGEST_ALL = 64 * 1024 ** 3;

export const MANIFEST = "manifest.json";
export const SIGNATURE = "manifest.sig";
export const LARGEST_MANIFEST = 1 << 20;
export const LARGEST_SIGNATURE = 4096;

const NAME = "[A-Za-z0-9][A-Za-z0-9._+~%:-]{0,180}";
const SYSTEM = "[a-z]{2,20}-[0-9]{1,3}(?:\\.[0-9]{2})?";
/** charts/: bundles of earlier versions carried some, which nothing ever used. */
const SHAPES = new RegExp(
  `^(hakit|k3s/k3s|k3s/images/${NAME}|charts/${NAME}\\.tgz|packages/${SYSTEM}/${NAME}\\.deb)$`,
);

/** Whether a file may have that name in a bundle. */
export function isBundlePath(path: string): boolean {
  return SHAPES.test(path);
}

/** Whether it names a distribution: "ubuntu-22.04". */
export function isSystem(name: string): boolean {
  return new RegExp(`^${SYSTEM}$`).test(name);
}

const fileSchema = z.strictObject({
  path: z.string().regex(SHAPES),
  size: z.int().min(1).max(LARGEST),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});
export type BundleFile = z.infer<typeof fileSchema>;

export const manifestSchema = z.strictObject({
  format: z.literal(1),
  /** Version that made it, and whose executable it carries. */
  hakit: z.string().regex(/^[\w.+-]{1,40}$/),
  made: z.iso.datetime(),
  architecture: z.enum(["x86_64", "aarch64"]),
  /** What its k3s says of itself; null: none in it. */
  k3s: z.string().regex(/^[\w.+-]{1,60}$/).nullable(),
  files: z.array(fileSchema).min(1).max(MOST_FILES),
}).superRefine(({ files }, context) => {
  const refuse = (message: string) =>
    context.addIssue({ code: "custom", path: ["files"], message });
  const paths = files.map(({ path }) => path);
  if (new Set(paths).size !== paths.length) refuse("a name occurs twice");
  if (files.reduce((sum, { size }) => sum + size, 0) > LARGEST_ALL) {
    refuse(`more than ${LARGEST_ALL / 1024 ** 3} GiB in all`);
  }
});
export type Manifest = z.infer<typeof manifestSchema>;

export function parseManifest(text: string): Manifest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error("its list of files is no JSON");
  }
  return checkedManifest(value);
}

/** Throws with one line. */
export function checkedManifest(value: unknown): Manifest {
  const result = manifestSchema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  throw new Error(
    `its list of files cannot be used: ${
      issue.path.join(".")
    }: ${issue.message}`,
  );
}

/** "debian-12": how packages of a distribution are named in it. */
export function systemName(os: {
  readonly id: string;
  readonly version: string;
}): string {
  return `${os.id}-${os.version}`;
}

export function packagesFor(manifest: Manifest, system: string): BundleFile[] {
  const folder = `packages/${system}/`;
  return manifest.files.filter(({ path }) => path.startsWith(folder));
}

/** Distributions whose packages are in it. */
export function systemsIn({ files }: Manifest): string[] {
  const systems = files.flatMap(({ path }) =>
    /^packages\/([^/]+)\//.exec(path)?.[1] ?? []
  );
  return [...new Set(systems)].sort();
}

/** Bytes that a file takes in the archive, header included. */
export function spaceOf(size: number): number {
  return BLOCK + Math.ceil(size / BLOCK) * BLOCK;
}
