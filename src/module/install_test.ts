import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import { type Paths, paths } from "../system/paths.ts";
import type { ArchiveFile } from "./archive.ts";
import { installedModules, recoverFolders } from "./catalog.ts";
import {
  checkModule,
  conflict,
  installFiles,
  removeModule,
} from "./install.ts";
import { parseModule } from "./load.ts";

function files(yaml: string, script = "true"): ArchiveFile[] {
  const content = (text: string) => new TextEncoder().encode(text);
  return [
    { path: "module.yaml", executable: false, content: content(yaml) },
    { path: "bin/start_prim", executable: true, content: content(script) },
  ];
}

async function withPaths(use: (where: Paths) => Promise<void>): Promise<void> {
  const home = await Deno.makeTempDir({ prefix: "hakit-install-" });
  try {
    await use(paths(home));
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

const YAML = "name: db\nmode: mirror\ndirectories: [{path: /srv/db}]\n";

Deno.test("installFiles() puts a module in place, replaces it as a whole, and removeModule() takes it away", async () => {
  await withPaths(async (where) => {
    await installFiles(where, "db", [
      ...files(YAML, "old"),
      { path: "extra", executable: false, content: new Uint8Array(1) },
    ]);
    await installFiles(where, "db", files(YAML, "new"));
    const folder = join(where.etc, "modules");
    deepStrictEqual([...Deno.readDirSync(folder)].map(({ name }) => name), [
      "db",
    ]);
    const script = join(folder, "db/bin/start_prim");
    strictEqual(Deno.readTextFileSync(script), "new");
    strictEqual((Deno.statSync(script).mode! & 0o111) !== 0, true);
    await rejects(Deno.stat(join(folder, "db/extra")), Deno.errors.NotFound);
    await removeModule(where, "db");
    deepStrictEqual(await installedModules(where), []);
  });
});

Deno.test("recoverFolders() puts the old version back after a crash between the renames, and ends a removal", async () => {
  await withPaths(async (where) => {
    await installFiles(where, "db", files(YAML));
    await installFiles(where, "web", files("name: web\nmode: mirror\n"));
    const folder = join(where.etc, "modules");
    await Deno.rename(join(folder, "db"), join(folder, ".db.old"));
    await Deno.mkdir(join(folder, ".db.new"));
    await Deno.rename(join(folder, "web"), join(folder, ".web.gone"));
    await recoverFolders(where);
    const [module] = await installedModules(where);
    strictEqual(module?.module?.name, "db");
    deepStrictEqual([...Deno.readDirSync(folder)].map(({ name }) => name), [
      "db",
    ]);
  });
});

Deno.test("installedModules() shows a broken module beside the others", async () => {
  await withPaths(async (where) => {
    await installFiles(where, "db", files(YAML));
    await installFiles(where, "web", files("name: other\nmode: mirror\n"));
    const all = await installedModules(where);
    strictEqual(all[0]?.problem, null);
    strictEqual(
      /name: is "other", expected "web"/.test(all[1]!.problem!),
      true,
    );
  });
});

Deno.test("checkModule() refuses a missing file, another name, and what another module has", async () => {
  await withPaths(async (where) => {
    await installFiles(where, "db", files(YAML));
    await rejects(checkModule(where, "web", []), /module.yaml: is missing/);
    await rejects(checkModule(where, "web", files(YAML)), /expected "web"/);
    const clash = YAML.replace("name: db", "name: web")
      .replace("/srv/db", "/srv/web");
    await rejects(
      checkModule(where, "web", files(clash)),
      /port: 5600 is used by module "db"/,
    );
    const apart = await checkModule(
      where,
      "web",
      files(`${clash}port: 5601\n`),
    );
    strictEqual(apart.port, 5601);
  });
});

Deno.test("checkModule() refuses the 33rd module, and no change of one that is there", async () => {
  await withPaths(async (where) => {
    for (let at = 0; at < 32; at++) {
      await installFiles(
        where,
        `m${at}`,
        files(`name: m${at}\nmode: mirror\n`),
      );
    }
    await rejects(
      checkModule(where, "web", files("name: web\nmode: mirror\n")),
      /web\/module.yaml: module "web" is one too many: a node has at most 32/,
    );
    await checkModule(where, "m31", files("name: m31\nmode: mirror\n"));
  });
});

Deno.test("conflict() sees folders inside each other and shared addresses", () => {
  const module = (more: string) =>
    parseModule(`name: a\nmode: mirror\n${more}`, "module.yaml");
  const inside = module("directories: [{path: /srv/db/x}]\nport: 5601\n");
  strictEqual(
    /overlap/.test(conflict(inside, module(YAML.split("\n")[2]!))!),
    true,
  );
  const one = module("virtual_addresses: [{address: 10.0.0.9}]\n");
  const two = module("virtual_addresses: [{address: 10.0.0.9/24}]\n");
  strictEqual(/10\.0\.0\.9 belongs to/.test(conflict(one, two)!), true);
  strictEqual(conflict(module(""), one), null);
});
