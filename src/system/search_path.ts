/** Where programs are looked for. Pure. */

/** A root by plain `su` (Debian) has the PATH of whoever he was: without mkfs.xfs, exportfs, modprobe and useradd. */
const SYSTEM_FOLDERS = ["/usr/local/sbin", "/usr/sbin", "/sbin"] as const;

/** PATH with those that it lacks, last: what a person put in front stays there. */
export function searchPath(given: string | undefined): string {
  const folders = given ? given.split(":") : ["/usr/bin", "/bin"];
  const missing = SYSTEM_FOLDERS.filter((path) => !folders.includes(path));
  return [...folders, ...missing].join(":");
}
