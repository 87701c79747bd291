/** How much data there is, for the progress of a comparison of everything: one look at all names before it begins. */
import { S_IFREG, STATX } from "../../fuse/abi.ts";
import { libc } from "../../system/libc.ts";
import { getU64 } from "../../system/u64.ts";
import { stat, statFd, statMode } from "../descriptor.ts";
import { openName } from "../inspect.ts";
import type { Volume } from "../volume.ts";
import { eachName } from "./places.ts";

export function* countData(
  volumes: readonly Volume[],
): Generator<void, number> {
  let bytes = 0;
  for (const volume of volumes) {
    yield* eachName(volume, (_path, directory, { name, type }) => {
      if (type !== DT_REG) return;
      const fd = openName(directory, name);
      if (fd < 0) return;
      bytes += dataOf(fd);
      libc.close(fd);
    });
  }
  return bytes;
}

/** Type of a regular file in struct linux_dirent64. */
const DT_REG = S_IFREG >> 12;

/** Bytes of a file that are not holes. */
export function dataOf(fd: number): number {
  if (statFd(fd) !== 0 || statMode() >> 12 !== DT_REG) return 0;
  const blocks = getU64(stat.view, stat.at + STATX.blocks);
  return Math.min(getU64(stat.view, stat.at + STATX.size), blocks * 512);
}
