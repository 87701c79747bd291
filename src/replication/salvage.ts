/**
 * Keeps aside what a yielding node alone wrote: each marked region of each file, at its offset in a sparse copy below a dated
 * folder, with a list of what is there. Nothing is overwritten before this has returned.
 */
import { S_IFDIR, S_IFMT, S_IFREG } from "../fuse/abi.ts";
import { errno, errnoName, libc, Memory, O } from "../system/libc.ts";
import { inspect, openName, sizeOf } from "./inspect.ts";
import { CHUNK, type Marks } from "./marks.ts";
import { chunksOf } from "./resync/source_data.ts";
import { procPath } from "./descriptor.ts";
import { listNames } from "./directory.ts";
import type { Volume } from "./volume.ts";
import { extents } from "./blocks.ts";

const buffer = new Memory(CHUNK);

/** Copies the marked regions; the folder, or null when nothing is marked. Throws when something could not be kept. */
export function salvage(
  volumes: readonly Volume[],
  marks: Marks,
  below: string,
): string | null {
  if (marks.isEmpty) return null;
  const folder = `${below}/${new Date().toISOString().replace(/[:.]/g, "-")}`;
  const list: string[] = [];
  for (const volume of volumes) {
    const queue: Uint8Array[] = [new Uint8Array(0)];
    for (let path = queue.pop(); path; path = queue.pop()) {
      const directory = volume.walk(path);
      if (directory < 0) continue;
      for (const name of listNames(directory)) {
        if (volume.leavesOut(path, name)) continue;
        const fd = openName(directory, name);
        if (fd < 0) continue;
        const entry = inspect(fd, name, () => 0);
        const child = path.length === 0
          ? name
          : new Uint8Array([...path, 47, ...name]);
        const type = (entry?.mode ?? 0) & S_IFMT;
        if (type === S_IFDIR) queue.push(child);
        const mark = entry ? marks.get(volume.index, entry.id) : undefined;
        if (
          mark && type === S_IFREG &&
          (mark.chunks.size > 0 || mark.tail !== Infinity)
        ) {
          const text = new TextDecoder().decode(child);
          const regions = keep(
            fd,
            chunksOf(mark, sizeOf(fd)),
            `${folder}/${volume.index}/${text}`,
          );
          list.push(`${volume.path}/${text}: ${regions}`);
        } else if (mark) {
          list.push(
            `${volume.path}/${
              new TextDecoder().decode(child)
            }: names or attributes`,
          );
        }
        libc.close(fd);
      }
      libc.close(directory);
    }
  }
  if (list.length === 0) return null;
  Deno.mkdirSync(folder, { recursive: true, mode: 0o700 });
  const text =
    "Written by this node alone, while the other one was primary too.\nBelow 0, 1, … (the directories in their order) stand the regions at their offsets, the rest is holes.\n\n" +
    list.join("\n") + "\n";
  Deno.writeTextFileSync(`${folder}/LIST.txt`, text, { mode: 0o600 });
  const opened = libc.open(
    buffer.string(folder),
    O.RDONLY | O.DIRECTORY | O.CLOEXEC,
    0,
  );
  if (opened >= 0) {
    libc.syncfs(opened);
    libc.close(opened);
  }
  return folder;
}

function keep(fd: number, chunks: readonly number[], path: string): string {
  Deno.mkdirSync(path.slice(0, path.lastIndexOf("/")), {
    recursive: true,
    mode: 0o700,
  });
  const source = libc.open(procPath(fd), O.RDONLY | O.NOATIME | O.CLOEXEC, 0);
  const size = sizeOf(fd);
  const target = Deno.openSync(path, {
    create: true,
    write: true,
    truncate: true,
    mode: 0o600,
  });
  try {
    if (source < 0) {
      throw new Error(`Cannot keep "${path}": ${errnoName(errno())}`);
    }
    target.truncateSync(size);
    let bytes = 0;
    for (const chunk of chunks) {
      for (
        const [begin, end] of extents(
          source,
          chunk * CHUNK,
          Math.min(size, (chunk + 1) * CHUNK),
        )
      ) {
        const n = libc.pread(source, buffer.address, end - begin, begin);
        if (n < 0) {
          throw new Error(`Cannot keep "${path}": ${errnoName(errno())}`);
        }
        target.seekSync(begin, Deno.SeekMode.Start);
        for (let done = 0; done < n;) {
          done += target.writeSync(buffer.bytes.subarray(done, n));
        }
        bytes += n;
      }
    }
    return `${bytes} bytes in ${chunks.length} MiB-regions of ${size} bytes`;
  } finally {
    if (source >= 0) libc.close(source);
    target.close();
  }
}
