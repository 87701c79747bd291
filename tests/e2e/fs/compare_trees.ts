/**
 * Are two directory trees the same? Names as bytes, type, mode, owner, size,
 * mtime to the nanosecond, link count and hard-link groups, extended
 * attributes, symlink targets, device numbers, every byte, and where the holes
 * are. Access and change times are each file system's own and not compared.
 */
import { Buffer } from "node:buffer";
import * as c from "./libc.ts";

export interface CompareOptions {
  /** Whether two modification times (nanoseconds), of directories or of other things, are as they should be; default: equal. */
  readonly sameTime?: (a: bigint, b: bigint, directory: boolean) => boolean;
  /**
   * exact: data extents equal to the byte (tmpfs). loose: zeros may be holes on
   * one side, only a file that lost its sparseness is reported (tmpfs).
   * ignored: ext4 and XFS call reserved space data as soon as its pages are in
   * the cache, and fill it with zeros when they like.
   */
  readonly holes?: "exact" | "loose" | "ignored";
  /** Names at the root that are not compared: what the replicator keeps there. */
  readonly ignore?: readonly string[];
  /** What is not compared, by path below the root: each side has its own there. */
  readonly leaveOut?: (path: string) => boolean;
  /** Differences after which the search ends. */
  readonly limit?: number;
}

/**
 * Zeros that one side may have as data and the other not, with loose holes: what the exerciser reserves stands in a file's first 8 MiB
 * and a little more, and what was reserved during a cut is on one side only.
 */
const LOOSE_BYTES = 16 << 20;
const HIDDEN_ATTRIBUTE = /^trusted\.hakit\./;
const BLOCK = 1 << 20;
const blockA = new Uint8Array(BLOCK);
const blockB = new Uint8Array(BLOCK);

/** The first differences, one line each; an empty list means equal. */
export function compareTrees(
  a: string,
  b: string,
  options: CompareOptions = {},
): string[] {
  const rootA = openRoot(a);
  const rootB = openRoot(b);
  try {
    return compareAt(rootA, rootB, options);
  } finally {
    c.close(rootA);
    c.close(rootB);
  }
}

/** The same for two open directories. */
export function compareAt(
  rootA: number,
  rootB: number,
  options: CompareOptions = {},
): string[] {
  const comparison = new Comparison(options);
  comparison.directory(rootA, rootB, "", options.ignore ?? [".hakit"]);
  comparison.links();
  return comparison.found;
}

export function openRoot(path: string): number {
  const fd = c.open(c.AT_FDCWD, c.native(path), c.O_RDONLY | c.O_DIRECTORY);
  if (fd < 0) throw new Error(`Cannot open directory "${path}": errno ${-fd}`);
  return fd;
}

class Comparison {
  readonly found: string[] = [];
  readonly #options: CompareOptions;
  readonly #limit: number;
  readonly #groupsA = new Map<string, string[]>();
  readonly #groupsB = new Map<string, string[]>();

  constructor(options: CompareOptions) {
    this.#options = options;
    this.#limit = options.limit ?? 10;
  }

