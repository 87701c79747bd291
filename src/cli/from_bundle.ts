/** `--bundle FILE` of prereq and first: opened once, judged before a byte of it is used. */
import { join } from "node:path";
import { extract } from "../bundle/extract.ts";
import { packagesFor, systemName, systemsIn } from "../bundle/manifest.ts";
import { type Bundle, openBundle } from "../bundle/read.ts";
import { judgeKey, rememberKey } from "../bundle/trust.ts";
import type { Facts } from "../cluster/facts.ts";
import { removeIfPresent } from "../k3s/services.ts";
import type { Unpacked } from "../k3s/prereq.ts";
import type { Source } from "../k3s/install.ts";
import type { Paths } from "../system/paths.ts";
import type { Call } from "./command.ts";

export interface Opened {
  readonly bundle: Bundle;
  /** Remembers its key: this machine takes bundles of it from now on. */
  believe(): Promise<void>;
}

export async function openedBundle(
  call: Call,
  paths: Paths,
  { file, key }: { readonly file: string; readonly key: string | undefined },
): Promise<Opened> {
  const bundle = await openBundle(file);
  const memory = join(paths.etc, "bundle-key");
  const { by } = await judgeKey(bundle.fingerprint, { wanted: key, memory });
  if (by === "nothing") {
    call.out.error(
      `! The bundle is signed by key ${bundle.fingerprint}, which this server has not seen before: compare it with what "hakit bundle create" printed, or give --key`,
    );
  }
  if (bundle.manifest.architecture !== Deno.build.arch) {
    throw new Error(
      `The bundle is for ${bundle.manifest.architecture}, and this server is ${Deno.build.arch}`,
    );
  }
  return {
    bundle,
    async believe() {
      if (by === "memory") return;
      await Deno.mkdir(paths.etc, { recursive: true, mode: 0o755 });
      await rememberKey(bundle.fingerprint, memory);
    },
  };
}

export interface BundlePackages {
  /** Why it cannot help here; null: it can. */
  readonly problem: string | null;
  /** Extracted; called when some are missing. */
  folder(): Promise<string>;
}

const UNPACKED = "packages-";

/** Whatever bundle they came from: a run that was killed leaves its own behind. */
export function unpackedPackages({ state }: Paths): Unpacked {
  const all = async () => {
    try {
      return (await Array.fromAsync(Deno.readDir(state)))
        .map(({ name }) => name).filter((name) => name.startsWith(UNPACKED));
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return [];
      throw error;
    }
  };
  return {
    any: async () => (await all()).length > 0,
    async discard() {
      for (const name of await all()) await removeIfPresent(join(state, name));
    },
  };
}

/** The packages of this server's distribution. */
export function bundlePackages(
  { bundle, believe }: Opened,
  { call, os, paths }: {
    readonly call: Call;
    readonly os: Facts["os"];
    readonly paths: Paths;
  },
): BundlePackages {
  const to = join(paths.state, `${UNPACKED}${bundle.digest.slice(0, 16)}`);
  const system = systemName(os);
  const files = packagesFor(bundle.manifest, system);
  const problem = files.length > 0
    ? null
    : `The bundle has no packages for ${system}, it has them for ${
      systemsIn(bundle.manifest).join(", ") || "no distribution"
    }: make it on a machine with ${system}, or add --packages ${system}=DIR to "hakit bundle create"`;
  return {
    problem,
    async folder() {
      if (problem !== null) throw new Error(problem);
      await believe();
      const total = files.reduce((sum, { size }) => sum + size, 0);
      const progress = call.out.progress("Packages");
      let done = 0;
      await extract(bundle, {
        files,
        to,
        progress(bytes) {
          done += bytes;
          progress.update({ done, total });
        },
      });
      progress.end();
      return to;
    },
  };
}

/** K3s' files out of it; null: there are none in it. */
export function bundleK3s({ bundle, believe }: Opened): Source | null {
  const found = new Map(
    bundle.manifest.files.filter(({ path }) => path.startsWith("k3s/"))
      .map((file) => [file.path.slice(4), file]),
  );
  if (!found.has("k3s")) return null;
  return {
    files: [...found].map(([name, { size, sha256 }]) => ({
      name,
      size,
      sha256,
    })),
    async read(file, sink) {
      await believe();
      await bundle.read(found.get(file.name)!, sink);
    },
  };
}
