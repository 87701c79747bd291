/** Who the volume is exported to after `hakit agent-join`, and after a stop: the module's own scripts over an exportfs with a table of its own. */
import assert from "node:assert/strict";
import { join } from "node:path";

const K3S = join(import.meta.dirname!, "..", "..", "modules", "k3s");

/** As nfs-utils: IPv6 is given in brackets and printed without; what is not in the table cannot be taken out of it. */
const EXPORTFS = `#!/bin/bash
case $1 in
  -s) while read -r line; do echo "/srv/volume  $line(sync,rw)"; done <"$TABLE" ;;
  -o) client=\${3%:/srv/volume}; client=\${client#[}; client=\${client%]}
    grep -qxF "$client" "$TABLE" || echo "$client" >>"$TABLE" ;;
  -u) [[ $2 != "$STUCK:/srv/volume" ]] || exit 1
    if [[ $2 == [* ]]; then client=\${2#[}; client=\${client%%]*}; else client=\${2%%:*}; fi
    grep -qxF "$client" "$TABLE" || { echo "exportfs: Could not find '$2' to unexport." >&2; exit 1; }
    grep -vxF "$client" "$TABLE" >"$TABLE.new"; mv "$TABLE.new" "$TABLE" ;;
esac
`;

/** Runs `script` with a table of clients before; the table behind it. */
async function table(
  script: string,
  { before, agents = [], stuck = "" }: {
    readonly before: readonly string[];
    readonly agents?: readonly string[];
    /** It cannot be taken out. */
    readonly stuck?: string;
  },
) {
  const home = await Deno.makeTempDir();
  try {
    const file = join(home, "table");
    const lines = (all: readonly string[]) =>
      all.map((line) => `${line}\n`).join("");
    await Deno.writeTextFile(file, lines(before));
    await Deno.writeTextFile(join(home, "agents"), lines(agents));
    await Deno.writeTextFile(join(home, "exportfs"), EXPORTFS, { mode: 0o755 });
    await Deno.mkdir(join(home, "lib"));
    for (const name of ["common.sh", "nfs.sh"]) {
      const text = await Deno.readTextFile(join(K3S, "lib", name));
      await Deno.writeTextFile(
        join(home, "lib", name),
        name === "nfs.sh" ? `${text}\nnfs_threads() { :; }\n` : text,
      );
    }
    const { code, stderr } = await new Deno.Command("bash", {
      args: ["-c", script],
      env: {
        PATH: `${home}:${Deno.env.get("PATH")}`,
        HAKIT_MODULE_DIR: home,
        STORAGE: home,
        EXPORT: "/srv/volume",
        CLIENTS: "10.0.0.1 10.0.0.2 FD00:0::1 fd00::2 10.0.0.9",
        TABLE: file,
        STUCK: stuck,
      },
      stdin: "null",
    }).output();
    const after = (await Deno.readTextFile(file)).trim().split("\n");
    return { code, after, said: new TextDecoder().decode(stderr) };
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

const EXPORT_VOLUME = join(K3S, "bin", "export_volume");
const NODES = ["10.0.0.1/32", "10.0.0.2/32", "fd00::1", "fd00::2"];

Deno.test("export_volume takes the volume from those who are in the list no longer, of both families", async () => {
  const { code, after, said } = await table(EXPORT_VOLUME, {
    before: [...NODES, "10.0.0.9/32", "10.0.0.7/32", "fd00::7", "fd00::8"],
    agents: ["fd00::8", "10.0.0.8"],
  });
  assert.equal(code, 0, said);
  // What another hakit exported as a single address stays, too.
  assert.deepEqual(
    after.filter((client) => client !== "FD00:0::1"),
    [...NODES, "10.0.0.9/32", "fd00::8", "10.0.0.8/32"],
  );
  const single = await table(EXPORT_VOLUME, { before: ["10.0.0.1"] });
  assert(single.after.includes("10.0.0.1"));
});

Deno.test("export_volume fails when somebody keeps the volume", async () => {
  const { code, said } = await table(EXPORT_VOLUME, {
    before: ["10.0.0.7/32", "10.0.0.6/32"],
    stuck: "10.0.0.7/32",
  });
  assert.equal(code, 1);
  assert.match(said, /Cannot take \/srv\/volume from 10\.0\.0\.7/);
});

Deno.test("nfs_unexport takes it from everybody, of both families", async () => {
  const { after } = await table(
    `. "$HAKIT_MODULE_DIR/lib/common.sh"; . "$HAKIT_MODULE_DIR/lib/nfs.sh"; nfs_unexport`,
    { before: [...NODES, "10.0.0.7"] },
  );
  assert.deepEqual(after, [""]);
});
