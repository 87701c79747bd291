/** Debian packages: which are there, and installing the rest from the network or from a folder of .deb files. */
import { aptProxy } from "../system/apt_proxy.ts";
import { sleep } from "../system/clock.ts";
import { command, CommandError } from "../system/command.ts";
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

/** MariaDB's first start on a slow machine included. */
const INSTALL_MS = 30 * 60_000;
/** Another apt: unattended upgrades, or the child of a run of ours that was killed. */
const LOCK_MS = 300_000;
const QUIET = [
  "env",
  // What it says is read below.
  "LC_ALL=C.UTF-8",
  "DEBIAN_FRONTEND=noninteractive",
  "NEEDRESTART_MODE=l",
] as const;
const KEEP_FILES = ["--force-confdef", "--force-confold"] as const;

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
  proxy: string | undefined,
): Promise<void> {
  await finishInterrupted();
  await using through = await aptProxy(proxy);
  await apt([...through.options, "update"]);
  await apt([...through.options, "install", ...names]);
}

/** From a folder, and from nowhere else: a server without a network must not wait for one. */
export async function installFromFolder(
  folder: string,
  names: readonly string[],
): Promise<void> {
  await finishInterrupted();
  await using repository = await openRepository(folder);
  const lacking = names.filter((name) => !repository.names.has(name));
  if (lacking.length > 0) {
    throw new Error(
      `${folder} has no .deb of ${lacking.join(", ")}, expected all of ${
        names.join(", ")
      } and what they depend on`,
    );
  }
  await apt([...repository.options, "update"]);
  await apt([...repository.options, "install", ...names]);
}

/** A power cut in the middle of an installation leaves packages half configured: apt refuses everything until that is finished. */
async function finishInterrupted(): Promise<void> {
  const until = performance.now() + LOCK_MS;
  for (;;) {
    const { code, stderr } = await command(
      [...QUIET, "dpkg", ...KEEP_FILES, "--configure", "-a"],
      { timeoutMs: INSTALL_MS, anyCode: true },
    );
    // Whatever else is wrong apt says better.
    if (code === 0 || !/lock/.test(stderr)) return;
    if (performance.now() > until) return;
    await sleep(1000);
  }
}

/** Never asks, keeps the machine's own configuration files, waits for another apt. */
async function apt(args: readonly string[]): Promise<void> {
  const until = performance.now() + LOCK_MS;
  for (;;) {
    try {
      return await aptOnce(args);
    } catch (error) {
      // For its lists apt waits for nobody, whatever it is told: on a server that was just installed another one is fetching them.
      const locked = error instanceof CommandError &&
        /\/lists\/lock|lock directory/.test(error.stderr);
      if (!locked || performance.now() > until) throw error;
    }
    await sleep(3000);
  }
}

async function aptOnce(args: readonly string[]): Promise<void> {
  await command([
    ...QUIET,
    "apt-get",
    "-q",
    "-y",
    "-o",
    `DPkg::Lock::Timeout=${LOCK_MS / 1000}`,
    ...KEEP_FILES.flatMap((option) => ["-o", `Dpkg::Options::=${option}`]),
    "--no-install-recommends",
    ...args,
  ], { timeoutMs: INSTALL_MS });
}
