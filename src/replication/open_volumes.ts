/** The mirrored directories of a role: all of them, or none. */
import { clearStaleMounts, openBacking } from "../fuse/device.ts";
import { libc } from "../system/libc.ts";
import type { Context } from "./context.ts";
import { LARGE, LargeFiles } from "./large_files.ts";
import { Volume } from "./volume.ts";

/** Throws where one cannot be mirrored; the agent tries again, so nothing of the others may stay open. */
export function openVolumes(
  context: Pick<Context, "config" | "log" | "aide">,
  newId: () => number,
): Volume[] {
  const { directories, inodesInUse: limit } = context.config;
  const files = new LargeFiles(context.aide);
  const large = { from: LARGE, close: (fd: number) => files.close(fd) };
  const volumes: Volume[] = [];
  try {
    for (const [index, directory] of directories.entries()) {
      const { path, exclude, guarantee } = directory;
      clearStaleMounts(path);
      const answersAhead = guarantee === "fsync";
      const volume = openVolume(index, path, newId, {
        limit,
        exclude,
        answersAhead,
        large,
      });
      volumes.push(volume);
      if (volume.noHandles) context.log(volume.noHandles);
    }
    return volumes;
  } catch (error) {
    for (const volume of volumes) volume.close();
    throw error;
  }
}

export function openVolume(
  index: number,
  path: string,
  newId: () => number,
  options: ConstructorParameters<typeof Volume>[4],
): Volume {
  const backing = openBacking(path);
  try {
    return new Volume(index, path, backing, newId, options);
  } catch (error) {
    libc.close(backing);
    throw error;
  }
}
