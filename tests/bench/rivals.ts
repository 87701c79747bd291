/** The programs that hakit is compared with, from the distribution: a row without its rival says nothing. */
import { lacking, run } from "../e2e/replicator/shell.ts";
import { EXAMPLE } from "./places.ts";

/** Packages of Debian and Ubuntu, by how it is seen that they are there. */
const PACKAGES: readonly {
  readonly name: string;
  readonly isThere: () => boolean;
}[] = [
  {
    name: "glusterfs-server",
    isThere: () => lacking("glusterd", "gluster", "glusterfs") === null,
  },
  { name: "libfuse3-dev", isThere: () => exists(EXAMPLE) },
  { name: "pkg-config", isThere: () => lacking("pkg-config") === null },
  { name: "gcc", isThere: () => lacking("cc") === null },
];

/** Those that are not there. */
export function missingPackages(): string[] {
  return PACKAGES.filter(({ isThere }) => !isThere()).map(({ name }) => name);
}

/**
 * Installs what is missing, where this is root's and apt is there; null, or why not. What cannot be compared is then left out row by row, as
 * before.
 */
export async function installRivals(
  say: (line: string) => void,
): Promise<string | null> {
  const missing = missingPackages();
  if (missing.length === 0) return null;
  const names = missing.join(", ");
  if (Deno.uid() !== 0) return `${names}: not installed, and this is not root`;
  if (lacking("apt-get")) return `${names}: not installed, and there is no apt`;
  say(`installing ${names} (--no-install: measure with what is there)`);
  const apt = (words: readonly string[]) =>
    run("apt-get", ["-qq", ...words], {
      env: { DEBIAN_FRONTEND: "noninteractive" },
      timeoutMs: 600_000,
    });
  try {
    await apt(["update"]).catch(() => {});
    await apt(["install", "-y", "--no-install-recommends", ...missing]);
    // Its daemon is started by the bench, in a network namespace; one for the whole machine is not wanted.
    await run("systemctl", ["disable", "--now", "glusterd"], {
      allowFailure: true,
    }).catch(() => {});
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return `${names}: cannot be installed: ${why.slice(-300)}`;
  }
  const still = missingPackages();
  return still.length === 0
    ? null
    : `${still.join(", ")}: installed without what is needed of it`;
}

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
