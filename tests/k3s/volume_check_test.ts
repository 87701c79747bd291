/** The checker of the volume: on a disk that is full, and where somebody took the export away. */
import assert from "node:assert/strict";
import { join } from "node:path";

const K3S = join(import.meta.dirname!, "..", "..", "modules", "k3s");

const EXPORTED = "nfs_exported() { :; }";

/** Free KiB by folder; the volume cannot be written. `exports`: functions of lib/nfs.sh. */
async function check(
  free: { readonly [folder: string]: number },
  exports = EXPORTED,
) {
  const home = await Deno.makeTempDir();
  try {
    await Deno.mkdir(join(home, "lib"));
    await Deno.copyFile(
      join(K3S, "lib/common.sh"),
      join(home, "lib/common.sh"),
    );
    await Deno.writeTextFile(
      join(home, "lib/nfs.sh"),
      `nfs_threads() { :; }\nnfs_remember() { :; }\n${exports}\n`,
    );
    const lines = Object.entries(free).map(([folder, count]) =>
      `${folder}) echo ${count} ;;`
    );
    await Deno.writeTextFile(
      join(home, "df"),
      `#!/bin/bash\necho Avail\ncase \${!#} in ${lines.join(" ")} esac\n`,
      { mode: 0o755 },
    );
    const { code, stderr } = await new Deno.Command(
      join(K3S, "bin/check_volume"),
      {
        env: {
          PATH: `${home}:${Deno.env.get("PATH")}`,
          HAKIT_MODULE_DIR: home,
          STORAGE: "/storage",
          // Mounted, and nobody can make a file in it.
          EXPORT: "/proc",
        },
        stdin: "null",
      },
    ).output();
    return { code, text: new TextDecoder().decode(stderr).split("\n").at(-2) };
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

Deno.test("check_volume cannot tell when the volume is full, or the disk below it", async () => {
  assert.deepEqual(await check({ "/proc": 10, "/storage": 90_000 }), {
    code: 75,
    text: "the disk of /proc is full",
  });
  assert.deepEqual(await check({ "/proc": 90_000, "/storage": 10 }), {
    code: 75,
    text: "the disk of /storage is full",
  });
  assert.deepEqual(await check({ "/proc": 90_000, "/storage": 90_000 }), {
    code: 1,
    text: "/proc cannot be written",
  });
});

Deno.test("check_volume exports the volume again where exportfs -r took that away, and says where it cannot", async () => {
  const room = { "/proc": 90_000, "/storage": 90_000 };
  const table = "nfs_exported() { [[ ${table:-} == full ]]; }";
  const mended = await check(room, `${table}\nnfs_export() { table=full; }`);
  assert.equal(mended.text, "/proc cannot be written");
  for (const tried of ["false", ":"]) {
    const left = await check(room, `${table}\nnfs_export() { ${tried}; }`);
    assert.deepEqual(left, { code: 1, text: "/proc is not exported" });
  }
});
