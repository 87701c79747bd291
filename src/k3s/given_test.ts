import { deepStrictEqual, match } from "node:assert/strict";
import { MACHINE } from "./files.ts";
import {
  imageIn,
  judgeGiven,
  lackingImages,
  otherVersion,
  PROVISIONER,
} from "./given.ts";

const NOTHING = { folder: null, bundle: null, installed: false };

Deno.test("judgeGiven() refuses a folder without K3s and a bundle without it, unless it is installed", async () => {
  const { problems } = await judgeGiven({ ...NOTHING, folder: "/nowhere" });
  match(problems.join(), /no K3s in "\/nowhere".*\/nowhere\/k3s/);
  const bundle = { k3s: null };
  const bare = await judgeGiven({ ...NOTHING, bundle });
  match(bare.problems.join(), /bundle has no K3s/);
  const again = await judgeGiven({ ...NOTHING, bundle, installed: true });
  deepStrictEqual(again, { problems: [], warnings: [] });
  // A download brings no images either, but has a network.
  deepStrictEqual(await judgeGiven(NOTHING), { problems: [], warnings: [] });
});

Deno.test("judgeGiven() warns of images that nobody without internet can load", async () => {
  const folder = await Deno.makeTempDir({ prefix: "hakit-given-" });
  try {
    await Deno.writeTextFile(`${folder}/k3s`, "");
    const lacking = await judgeGiven({ ...NOTHING, folder });
    deepStrictEqual(lacking.problems, []);
    match(lacking.warnings.join(), /k3s-airgap-images/);
    match(lacking.warnings.join(), new RegExp(PROVISIONER));
    await Deno.mkdir(`${folder}/images`);
    for (
      const name of [`k3s-airgap-images-${MACHINE}.tar.zst`, "provisioner.tar"]
    ) await Deno.writeTextFile(`${folder}/images/${name}`, "");
    const all = await judgeGiven({ ...NOTHING, folder });
    deepStrictEqual(all, { problems: [], warnings: [] });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("lackingImages() asks for the image that the manifest names", async () => {
  const manifest = await Deno.readTextFile(
    new URL("../../modules/k3s/manifests/nfs-client.yaml", import.meta.url),
  );
  match(imageIn(manifest), new RegExp(`^[a-z0-9.]+/${PROVISIONER}$`));
  deepStrictEqual(
    lackingImages(["images/a-airgap.tar", "x-provisioner.tar"]),
    [],
  );
});

Deno.test("otherVersion() says what is here, what was given, and which command changes it", () => {
  const here = { version: "v1.33.5+k3s1", sha256: "a".repeat(64) };
  const pinned = (letter: string) => `v1.33.5+k3s1@${letter.repeat(64)}`;
  for (const same of ["v1.33.5+k3s1", pinned("a")]) {
    deepStrictEqual(otherVersion(same, here), null);
  }
  match(
    otherVersion("v1.34.1+k3s1", here)!,
    /^k3s is v1\.33\.5\+k3s1 here and v1\.34\.1\+k3s1 was given; .*"hakit k3s upgrade v1\.34\.1\+k3s1"/,
  );
  match(otherVersion(pinned("b"), here)!, /with another SHA-256, here and/);
  // One that does not tell its version is no reason to refuse what may be right.
  deepStrictEqual(
    otherVersion("v1.34.1+k3s1", { ...here, version: null }),
    null,
  );
});
