/**
 * The guard against a mount below a mirrored directory: ours would hide it, the service would find an empty folder there and write to the
 * wrong disk. Excluding it changes nothing about that.
 */
import { type Mount, mountedBelow, withoutLinks } from "../fuse/mounts.ts";
import type { ReplicatorConfig } from "./control.ts";

/** The first such mount, as the sentence that a person reads; null: there is none. */
export function hiddenMount(
  directories: ReplicatorConfig["directories"],
  mounts: readonly Mount[],
): string | null {
  for (const { path } of directories) {
    const below = mountedBelow(mounts, withoutLinks(path));
    if (below === null) continue;
    return `"${below}" is a mount of its own below the mirrored directory "${path}", which would hide it: mount it elsewhere (umount "${below}"), and list it in module.yaml as a directory of its own if it is to be mirrored`;
  }
  return null;
}