  get #full() {
    return this.found.length >= this.#limit;
  }
  #report(path: string, what: string) {
    if (!this.#full) this.found.push(`${c.shown(path) || "."}: ${what}`);
  }

  directory(a: number, b: number, path: string, ignore: readonly string[]) {
    const namesA = this.#names(a, path, "first", ignore);
    const namesB = this.#names(b, path, "second", ignore);
    this.#attributes(a, b, path);
    const inB = new Set(namesB);
    const both = new Set<string>();
    for (const name of namesA) {
      if (inB.delete(name)) both.add(name);
      else this.#report(join(path, name), "only in the first tree");
    }
    for (const name of inB) {
      this.#report(join(path, name), "only in the second tree");
    }
    for (const name of [...both].sort()) {
      if (this.#full) return;
      this.#entry(a, b, join(path, name), name);
    }
  }

  #names(fd: number, path: string, which: string, ignore: readonly string[]) {
    const list = c.names(fd);
    if (typeof list === "number") {
      this.#report(path, `${which} tree cannot be listed: errno ${-list}`);
      return [];
    }
    const seen = new Set(list);
    if (seen.size !== list.length) {
      this.#report(path, `${which} tree lists a name twice`);
    }
    const { leaveOut } = this.#options;
    return list.filter((name) =>
      !ignore.includes(name) && !leaveOut?.(join(path, name))
    );
  }

  #entry(dirA: number, dirB: number, path: string, name: string) {
    const a = c.stat(dirA, name);
    const b = c.stat(dirB, name);
    if (typeof a === "number" || typeof b === "number") {
      this.#report(path, `stat answers ${brief(a)} and ${brief(b)}`);
      return;
    }
    if (!this.#stats(a, b, path)) return;
    group(this.#groupsA, a, path);
    group(this.#groupsB, b, path);
    switch (a.mode & c.S_IFMT) {
      case c.S_IFDIR:
        return this.#opened(
          dirA,
          dirB,
          name,
          path,
          c.O_RDONLY | c.O_DIRECTORY,
          (x, y) => this.directory(x, y, path, []),
        );
      case c.S_IFREG:
        return this.#opened(dirA, dirB, name, path, c.O_RDONLY, (x, y) => {
          this.#attributes(x, y, path);
          this.#data(x, y, path, a.size);
        });
      case c.S_IFLNK: {
        const targetA = c.readlink(dirA, name);
        const targetB = c.readlink(dirB, name);
        if (targetA !== targetB) {
          this.#report(path, `link target "${targetA}" and "${targetB}"`);
        }
      }
    }
    this.#opened(
      dirA,
      dirB,
      name,
      path,
      c.O_PATH,
      (x, y) => this.#attributes(x, y, path),
    );
  }

  /** True when it is worth looking inside. */
  #stats(a: c.Stat, b: c.Stat, path: string): boolean {
    if ((a.mode & c.S_IFMT) !== (b.mode & c.S_IFMT)) {
      this.#report(path, `type ${octal(a.mode)} and ${octal(b.mode)}`);
      return false;
    }
    this.#same(path, "mode", octal(a.mode), octal(b.mode));
    this.#same(path, "uid", a.uid, b.uid);
    this.#same(path, "gid", a.gid, b.gid);
    this.#same(path, "rdev", a.rdev, b.rdev);
    const directory = (a.mode & c.S_IFMT) === c.S_IFDIR;
    // The size of a directory tells its history, not its content.
    if (!directory) {
      this.#same(path, "nlink", a.nlink, b.nlink);
      this.#same(path, "size", a.size, b.size);
    }
    const same = this.#options.sameTime ?? ((x, y) => x === y);
    if (!same(a.mtimeNs, b.mtimeNs, directory)) {
      this.#report(path, `mtime ${a.mtimeNs} and ${b.mtimeNs}`);
    }
    return directory || a.size === b.size;
  }

  #same(
    path: string,
    what: string,
    a: number | string,
    b: number | string,
  ) {
    if (a !== b) this.#report(path, `${what} ${a} and ${b}`);
  }

  #opened(
    dirA: number,
    dirB: number,
    name: string,
    path: string,
    flags: number,
    use: (a: number, b: number) => void,
  ) {
    const a = c.open(dirA, name, flags | c.O_NOFOLLOW);
    const b = c.open(dirB, name, flags | c.O_NOFOLLOW);
    if (a < 0 || b < 0) this.#report(path, `open answers ${a} and ${b}`);
    else use(a, b);
    if (a >= 0) c.close(a);
    if (b >= 0) c.close(b);
  }

  #attributes(a: number, b: number, path: string) {
    const listA = visible(c.listxattr(a));
    const listB = visible(c.listxattr(b));
    if (`${listA}` !== `${listB}`) {
      this.#report(path, `attributes [${listA}] and [${listB}]`);
      return;
    }
    for (const name of listA) {
      const valueA = c.getxattr(a, name);
      const valueB = c.getxattr(b, name);
      if (valueA !== valueB) this.#report(path, `value of ${name} differs`);
    }
  }

  /** Reads only where one of the two has data: a sparse terabyte takes no time. */
  #data(a: number, b: number, path: string, size: number) {
    const extentsA = extents(a, size);
    const extentsB = extents(b, size);
    for (const [from, to] of union(extentsA, extentsB)) {
      for (let at = from; at < to; at += BLOCK) {
        const length = Math.min(BLOCK, to - at);
        const x = blockA.subarray(0, length);
        const y = blockB.subarray(0, length);
        const gotA = c.pread(a, x, at);
        const gotB = c.pread(b, y, at);
        if (gotA !== gotB || gotA !== length) {
          this.#report(path, `read at ${at} gives ${gotA} and ${gotB}`);
          return;
        }
        const wrong = firstDifference(x, y);
        if (wrong >= 0) {
          this.#report(
            path,
            `data at ${at + wrong} of ${size}: ${x[wrong]} and ${y[wrong]}`,
          );
          return;
        }
      }
    }
    this.#holes(extentsA, extentsB, path);
  }

  #holes(a: readonly Extent[], b: readonly Extent[], path: string) {
    const mode = this.#options.holes ?? "exact";
    if (mode === "ignored") return;
    if (mode === "exact") {
      if (text(a) !== text(b)) {
        this.#report(path, `data extents ${text(a)} and ${text(b)}`);
      }
      return;
    }
    const sum = (list: readonly Extent[]) =>
      list.reduce((total, [from, to]) => total + to - from, 0);
    const most = Math.max(sum(a), sum(b));
    if (most - Math.min(sum(a), sum(b)) > LOOSE_BYTES + most / 10) {
      this.#report(path, `${sum(a)} and ${sum(b)} bytes of data extents`);
    }
  }

  /** Names that are one file in the first tree must be one file in the second. */
  links() {
    const words = (groups: Map<string, string[]>) =>
      new Set([...groups.values()].map((paths) => paths.sort().join(" = ")));
    const inB = words(this.#groupsB);
    for (const word of words(this.#groupsA)) {
      if (!inB.has(word)) {
        this.#report(word, "one file in the first tree, not in the second");
      }
    }
  }
}

type Extent = readonly [from: number, to: number];

/** Where a file has data, by SEEK_DATA and SEEK_HOLE. */
export function extents(fd: number, size: number): Extent[] {
  const list: Extent[] = [];
  for (let at = 0; at < size;) {
    const from = c.lseek(fd, at, c.SEEK_DATA);
    if (from < 0) break;
    const to = c.lseek(fd, from, c.SEEK_HOLE);
    if (to <= from) break;
    list.push([from, Math.min(to, size)]);
    at = to;
  }
  return list;
}

/** Both lists in one, without overlaps. */
function union(a: readonly Extent[], b: readonly Extent[]): Extent[] {
  const merged: [number, number][] = [];
  for (const [from, to] of [...a, ...b].sort((x, y) => x[0] - y[0])) {
    const last = merged.at(-1);
    if (last && from <= last[1]) last[1] = Math.max(last[1], to);
    else merged.push([from, to]);
  }
  return merged;
}

/** Index of the first byte that differs, or -1. */
export function firstDifference(a: Uint8Array, b: Uint8Array): number {
  if (Buffer.compare(a, b) === 0) return -1;
  const at = a.findIndex((byte, i) => byte !== b[i]);
  return at < 0 ? a.length : at;
}

function group(groups: Map<string, string[]>, s: c.Stat, path: string) {
  if (s.nlink < 2 || (s.mode & c.S_IFMT) === c.S_IFDIR) return;
  const paths = groups.get(s.id);
  if (paths) paths.push(path);
  else groups.set(s.id, [path]);
}
function visible(list: string[] | number): string[] {
  if (typeof list === "number") return [`errno ${-list}`];
  return list.filter((name) => !HIDDEN_ATTRIBUTE.test(name));
}
function brief(s: c.Stat | number): string {
  return typeof s === "number" ? `errno ${-s}` : "an entry";
}
function text(list: readonly Extent[]): string {
  return list.slice(0, 6).map(([from, to]) => `${from}-${to}`).join(",") +
    (list.length > 6 ? `… (${list.length})` : "");
}
function octal(mode: number): string {
  return mode.toString(8);
}
function join(path: string, name: string): string {
  return path === "" ? name : `${path}/${name}`;
}
