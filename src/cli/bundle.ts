/** `hakit bundle`: everything that two servers without a network need, in one signed file. */
import { dirname, join, resolve } from "node:path";
import { packagesFor, systemsIn } from "../bundle/manifest.ts";
import { type Bundle, openBundle, verifyBundle } from "../bundle/read.ts";
import { fingerprintOfKey, signingKey } from "../bundle/signature.ts";
import { wantedFingerprint } from "../bundle/trust.ts";
import { writeBundle } from "../bundle/write.ts";
import { SETTING_FLAGS } from "../cluster/settings.ts";
import { K3S_RELEASE } from "../k3s/release.ts";
import { actionOf } from "./actions.ts";
import { type Call, type Command, JSON_FLAG, UsageError } from "./command.ts";
import { gather } from "./bundle_parts.ts";
import { EXIT } from "./report.ts";
import { messageOf } from "../system/message.ts";
import { bytes } from "../system/units.ts";
import { VERSION } from "../system/version.ts";

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
  const work = await workFolder(file);
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

/** Beside FILE, where there must be as much room anyway: /tmp may be small, or in memory. Exported for its test. */
export async function workFolder(file: string): Promise<string> {
  const dir = dirname(resolve(file));
  try {
    return await Deno.makeTempDir({ dir, prefix: ".hakit-bundle-" });
  } catch (cause) {
    throw new UsageError(`Cannot write in "${dir}": ${messageOf(cause)}`);
  }
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
