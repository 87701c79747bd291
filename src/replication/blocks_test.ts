import { deepStrictEqual, notDeepStrictEqual } from "node:assert/strict";
import fc from "fast-check";
import { Chunks, dataRuns, nextData, SUMMARY } from "./blocks.ts";

const PAGE = 4096;

Deno.test("dataRuns() covers exactly the pages that are not zeros", () => {
  fc.assert(
    fc.property(
      fc.array(fc.boolean(), { maxLength: 40 }),
      fc.integer({ min: 1, max: PAGE }),
      (pages, last) => {
        const length = Math.max(0, (pages.length - 1) * PAGE + last);
        const bytes = new Uint8Array(pages.length > 0 ? length : 0);
        pages.forEach((data, page) => {
          // In the last byte of the page: the first one alone does not decide.
          if (data) bytes[Math.min((page + 1) * PAGE, length) - 1] = 1;
        });
        const covered = pages.map(() => false);
        let before = -1;
        for (const [begin, end] of dataRuns(bytes)) {
          for (let at = begin; at < end; at += PAGE) covered[at / PAGE] = true;
          deepStrictEqual(begin > before, true);
          before = end;
        }
        deepStrictEqual(covered, pages);
      },
    ),
  );
});

Deno.test("a chunk's summary does not tell zeros from holes, and nothing else from each other", () => {
  const chunks = new Chunks();
  const summary = (write: (file: Deno.FsFile) => void) => {
    const path = Deno.makeTempFileSync();
    using file = Deno.openSync(path, { read: true, write: true });
    file.truncateSync(3 * 65536 + 5);
    write(file);
    const out = new Uint8Array(SUMMARY * 16);
    const blocks = chunks.summarize(descriptorOf(path), 0, 3 * 65536 + 5, out);
    Deno.removeSync(path);
    return [blocks, ...out];
  };
  const at = (file: Deno.FsFile, offset: number, bytes: Uint8Array) => {
    file.seekSync(offset, Deno.SeekMode.Start);
    file.writeSync(bytes);
  };
  const hole = summary(() => {});
  const zeros = summary((file) => at(file, 65536, new Uint8Array(8192)));
  deepStrictEqual(zeros, hole);
  notDeepStrictEqual(
    summary((file) => at(file, 70000, new Uint8Array([1]))),
    hole,
  );
  notDeepStrictEqual(
    summary((file) => at(file, 3 * 65536 + 4, new Uint8Array([1]))),
    hole,
  );
});

Deno.test("nextData() finds the page with data, and takes for data what cannot be asked", () => {
  const path = Deno.makeTempFileSync();
  using file = Deno.openSync(path, { read: true, write: true });
  const size = 1 << 20;
  file.truncateSync(size);
  file.seekSync(5 * 65536 + 9, Deno.SeekMode.Start);
  file.writeSync(new Uint8Array([1]));
  const fd = descriptorOf(path);
  Deno.removeSync(path);
  deepStrictEqual(
    [
      nextData(fd, 0, size),
      nextData(fd, 5 * 65536 + 1, size),
      nextData(fd, 6 * 65536, size),
      nextData(fd, 0, 65536),
      nextData(fd, 7, 7),
      nextData(-1, 4096, size),
    ],
    [5 * 65536, 5 * 65536 + 1, size, 65536, 7, 4096],
  );
});

/** The number of a descriptor of this process that stands for `path`. */
function descriptorOf(path: string): number {
  for (const { name } of Deno.readDirSync("/proc/self/fd")) {
    try {
      if (Deno.readLinkSync(`/proc/self/fd/${name}`) === path) {
        return Number(name);
      }
    } catch { /* the descriptor of this very listing */ }
  }
  throw new Error(`no descriptor for ${path}`);
}
