/** Debian packages: which are there, and installing the rest from the network or from a folder of .deb files. */
import type { Output } from "../cli/output.ts";
import { aptProxy } from "../system/apt_proxy.ts";
import { command } from "../system/command.ts";
import { aptInstall } from "./apt.ts";
import { openRepository } from "./repository.ts";

export const PACKAGES = [
  "mariadb-server",
  "mariadb-client",
  "nfs-kernel-server",
  "nfs-common",
  "openssl",
  "xfsprogs",
  "iproute2",
  "iptables",
  "psmisc",
  "procps",
  "kmod",
  "util-linux",
  "mount",
] as const;

/** Those of PACKAGES that are not installed. */
export async function missingPackages(): Promise<string[]> {
  const { stdout } = await command([
    "dpkg-query",
    "-W",
    "-f=${Package} ${db:Status-Status}\\n",
    ...PACKAGES,
  ], { anyCode: true });
  const installed = new Set(
    stdout.split("\n").filter((line) => line.endsWith(" installed"))
      .map((line) => line.split(" ")[0]!),
  );
  return PACKAGES.filter((name) => !installed.has(name));
}

/** From the network; `proxy` for apt. */
export async function installFromNetwork(
  names: readonly string[],
  { proxy, out }: {
    readonly proxy: string | undefined;
    readonly out: Pick<Output, "progress">;
  },
): Promise<void> {
  await using through = await aptProxy(proxy);
  await aptInstall(names, { options: through.options, out });
}

/** From a folder, and from nowhere else: a server without a network must not wait for one. */
export async function installFromFolder(
  folder: string,
  names: readonly string[],
  out: Pick<Output, "progress">,
): Promise<void> {
  await using repository = await openRepository(folder);
  const lacking = names.filter((name) => !repository.names.has(name));
  if (lacking.length > 0) {
    throw new Error(
      `${folder} has no .deb of ${lacking.join(", ")}, expected all of ${
        names.join(", ")
      } and what they depend on`,
    );
  }
  await aptInstall(names, { options: repository.options, out });
}
