/** What goes into a bundle: given files and folders, judged before anything is downloaded, and what is not given, from the network. */
import { basename, join } from "node:path";
import { z } from "zod";
import { isBundlePath, isSystem, systemName } from "../bundle/manifest.ts";
import { fetchImage } from "../bundle/image.ts";
import { downloadPackages } from "../bundle/packages.ts";
import type { Ingredient } from "../bundle/write.ts";
import { osRelease } from "../cluster/facts.ts";
import { resolveSettings, settingsSchema } from "../cluster/settings.ts";
import { downloadSource } from "../k3s/download.ts";
import { IMAGE_ARCHIVE } from "../k3s/files.ts";
import { folderSource, installFiles } from "../k3s/install.ts";
import {
  folderOf,
  imageIn,
  isProvisioner,
  lackingImages,
} from "../k3s/given.ts";
import { builtInFolder } from "../module/catalog.ts";
import { PACKAGES } from "../k3s/packages.ts";
import { K3S_RELEASE } from "../k3s/release.ts";
import { k3sVersion } from "../k3s/version.ts";
import { readIfPresent } from "../system/files.ts";
import { type Call, UsageError } from "./command.ts";
import { sourcesOf } from "./setup.ts";
import { messageOf } from "../system/message.ts";

/** Files of the bundle, and what K3s in it says of itself. `work`: where downloads go. */
export async function gather(call: Call, work: string) {
  if (!Deno.build.standalone) {
    throw new Error("A bundle carries the built executable, not the sources");
  }
  const ingredients: Ingredient[] = [{ path: "hakit", from: Deno.execPath() }];
  const name = (path: string) => path.slice(path.lastIndexOf("/") + 1);
  const settings = await wantedOf(call);
  const images = await imagesOf(call.list("image"));
  for (const from of images) {
    ingredients.push({ path: `k3s/images/${name(from)}`, from });
  }
  let k3s: string | null = null;
  const folder = folderOf(settings.k3s ?? undefined);
  const put = (names: readonly string[], pathOf: (name: string) => string) => {
    for (const name of names) {
      ingredients.push({ path: `k3s/${name}`, from: pathOf(name) });
    }
    for (const warning of lackingImages([...names, ...images])) {
      call.out.error(`! ${warning}`);
    }
  };
  if (folder !== null) {
    const { files, pathOf } = await folderSource(folder);
    put(files.map(({ name }) => name), pathOf);
    k3s = await k3sVersion(join(folder, "k3s"), work);
  }
  const packages = (system: string, files: readonly string[]) => {
    for (const from of files) {
      ingredients.push({ path: `packages/${system}/${name(from)}`, from });
    }
  };
  for (const given of call.list("packages")) {
    const { system, files } = await debsOf(given);
    packages(system, files);
  }
  await checkIngredients(ingredients);
  if (settings.k3s !== null && folder === null) {
    const source = await downloadSource(settings.k3s, {
      ...settings,
      images: !images.some((archive) => archive.includes("airgap")),
    });
    const pathOf = (name: string) => join(work, "k3s", name);
    const progress = call.out.progress(`K3s ${settings.k3s.split("@")[0]}`);
    await installFiles(source, {
      ...{ list: join(work, "k3s-files"), progress, pathOf },
    });
    progress.end();
    const names = source.files.map(({ name }) => name);
    if (!images.some(isProvisioner)) {
      const image = await provisionerImage(call, {
        folder: join(work, "k3s", "images"),
        proxy: settings.proxy,
      });
      if (image !== null) names.push(`images/${image}`);
    }
    put(names, pathOf);
    k3s = await k3sVersion(pathOf("k3s"), work);
  }
  if (!call.on("no-download")) {
    const os = osRelease(await readIfPresent("/etc/os-release") ?? "");
    call.out.error(`Downloading packages for ${systemName(os)} ...`);
    const files = await downloadPackages(PACKAGES, {
      folder: join(work, "apt"),
      proxy: settings.proxy,
    });
    // One that was given is the same one: its name holds its version.
    const given = new Set(ingredients.map(({ path }) => path));
    packages(
      systemName(os),
      files.filter((file) =>
        !given.has(`packages/${systemName(os)}/${name(file)}`)
      ),
    );
  }
  return { k3s, ingredients };
}

