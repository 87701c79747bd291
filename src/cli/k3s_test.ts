import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { join } from "node:path";
import { fingerprintOfKey } from "../bundle/signature.ts";
import { writeBundle } from "../bundle/write.ts";
import type { AgentApi } from "./agent_api.ts";
import type { Ask } from "./ask.ts";
import type { Call } from "./command.ts";
import {
  downloadSettings,
  furtherMachines,
  k3sCommand,
  sourceOf,
} from "./k3s.ts";
import { parse } from "./parse.ts";

Deno.test("k3s upgrade goes through the proxy that first was told, unless it is told another one", async () => {
  const home = await Deno.makeTempDir();
  const command = k3sCommand({} as Ask, () => ({} as AgentApi));
  const settings = async (...words: readonly string[]) =>
    await downloadSettings(
      parse(command, ["upgrade", "v1.33.5+k3s1", ...words]),
    );
  Deno.env.set("HAKIT_HOME", home);
  try {
    assert.deepEqual(await settings(), {});
    await Deno.mkdir(join(home, "etc"), { recursive: true });
    await Deno.writeTextFile(
      join(home, "etc", "k3s.yaml"),
      "name1: node1\nnode1: 10.0.0.1\nnode2: 10.0.0.2\nvip: 10.0.0.9/24\nproxy: http://kept:3128\n",
    );
    assert.deepEqual(await settings(), { proxy: "http://kept:3128" });
    Deno.env.set("HAKIT_PROXY", "http://environment:3128");
    Deno.env.set("HAKIT_RELEASES", "https://mirror.example/k3s");
    assert.deepEqual(await settings(), {
      proxy: "http://environment:3128",
      releases: "https://mirror.example/k3s",
    });
    const { proxy } = await settings("--proxy", "http://flag:3128");
    assert.equal(proxy, "http://flag:3128");
    await assert.rejects(settings("--proxy", "flag"), /^ConfigError: --proxy/);
  } finally {
    for (const name of ["HAKIT_HOME", "HAKIT_PROXY", "HAKIT_RELEASES"]) {
      Deno.env.delete(name);
    }
    await Deno.remove(home, { recursive: true });
  }
});

Deno.test("k3s upgrade takes K3s and its images out of a bundle of the right key, and nothing beside it", async () => {
  const home = await Deno.makeTempDir();
  Deno.env.set("HAKIT_HOME", home);
  const command = k3sCommand({} as Ask, () => ({} as AgentApi));
  const source = (...words: readonly string[]) =>
    sourceOf(
      { ...parse(command, ["upgrade", ...words]), out: {} } as unknown as Call,
    );
  const pair = generateKeyPairSync("ed25519").privateKey;
  const made = async (k3s: string | null, paths: readonly string[]) => {
    const from = join(home, "content");
    await Deno.writeTextFile(from, "content");
    const file = join(home, `${paths.length}.bundle`);
    await writeBundle(file, {
      about: {
        hakit: "0.1.0",
        made: "2026-11-25T12:00:00.000Z",
        architecture: Deno.build.arch,
        k3s,
      },
      ingredients: paths.map((path) => ({ path, from })),
      key: pair,
      progress: () => {},
    });
    return file;
  };
  try {
    const file = await made("v1.34.1+k3s1", [
      ...["hakit", "k3s/k3s", "k3s/images/k3s-airgap-images-amd64.tar.zst"],
    ]);
    const key = fingerprintOfKey(pair);
    const found = await source("--bundle", file, "--key", key);
    assert.equal(found.version, "v1.34.1+k3s1");
    assert.deepEqual(found.source.files.map(({ name }) => name), [
      ...["k3s", "images/k3s-airgap-images-amd64.tar.zst"],
    ]);
    let text = "";
    await found.source.read(found.source.files[0]!, (chunk) => {
      text += new TextDecoder().decode(chunk);
      return Promise.resolve();
    });
    assert.equal(text, "content");
    const wrong = source("--bundle", file, "--key", "0".repeat(64));
    await assert.rejects(wrong, /is signed by key/);
    const bare = await made(null, ["hakit"]);
    await assert.rejects(source("--bundle", bare), /has no K3s/);
    await assert.rejects(source(), /name one of/);
    await assert.rejects(source("./k3s", "--bundle", file), /name one of/);
  } finally {
    Deno.env.delete("HAKIT_HOME");
    await Deno.remove(home, { recursive: true });
  }
});

Deno.test("k3s upgrade knows the version in a folder from which nothing may be run", async () => {
  const home = await Deno.makeTempDir();
  Deno.env.set("HAKIT_HOME", home);
  const command = k3sCommand({} as Ask, () => ({} as AgentApi));
  try {
    const executable = join(home, "stick", "k3s");
    await Deno.mkdir(join(home, "stick"));
    await Deno.writeTextFile(
      executable,
      '#!/bin/sh\necho "k3s version v1.34.1+k3s1 (abc)"\n',
      { mode: 0o644 },
    );
    const { version } = await sourceOf(
      {
        ...parse(command, ["upgrade", join(home, "stick")]),
        out: {},
      } as unknown as Call,
    );
    assert.equal(version, "v1.34.1+k3s1");
  } finally {
    Deno.env.delete("HAKIT_HOME");
    await Deno.remove(home, { recursive: true });
  }
});

Deno.test("k3s upgrade names the further machines, which it does not reach", () => {
  assert.deepEqual(furtherMachines([]), []);
  assert.match(
    furtherMachines(["10.0.0.7", "10.0.0.8"]).join(),
    /stays as it is \(10\.0\.0\.7, 10\.0\.0\.8\).*hakit agent-join/,
  );
});
