/** `hakit bundle`: everything that two servers without a network need, in one signed file. */
import { basename, join } from "node:path";
import { z } from "zod";
import {
  isBundlePath,
  isSystem,
  packagesFor,
  systemName,
  systemsIn,
} from "../bundle/manifest.ts";
import { fetchImage } from "../bundle/image.ts";
import { downloadPackages } from "../bundle/packages.ts";
import { type Bundle, openBundle, verifyBundle } from "../bundle/read.ts";
import { fingerprintOfKey, signingKey } from "../bundle/signature.ts";
import { wantedFingerprint } from "../bundle/trust.ts";
import { type Ingredient, writeBundle } from "../bundle/write.ts";
import { osRelease } from "../cluster/facts.ts";
import {
  resolveSettings,
  SETTING_FLAGS,
  settingsSchema,
} from "../cluster/settings.ts";
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
import { K3S_RELEASE, versionIn } from "../k3s/release.ts";
import { command as execute } from "../system/command.ts";
import { readIfPresent } from "../system/files.ts";
import { actionOf } from "./actions.ts";
import { type Call, type Command, JSON_FLAG, UsageError } from "./command.ts";
import { EXIT } from "./report.ts";
import { sourcesOf } from "./setup.ts";
import { bytes } from "../system/units.ts";
import { VERSION } from "../system/version.ts";
import { messageOf } from "../system/message.ts";

const ACTIONS = ["create", "show", "verify"] as const;

export const command: Command = {
  name: "bundle",
  summary: "One signed file to install from without a network",
  group: "Set up",
  args: [
    { name: "ACTION", summary: ACTIONS.join(", "), words: ACTIONS },
    { name: "FILE", summary: "the bundle, such as hakit.bundle" },
  ],
  flags: {
    k3s: {
      type: "string",
      value: "DIR|VERSION",
      summary:
        `create: folder with the executable k3s and image archives, version to download with its images (default ${K3S_RELEASE.version}), or none`,
    },
    image: {
      type: "list",
      value: "FILE",
      summary:
        "create: one more archive of container images, or a folder of them",
    },
    releases: SETTING_FLAGS.releases,
    packages: {
      type: "list",
      value: "SYSTEM=DIR",
      summary: "create: .deb files of another distribution (ubuntu-22.04=DIR)",
    },
    "no-download": {
      type: "boolean",
      summary:
        "create: nothing from the network: no packages of this machine's own distribution, K3s from a folder only",
    },
    proxy: { ...SETTING_FLAGS.proxy, summary: "create: for all downloads" },
    config: SETTING_FLAGS.config,
    "signing-key": {
      type: "string",
      value: "FILE",
      summary: "create: private key (default ~/.config/hakit/bundle.key)",
    },
    key: {
      type: "string",
      value: "KEY",
      summary:
        "verify: fingerprint, or file of the public key, that must have signed it",
    },
    json: JSON_FLAG,
  },
  details: `\
hakit bundle create hakit.bundle                    on a machine with a network
tar -xf hakit.bundle hakit                          on the server: the executable
./hakit prereq --bundle hakit.bundle --key FINGERPRINT
./hakit first --bundle hakit.bundle ...
K3s, its images and that of the volumes' provisioner are downloaded. Where a
registry cannot be reached: docker pull IMAGE, docker save -o provisioner.tar
IMAGE on another machine, and --image provisioner.tar; "create" names IMAGE.
"create" prints the fingerprint of the key that signs. Without --key the first
bundle is believed and its key remembered: one of another key is refused later.`,
  async run(call) {
    const action = actionOf("bundle", call, ACTIONS);
    const file = call.args[1]!;
    if (action === "create") return await create(call, file);
    const bundle = await openBundle(file);
    if (action === "verify") await verify(call, bundle);
    show(call, bundle, action === "verify");
    return EXIT.done;
  },
};

async function create(call: Call, file: string): Promise<number> {
  const work = await Deno.makeTempDir({ prefix: "hakit-bundle-" });
  try {
    const { k3s, ingredients } = await gather(call, work);
    const key = await signingKey(call.text("signing-key") ?? defaultKey());
    const progress = call.out.progress("Bundle");
    await writeBundle(file, {
      about: {
        hakit: VERSION,
        made: new Date().toISOString(),
        architecture: Deno.build.arch,
        k3s,
      },
      ingredients,
      key,
      progress: (done, total, text) => progress.update({ done, total, text }),
    });
    progress.end();
    show(call, await openBundle(file), false);
    if (!call.on("json")) {
      call.out.line();
      call.out.line(
        `On the servers: --key ${fingerprintOfKey(key)}`,
      );
    }
    return EXIT.done;
  } finally {
    await Deno.remove(work, { recursive: true });
  }
}

async function gather(call: Call, work: string) {
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
    k3s = await k3sVersion(join(folder, "k3s"));
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
      images: true,
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
    k3s = await k3sVersion(pathOf("k3s"));
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

async function k3sVersion(file: string): Promise<string> {
  const { stdout } = await execute([file, "--version"], { timeoutMs: 30_000 });
  const version = versionIn(stdout);
  if (version) return version;
  throw new Error(`"${file} --version" names no version`);
}

function defaultKey(): string {
  const home = Deno.env.get("HOME") ?? "/root";
  return join(home, ".config", "hakit", "bundle.key");
}

async function verify(call: Call, bundle: Bundle): Promise<void> {
  const wanted = call.text("key");
  if (wanted !== undefined) {
    const expected = await wantedFingerprint(wanted);
    if (expected !== bundle.fingerprint) {
      throw new Error(
        `The bundle is signed by key ${bundle.fingerprint}, expected ${expected}`,
      );
    }
  }
  const total = bundle.manifest.files.reduce((sum, { size }) => sum + size, 0);
  const progress = call.out.progress("Reading");
  let done = 0;
  await verifyBundle(bundle, (count) => {
    done += count;
    progress.update({ done, total });
  });
  progress.end();
}

function show(call: Call, bundle: Bundle, verified: boolean): void {
  const { manifest, fingerprint, path } = bundle;
  if (call.on("json")) {
    call.out.json({ path, fingerprint, verified, ...manifest });
    return;
  }
  const total = manifest.files.reduce((sum, { size }) => sum + size, 0);
  const images = manifest.files.filter(({ path }) =>
    path.startsWith("k3s/images/")
  );
  const rows = [
    ["made", `${manifest.made} by hakit ${manifest.hakit}`],
    ["for", manifest.architecture],
    ["signed by", fingerprint],
    ["size", `${bytes(total)}, ${manifest.files.length} files`],
    ["K3s", manifest.k3s ?? "none"],
    ["images", images.map(({ path }) => path.slice(11)).join(", ") || "none"],
    ...systemsIn(manifest).map((system) => [
      "packages",
      `${system}: ${packagesFor(manifest, system).length}`,
    ]),
  ];
  call.out.table(rows);
  call.out.line(
    verified
      ? "Every file is the one that was signed."
      : `The signature is right; "hakit bundle verify" compares every file with it.`,
  );
}
