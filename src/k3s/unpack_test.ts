import assert from "node:assert/strict";
import { join } from "node:path";
import { unpack } from "./unpack.ts";

Deno.test("unpack() makes programs anew that a power cut may have left half, and keeps those that containers run by", async () => {
  const home = await Deno.makeTempDir();
  try {
    const [executable, folder] = [join(home, "k3s"), join(home, "data")];
    const [sum, old] = ["a".repeat(64), "b".repeat(64)];
    const program = join(folder, sum, "bin", "containerd");
    const write = (version: string) =>
      Deno.writeTextFile(
        executable,
        // As the real one: what is there is whole.
        `#!/bin/sh\n# ${version}\n[ -e ${folder}/${sum} ] || { mkdir -p ${folder}/${sum}/bin; echo whole >${program}; }\n`,
        { mode: 0o755 },
      );
    await write("one");
    const look = () => Deno.readTextFile(program);
    const at = { executable, folder };

    assert.equal(await unpack(at), true);
    assert.equal(await unpack(at), false);
    await Deno.remove(join(folder, ".hakit-unpacked"));
    await Deno.writeTextFile(program, "");
    await Deno.mkdir(join(folder, "cni"));
    assert.equal(await unpack(at), true);
    assert.equal(await look(), "whole\n");
    assert((await Deno.stat(join(folder, "cni"))).isDirectory);

    // An upgrade below running containers.
    await Deno.mkdir(join(folder, old));
    await write("number two");
    const shim = `/var/lib/rancher/k3s/data/${old}/bin/containerd-shim-runc-v2`;
    assert.equal(await unpack({ ...at, programs: () => [shim] }), true);
    assert((await Deno.stat(join(folder, old))).isDirectory);
  } finally {
    await Deno.remove(home, { recursive: true });
  }
});
