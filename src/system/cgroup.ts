/**
 * Control groups of version 2, for one thing: to freeze all processes of a service at once. The freezer needs no controller and
 * is there since kernel 5.2, so it works wherever version 2 is mounted, beside version 1 too (Ubuntu 20.04); where it is not (a
 * container, a network namespace of `ip netns`), it is mounted in a folder of our own. Version 1's freezer is not used: a frozen process
 * could not be killed there. A file here is memory: nothing waits for a disk.
 */
import { join } from "node:path";
import { command } from "./command.ts";

/** Where version 2 is mounted, among the lines of /proc/self/mounts; null: nowhere. */
export function mountOf(mounts: string): string | null {
  for (const line of mounts.split("\n")) {
    const [, path, type] = line.split(" ");
    if (type === "cgroup2" && path) return path.replaceAll("\\040", " ");
  }
  return null;
}

/** The process's own group below the mount, from /proc/self/cgroup. */
export function ownGroup(text: string): string {
  const line = text.split("\n").find((line) => line.startsWith("0::"));
  const path = line?.slice(3) ?? "/";
  // Moved out of this namespace, or the group was removed: nothing of ours can be below it.
  return path.startsWith("/..") || path.endsWith(" (deleted)") ? "/" : path;
}

/** The mount, made below `folder` where there is none. */
export async function cgroupRoot(folder: string): Promise<string> {
  const found = mountOf(await Deno.readTextFile("/proc/self/mounts"));
  if (found !== null) return found;
  const path = join(folder, "cgroup");
  await Deno.mkdir(path, { recursive: true });
  await command(["mount", "-t", "cgroup2", "hakit", path]);
  return path;
}

/** Makes a group below this process's own one; its folder. */
export async function makeGroup(root: string, name: string): Promise<string> {
  const own = ownGroup(await Deno.readTextFile("/proc/self/cgroup"));
  const path = join(root, own, name);
  await Deno.mkdir(path, { recursive: true });
  return path;
}

/** Gone, where nothing runs in it any more. */
export function dropGroup(path: string): void {
  try {
    Deno.removeSync(path);
  } catch {
    // Somebody is in it still, or it was not there.
  }
}

/** The groups of systemd's units, wherever in its tree (a slice in a slice). Those that do not run have none. */
export function unitGroups(root: string, units: readonly string[]): string[] {
  if (units.length === 0) return [];
  const found: string[] = [];
  const look = (folder: string, depth: number) => {
    for (const { name, isDirectory } of list(folder)) {
      if (!isDirectory) continue;
      const path = join(folder, name);
      if (units.includes(name)) found.push(path);
      else if (depth > 0 && name.endsWith(".slice")) look(path, depth - 1);
    }
  };
  look(root, 4);
  return found;
}

function list(folder: string): Deno.DirEntry[] {
  try {
    return [...Deno.readDirSync(folder)];
  } catch {
    return [];
  }
}

/**
 * Not one more instruction of a program is run: true when the kernel has been told. Who waits in the kernel stops when it leaves it.
 * A group that is gone has nobody in it.
 */
export function freeze(group: string): boolean {
  return write(group, "1");
}

export function thaw(group: string): boolean {
  return write(group, "0");
}

export function isFrozen(group: string): boolean {
  return read(group, "cgroup.freeze").trim() === "1";
}

/** Kills whoever is in the group: also while it is frozen, so that none of them comes to anything any more. */
export function killAll(group: string): void {
  // Nobody is born in a frozen group: one look is enough.
  for (const line of read(group, "cgroup.procs").split("\n")) {
    // 0: of another namespace of processes, and none of ours.
    if (!(Number(line) > 0)) continue;
    try {
      Deno.kill(Number(line), "SIGKILL");
    } catch {
      // It ended by itself.
    }
  }
  // Containers and units with a tree of their own.
  for (const { name, isDirectory } of list(group)) {
    if (isDirectory) killAll(join(group, name));
  }
}

/** Empty where the group is gone. */
function read(group: string, name: string): string {
  try {
    return Deno.readTextFileSync(join(group, name));
  } catch {
    return "";
  }
}

function write(group: string, text: string): boolean {
  try {
    Deno.writeTextFileSync(join(group, "cgroup.freeze"), text, {
      create: false,
    });
    return true;
  } catch (error) {
    return error instanceof Deno.errors.NotFound && !exists(group);
  }
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}
