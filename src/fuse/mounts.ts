/** What is mounted where, as the kernel lists it. */
import { dirname, join, resolve } from "node:path";

/** Type of the mounts that this program makes. */
export const OURS = "fuse.hakit";
/** As the kernel's own limit. */
const MOST_LINKS = 40;

export interface Mount {
  readonly id: number;
  /** Id of the mount on which it stands. */
  readonly on: number;
  /** "major:minor" of its file system. */
  readonly device: string;
  /** Without symlinks. */
  readonly point: string;
  readonly type: string;
  /** Of this mount, not of its file system. */
  readonly options?: readonly string[];
}

/** All mounts that this process sees, in the order in which they were made. */
export function mounts(): Mount[] {
  return parseMounts(Deno.readTextFileSync("/proc/self/mountinfo"));
}

/** Lines of /proc/PID/mountinfo (proc(5)). Pure. */
export function parseMounts(text: string): Mount[] {
  return text.split("\n").filter((line) => line.includes(" - ")).map((line) => {
    const [before, after] = line.split(" - ");
    const [id, on, device, , point, options] = before!.split(" ");
    return {
      id: Number(id),
      on: Number(on),
      device: device!,
      point: point!.replace(
        /\\(\d{3})/g,
        (_, octal) => String.fromCharCode(parseInt(octal, 8)),
      ),
      type: after!.split(" ")[0]!,
      options: options!.split(","),
    };
  });
}

/** As mount(2) has them. */
const FORBIDS = { nosuid: 2, nodev: 4, noexec: 8 } as const;

/** What the mount that `place` stands on forbids, as flags for mount(2): a mount over the place must not allow it. Pure. */
export function forbidden(all: readonly Mount[], place: string): number {
  const around = all.filter(({ point }) =>
    point === "/" || place === point || place.startsWith(`${point}/`)
  );
  // Of several at one point the last one covers the others.
  const here = around.toSorted((a, b) => a.point.length - b.point.length).at(
    -1,
  );
  return Object.entries(FORBIDS).reduce(
    (flags, [name, flag]) =>
      here?.options?.includes(name) ? flags | flag : flags,
    0,
  );
}

/**
 * Where below `place` something else is mounted, that a mount over `place` would hide; null: nothing is. What stands on a mount of ours
 * that a crash left goes with it. Pure.
 */
export function mountedBelow(
  all: readonly Mount[],
  place: string,
): string | null {
  const byId = new Map(all.map((mount) => [mount.id, mount]));
  const below = all.find((mount) => {
    if (!mount.point.startsWith(`${place}/`)) return false;
    // The list of a container may begin in the middle, and its first mount stand on itself.
    for (
      let under = byId.get(mount.on), looked = 0;
      under && looked < all.length;
      under = byId.get(under.on), looked++
    ) {
      if (under.type === OURS && under.point === place) return false;
    }
    return true;
  });
  return below?.point ?? null;
}

/**
 * `path` as the kernel's list names it. A dead mount of ours may stand there, of which nothing can be asked (ENOTCONN): so only what leads
 * to it is looked at. What does not exist stays as it is.
 */
export function withoutLinks(path: string): string {
  for (let place = path, links = 0; links <= MOST_LINKS; links++) {
    try {
      place = join(
        Deno.realPathSync(dirname(place)),
        place.slice(place.lastIndexOf("/") + 1),
      );
      place = resolve(dirname(place), Deno.readLinkSync(place));
    } catch {
      return place;
    }
  }
  return path;
}
