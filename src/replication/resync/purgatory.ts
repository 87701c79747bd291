/**
 * Where goes what has no place any more, until the pass ends: moved files are found there again by their ids and cost no data. Our
 * folder on the volume itself, because no rename crosses file systems.
 */
import { E, errno, errnoName, libc, Memory, SYS } from "../../system/libc.ts";
import { listNames } from "../directory.ts";
import { HIDDEN } from "../name.ts";
import type { Volume } from "../volume.ts";

const memory = new Memory(8192);
const NAME = 0, OTHER = 4096;

/**
 * Opens our folder `name` on the volume, made if need be. From the backing's descriptor, never by path: the path leads over another
 * mount of the same file system, and no rename crosses from one mount to another.
 */
function openHidden(volume: Volume, name: string): number {
  const fd = volume.hidden(name);
  if (fd < 0) {
    throw new Error(
      `Cannot open "${volume.path}/${HIDDEN}/${name}": ${errnoName(-fd)}`,
    );
  }
  return fd;
}

export class Purgatory {
  readonly #folders = new Map<Volume, number>();
  #banished = 0;

  constructor(readonly volumes: readonly Volume[]) {}

  /** Moves `name` out of its directory; false: it cannot be moved. */
  take(
    volume: Volume,
    directory: number,
    name: Uint8Array,
    id: number,
  ): boolean {
    const purgatory = this.#folder(volume);
    const from = memory.string(name, NAME);
    // NOREPLACE: a second hard link of the same inode gets another name there, it is not needed.
    let result = Number(
      libc.renameat2(
        SYS.renameat2,
        directory,
        from,
        purgatory,
        memory.string(String(id), OTHER),
        1,
      ),
    );
    if (result !== 0 && errno() === E.EXIST) {
      result = Number(
        libc.renameat2(
          SYS.renameat2,
          directory,
          from,
          purgatory,
          memory.string(`${id}.${++this.#banished}`, OTHER),
          1,
        ),
      );
    }
    return result === 0;
  }

  /** Puts what was banished under `id`, if it is there, at `name` in `directory`. */
  give(
    volume: Volume,
    id: number,
    directory: number,
    name: Uint8Array,
  ): boolean {
    return Number(
      libc.renameat2(
        SYS.renameat2,
        this.#folder(volume),
        memory.string(String(id), OTHER),
        directory,
        memory.string(name, NAME),
        1,
      ),
    ) === 0;
  }

  /** Removes what no listing of this pass has claimed; false: there was nothing. */
  empty(): boolean {
    let had = false;
    for (const volume of this.volumes) {
      const fd = this.#folders.get(volume);
      if (fd !== undefined) libc.close(fd);
      this.#folders.delete(volume);
      try {
        Deno.removeSync(`${volume.path}/${HIDDEN}/purgatory`, {
          recursive: true,
        });
        had = true;
      } catch (error) {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      }
    }
    return had;
  }

  #folder(volume: Volume): number {
    const known = this.#folders.get(volume);
    if (known !== undefined) return known;
    const fd = openHidden(volume, "purgatory");
    this.#folders.set(volume, fd);
    return fd;
  }
}

/** Moves everything that stands in the directories into a dated folder beside: data that is not the cluster's is never overwritten. */
export function setAside(volumes: readonly Volume[], name: string): string[] {
  const folders: string[] = [];
  for (const volume of volumes) {
    const top = new Uint8Array(0);
    const names = listNames(volume.backing).filter((each) =>
      !volume.leavesOut(top, each) &&
      new TextDecoder().decode(each) !== "lost+found"
    );
    if (names.length === 0) continue;
    const path = `${volume.path}/${HIDDEN}/${name}`;
    const folder = openHidden(volume, name);
    for (const each of names) {
      const target = memory.string(each, NAME);
      if (
        Number(
          libc.renameat2(
            SYS.renameat2,
            volume.backing,
            target,
            folder,
            target,
            0,
          ),
        ) !== 0
      ) {
        const code = errno();
        libc.close(folder);
        throw new Error(
          `Cannot move what stands in "${volume.path}" to "${path}": ${
            errnoName(code)
          }`,
        );
      }
    }
    libc.close(folder);
    folders.push(path);
  }
  return folders;
}
