/** Debian packages for a bundle: downloaded by this machine's own apt, with all they need on a server that has nothing yet. */
import { join } from "node:path";
import { aptProxy } from "../system/apt_proxy.ts";
import { command } from "../system/command.ts";

const DOWNLOAD_MS = 30 * 60_000;

/** Into `folder`; returns the files. Needs no root: apt works in folders of its own. */
export async function downloadPackages(
  names: readonly string[],
  { folder, proxy }: {
    readonly folder: string;
    readonly proxy?: string | undefined;
  },
): Promise<string[]> {
  const state = join(folder, "state");
  const archives = join(folder, "archives");
  for (
    const path of [join(state, "lists/partial"), join(archives, "partial")]
  ) {
    await Deno.mkdir(path, { recursive: true });
  }
  // As if nothing were installed: what this machine happens to have, the other one may lack.
  await Deno.writeTextFile(join(state, "status"), "");
  const options = [
    `Dir::State=${state}`,
    `Dir::State::Lists=${join(state, "lists")}`,
    `Dir::State::status=${join(state, "status")}`,
    `Dir::Cache::Archives=${archives}`,
    "Dir::Cache::pkgcache=",
    "Dir::Cache::srcpkgcache=",
    "Debug::NoLocking=1",
    "APT::Sandbox::User=",
    "APT::Install-Recommends=false",
    "Acquire::Languages=none",
  ].flatMap((option) => ["-o", option]);
  await using through = await aptProxy(proxy);
  const apt = (...args: readonly string[]) =>
    command([
      ...["apt-get", "-q", "-y"],
      ...through.options,
      ...options,
      ...args,
    ], { timeoutMs: DOWNLOAD_MS });
  await apt("update");
  await apt("install", "--download-only", ...names);
  const files: string[] = [];
  for await (const { name, isFile } of Deno.readDir(archives)) {
    if (isFile && name.endsWith(".deb")) files.push(join(archives, name));
  }
  return files.sort();
}
