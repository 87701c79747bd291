import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { K3S_RELEASE } from "../k3s/release.ts";
import { command, workFolder } from "./bundle.ts";
import { checkIngredients, debsOf, wantedOf } from "./bundle_parts.ts";
import { UsageError } from "./command.ts";
import { parse } from "./parse.ts";

Deno.test("bundle create refuses what cannot be in a bundle, in one line, before it downloads anything", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const from = join(folder, "plain");
    const empty = join(folder, "empty");
    await Deno.writeTextFile(from, "x");
    await Deno.writeTextFile(empty, "");
    const good = { path: "k3s/images/web.tar", from };
    await checkIngredients([good]);
    for (
      const [bad, message] of [
        [[{ path: "k3s/images/web image.tar", from }], /no name for a file/],
        [[{ path: "images/web.tar", from }], /no name for a file/],
        [
          [good, { ...good, from: empty }],
          /"k3s\/images\/web.tar" is in it twice/,
        ],
        [[{ path: "k3s/images/a.tar", from: empty }], /"[^"]+empty" is empty/],
        [[{ path: "k3s/images/a.tar", from: folder }], /is no file/],
        [[{ path: "k3s/images/a.tar", from: from + "x" }], /does not exist/],
      ] as const
    ) {
      await assert.rejects(checkIngredients(bad), (error) => {
        assert(error instanceof UsageError);
        assert.match(error.message, message);
        assert(!error.message.includes("\n"));
        return true;
      });
    }
    await Deno.writeTextFile(join(folder, "one_1_all.deb"), "x");
    assert.deepEqual(await debsOf(`ubuntu-22.04=${folder}`), {
      system: "ubuntu-22.04",
      files: [join(folder, "one_1_all.deb")],
    });
    for (
      const given of [
        ...["ubuntu", "ubuntu-22=", "=x", `ubuntu-2204.=${folder}`],
        ...["debian-12=/does/not/exist", `debian-12=${from}`, `x-1=${folder}`],
      ]
    ) await assert.rejects(debsOf(given), UsageError, given);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

const call = (...words: readonly string[]) =>
  parse(command, ["create", "hakit.bundle", ...words]);

Deno.test("bundle create takes the K3s along that first would fetch, unless it is told another, a folder, none, or that there is no network", async () => {
  const k3s = async (...words: readonly string[]) =>
    (await wantedOf(call(...words))).k3s;
  assert.equal(await k3s(), K3S_RELEASE.version);
  assert.equal(await k3s("--k3s", "v1.32.1+k3s1"), "v1.32.1+k3s1");
  assert.equal(await k3s("--k3s", "/media/k3s", "--no-download"), "/media/k3s");
  assert.equal(await k3s("--k3s", "none"), null);
  assert.equal(await k3s("--no-download"), null);
  await assert.rejects(
    k3s("--k3s", "v1.32.1+k3s1", "--no-download"),
    /--no-download forbids it/,
  );
  await assert.rejects(k3s("--k3s", "latest"), /^ConfigError: --k3s: "latest"/);
});

Deno.test("bundle create takes proxy and releases from flag, environment or file", async () => {
  const file = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(file, "releases: https://mirror.example/k3s\n");
    Deno.env.set("HAKIT_PROXY", "http://proxy.example:3128");
    assert.deepEqual(await wantedOf(call("--config", file)), {
      k3s: K3S_RELEASE.version,
      proxy: "http://proxy.example:3128",
      releases: "https://mirror.example/k3s",
    });
    const { proxy } = await wantedOf(call("--proxy", "http://other:1"));
    assert.equal(proxy, "http://other:1");
  } finally {
    Deno.env.delete("HAKIT_PROXY");
    await Deno.remove(file);
  }
});

Deno.test("bundle create works beside the file that it makes, and says so where it cannot", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const work = await workFolder(join(folder, "hakit.bundle"));
    assert.equal(dirname(work), folder);
    await assert.rejects(
      workFolder(join(folder, "none", "hakit.bundle")),
      (error) =>
        error instanceof UsageError && error.message.includes(`${folder}/none`),
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
