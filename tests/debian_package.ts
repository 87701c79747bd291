/** Real, empty Debian packages for tests. */
import { join } from "node:path";
import { command } from "../src/system/command.ts";

/** Whether they can be made here. */
export const dpkg = await command(["dpkg-deb", "--version"]).then(
  () => true,
  () => false,
);

/** A package with nothing in it, as a file in `folder`. */
export async function build(folder: string, control: string): Promise<void> {
  const tree = await Deno.makeTempDir();
  await Deno.chmod(tree, 0o755);
  await Deno.mkdir(join(tree, "DEBIAN"));
  await Deno.writeTextFile(join(tree, "DEBIAN", "control"), control);
  await command(["dpkg-deb", "--root-owner-group", "-b", tree, folder]);
  await Deno.remove(tree, { recursive: true });
}

export const control = (name: string, version: string, more = "") =>
  `Package: ${name}\nVersion: ${version}\nArchitecture: all\nMaintainer: Test <t@example.org>\n${more}Description: for a test\n A second line.\n`;
