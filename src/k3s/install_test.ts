import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { k3sFilePath, MACHINE, usefulArchives } from "./files.ts";
import { folderSource, installFiles } from "./install.ts";
import { nodesIn, throughAddress } from "./kubernetes.ts";

Deno.test("usefulArchives() takes K3s' images of this processor, once, and whatever else there is", () => {
  const release = ["amd64", "arm64", "arm"].flatMap((machine) =>
    ["tar", "tar.gz", "tar.zst"].map((end) =>
      `k3s-airgap-images-${machine}.${end}`
    )
  );
  const others = ["provisioner.tar", "k3s-airgap-extra.tar.gz"];
  assert.deepEqual(
    usefulArchives([...release, ...others, "install.sh", "k3s"], "amd64"),
    ["k3s-airgap-images-amd64.tar.zst", ...others],
  );
  assert.deepEqual(
    usefulArchives(["k3s-airgap-images-arm64.tar"], "amd64"),
    [],
  );
});

Deno.test("folderSource() finds the executable and image archives beside and below it", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await assert.rejects(folderSource(folder), /expected the executable/);
    await Deno.mkdir(join(folder, "images"));
    for (
      const name of [
        "k3s",
        `k3s-airgap-images-${MACHINE}.tar.zst`,
        "images/own.tar",
        "install.sh",
        ".hidden.tar",
      ]
    ) await Deno.writeTextFile(join(folder, name), name);
    const source = await folderSource(folder);
    assert.deepEqual(source.files.map(({ name }) => name).sort(), [
      `images/k3s-airgap-images-${MACHINE}.tar.zst`,
      "images/own.tar",
      "k3s",
    ]);
    const k3s = source.files.find(({ name }) => name === "k3s")!;
    assert.equal(k3s.size, 3);
    assert.match(k3s.sha256, /^[0-9a-f]{64}$/);
    let text = "";
    await source.read(k3s, (chunk) => {
      text += new TextDecoder().decode(chunk);
      return Promise.resolve();
    });
    assert.equal(text, "k3s");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("installFiles() puts no new executable in place before all its images are there", async () => {
  const folder = await Deno.makeTempDir();
  const pathOf = (name: string) => join(folder, name);
  const list = pathOf("list.json");
  const progress = { update: () => {}, end: () => {} };
  const files = (version: string) =>
    ["k3s", "images/own.tar"].map((name) => ({
      name,
      size: version.length,
      sha256: createHash("sha256").update(version).digest("hex"),
    }));
  const source = (version: string, fails?: string) => ({
    files: files(version),
    read: async (
      { name }: { readonly name: string },
      sink: (chunk: Uint8Array) => Promise<void>,
    ) => {
      if (name === fails) throw new Error("No space left on device");
      await sink(new TextEncoder().encode(version));
    },
  });
  const here = () => Deno.readTextFile(pathOf("k3s"));
  try {
    await installFiles(source("old"), { list, progress, pathOf });
    assert.equal(await here(), "old");
    await assert.rejects(
      installFiles(source("new", "images/own.tar"), { list, progress, pathOf }),
      /No space left/,
    );
    assert.equal(await here(), "old");
    await installFiles(source("new"), { list, progress, pathOf });
    assert.equal(await here(), "new");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("k3sFilePath() knows K3s' files and no other path", () => {
  assert.equal(k3sFilePath("k3s"), "/usr/local/bin/k3s");
  assert.equal(
    k3sFilePath("images/a.tar"),
    "/var/lib/rancher/k3s/agent/images/a.tar",
  );
  for (
    const name of ["images/../../x.tar", "images/x.sh", "../k3s", "", "images/"]
  ) {
    assert.throws(() => k3sFilePath(name), /no file of K3s/);
  }
});

Deno.test("readyNames() takes nodes whose condition Ready is True, and survives anything", () => {
  const node = (name: string, status: string) => ({
    metadata: { name },
    status: { conditions: [{ type: "Ready", status }] },
  });
  const json = JSON.stringify({
    items: [node("a", "True"), node("b", "Unknown"), { metadata: {} }],
  });
  assert.deepEqual(readyNames(json), ["a"]);
  assert.deepEqual(readyNames(""), []);
  assert.deepEqual(readyNames("{}"), []);
});

Deno.test("throughAddress() changes the server only", () => {
  const text = "    server: https://127.0.0.1:6443\n  name: default\n";
  assert.match(
    throughAddress(text, "10.0.0.9"),
    /https:\/\/10\.0\.0\.9:6443\n/,
  );
  assert.match(throughAddress(text, "fd00::9"), /https:\/\/\[fd00::9\]:6443/);
});

function readyNames(json: string): string[] {
  return nodesIn(json).filter(({ ready }) => ready).map(({ name }) => name);
}
