import assert from "node:assert/strict";
import { join } from "node:path";
import { strToU8, zipSync } from "fflate";
import { command } from "./import.ts";
import { outputTo } from "./output.ts";
import { run } from "./run.ts";

const CONFIG = `<safe><service mode="mirror"><rfs>
<replicated dir="/srv/shop"/></rfs></service></safe>`;

/** `hakit import` of an archive in a folder of its own. */
async function imported(
  files: readonly string[],
  test: (found: {
    readonly code: number;
    readonly out: string;
    readonly err: string;
    readonly folder: string;
  }) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  const before = Deno.cwd();
  try {
    Deno.chdir(folder);
    const all = ["conf/userconfig.xml", ...files];
    await Deno.writeFile(
      "shop.safe",
      zipSync(Object.fromEntries(all.map((path) => [path, strToU8(CONFIG)]))),
    );
    let out = "", err = "";
    const code = await run(["import", "shop.safe"], {
      table: [command],
      out: outputTo({
        ...{ terminal: false, colour: false, now: () => 0 },
        out: (text) => out += text,
        err: (text) => err += text,
      }),
    });
    await test({ code, out, err, folder: join(folder, "shop") });
  } finally {
    Deno.chdir(before);
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("import names the folder as module install takes it: a bare name would be a built-in module", () =>
  imported(["bin/start_prim"], async ({ out, folder }) => {
    assert.match(out, /hakit module install \.\/shop"/);
    assert((await Deno.stat(join(folder, "module.yaml"))).isFile);
  }));

Deno.test("import leaves no half of a folder behind: the next one would be refused for it", () =>
  // A file that is a folder, too.
  imported(["bin/start_prim", "bin/start_prim/more"], async (found) => {
    assert.equal(found.code, 1);
    assert.match(found.err, /Cannot write/);
    await assert.rejects(Deno.stat(found.folder), Deno.errors.NotFound);
  }));
