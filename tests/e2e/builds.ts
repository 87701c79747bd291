/** Further builds of hakit: of another version, or with a change, as a later release would be. */
import { join } from "node:path";
import { command } from "../../src/system/command.ts";

const root = join(import.meta.dirname!, "../..");
const BUILD_MS = 300_000;

export interface BuildOptions {
  readonly version: string;
  /** Changes of the sources before they are compiled. */
  readonly change?: (folder: string) => Promise<void>;
}

/** The executable, in a folder of its own that whoever asked removes. */
export async function build(
  folder: string,
  { version, change }: BuildOptions,
): Promise<string> {
  const tree = join(folder, `tree-${version}`);
  await Deno.mkdir(join(tree, "dist"), { recursive: true });
  for (
    const name of ["src", "modules", "tests/build", "main.ts", "deno.lock"]
  ) {
    const target = join(tree, name);
    await Deno.mkdir(join(target, ".."), { recursive: true });
    await command(["cp", "-r", join(root, name), target]);
  }
  for (const script of ["client.js", "resources.js"]) {
    await command(["cp", join(root, "dist", script), join(tree, "dist")]);
  }
  const settings = JSON.parse(await Deno.readTextFile(join(root, "deno.json")));
  delete settings.lint;
  await Deno.writeTextFile(
    join(tree, "deno.json"),
    JSON.stringify({ ...settings, version }),
  );
  await change?.(tree);
  await command([
    Deno.execPath(),
    ...["run", "-A", join(tree, "tests/build/build.ts")],
  ], { timeoutMs: BUILD_MS });
  return join(tree, "dist/hakit");
}