/** The archive's name in `folder`; null: it could not be fetched, which is said. A bundle without it can be used, with --image later. */
async function provisionerImage(
  call: Call,
  { folder, proxy }: {
    readonly folder: string;
    readonly proxy: string | undefined;
  },
): Promise<string | null> {
  const manifest = join(builtInFolder("k3s")!, "manifests", "nfs-client.yaml");
  const image = imageIn(await Deno.readTextFile(manifest));
  const file = `hakit-provisioner.tar`;
  const progress = call.out.progress("Provisioner");
  try {
    await fetchImage(image, join(folder, file), {
      proxy,
      progress: (done, total) => progress.update({ done, total }),
    });
    return file;
  } catch (error) {
    call.out.error(
      `! ${
        messageOf(error)
      }; get ${image} on another machine and give it by --image`,
    );
    return null;
  } finally {
    progress.end();
  }
}

/** Null: a bundle without K3s. Exported for its test. */
export async function wantedOf(call: Pick<Call, "text" | "list" | "on">) {
  const sources = await sourcesOf(call);
  const { k3s: given, ...flags } = sources.flags;
  const schema = z.object({
    k3s: settingsSchema.shape.k3s,
    proxy: settingsSchema.shape.proxy,
    releases: settingsSchema.shape.releases,
  });
  const none = given === "none";
  const { k3s, ...rest } = resolveSettings(schema, {
    ...sources,
    flags: none || given === undefined ? flags : { ...flags, k3s: given },
  });
  const offline = call.on("no-download") && folderOf(k3s) === null;
  if (offline && given !== undefined && !none) {
    throw new UsageError(
      `hakit bundle create: --k3s ${given} is a download, and --no-download forbids it: give a folder, or --k3s none`,
    );
  }
  return {
    ...rest,
    k3s: none || offline ? null : k3s ?? K3S_RELEASE.version,
  };
}

/** What each --image names: an archive, or a folder of some. */
async function imagesOf(given: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const from of given) {
    const stat = await Deno.stat(from).catch(() => null);
    if (stat?.isDirectory) {
      const names = (await Array.fromAsync(Deno.readDir(from)))
        .map(({ name }) => name).filter((name) => IMAGE_ARCHIVE.test(name));
      found.push(...names.sort().map((name) => join(from, name)));
      if (names.length > 0) continue;
    }
    if (stat?.isDirectory || !IMAGE_ARCHIVE.test(basename(from))) {
      throw new UsageError(
        `"${from}" (--image): expected a .tar, .tar.gz or .tar.zst, or a folder of such`,
      );
    }
    found.push(from);
  }
  return found;
}

/** What a --packages names. */
export async function debsOf(given: string) {
  const at = given.indexOf("=");
  const system = given.slice(0, Math.max(at, 0));
  const folder = given.slice(at + 1);
  if (!isSystem(system) || folder === "") {
    throw new UsageError(
      `"${given}" (--packages): expected SYSTEM=DIR, such as ubuntu-22.04=/media/debs`,
    );
  }
  const files: string[] = [];
  try {
    for await (const entry of Deno.readDir(folder)) {
      if (entry.name.endsWith(".deb")) files.push(join(folder, entry.name));
    }
  } catch (error) {
    const why = messageOf(error);
    throw new UsageError(`Cannot read "${folder}" (--packages): ${why}`);
  }
  if (files.length === 0) throw new UsageError(`"${folder}" has no .deb files`);
  return { system, files: files.sort() };
}

/** Before minutes of downloading: what could not be in a bundle. */
export async function checkIngredients(
  ingredients: readonly Ingredient[],
): Promise<void> {
  const paths = new Set<string>();
  for (const { path, from } of ingredients) {
    if (!isBundlePath(path)) {
      throw new UsageError(
        `"${from}": "${path}" is no name for a file of a bundle, expected letters, digits and . _ + ~ % : -`,
      );
    }
    if (paths.has(path)) throw new UsageError(`"${path}" is in it twice`);
    paths.add(path);
    const file = await Deno.stat(from).catch(() => null);
    if (file === null) throw new UsageError(`"${from}" does not exist`);
    if (!file.isFile) throw new UsageError(`"${from}" is no file`);
    if (file.size === 0) throw new UsageError(`"${from}" is empty`);
  }
}
