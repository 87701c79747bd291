/**
 * Two directories that must behave alike: the mount under test and a model, a
 * plain directory on the same kind of file system. Every call is made on both
 * and both answers must be equal, errors included.
 */
import { Buffer } from "node:buffer";
import { type Entry, type Kind, NameTree, randomName } from "./name_tree.ts";
import { compareAt, type CompareOptions } from "./compare_trees.ts";
import * as c from "./libc.ts";
import { Random } from "./random.ts";

/** Raised at the first answer that is not the model's. */
export class Divergence extends Error {
  override readonly name = "Divergence";
}

export type SideIndex = 0 | 1;

export interface OpenFile {
  /** Descriptor on the mount and on the model. */
  readonly fds: readonly [number, number];
  readonly flags: number;
  readonly path: string;
}

export interface User {
  readonly uid: number;
  readonly gid: number;
  readonly groups: readonly number[];
}
const USERS: readonly User[] = [
  { uid: 1201, gid: 1201, groups: [1301] },
  { uid: 1202, gid: 1202, groups: [1301, 1302] },
  { uid: 65534, gid: 65534, groups: [] },
];

/** Clock ticks are up to 10 ms long, and an answer takes its time. */
const TICK_MS = 20;
/** How far times of an earlier run may be apart: as long as a call could be held up then. */
const OLD_TIMES_MS = 5000;
const MOST_OPEN = 24;
const HISTORY = 40;
const POOL = 8 << 20;

export interface WorldOptions {
  readonly mount: string;
  readonly model: string;
  readonly seed: number;
  readonly holes: NonNullable<CompareOptions["holes"]>;
  /** A change may be made so much later than it was answered, and has that time: with the guarantee `fsync`. */
  readonly lateMs?: number;
  /** Calls a line for every call: for finding what went wrong. */
  readonly trace?: (line: string) => void;
}

export class World {
  readonly random: Random;
  readonly tree = new NameTree();
  readonly roots: readonly [number, number];
  readonly open: OpenFile[] = [];
  readonly history: string[] = [];
  readonly #options: WorldOptions;
  /** Random bytes to write: a page-aligned mapping, so that O_DIRECT takes them. */
  readonly #pool = c.alignedBuffer(POOL);
  readonly #read = [c.alignedBuffer(4 << 20), c.alignedBuffer(4 << 20)];
  /** Longest call on the mount so far: how long applications were held up. */
  longestMs = 0;
  /** Longest pair of calls so far: how far the times of both sides may differ. */
  #slowestMs = 0;

  /** What an earlier run left behind has times of its own. */
  takeOver() {
    if (this.tree.size > 0) this.#slowestMs = OLD_TIMES_MS;
  }
  /** Who makes the calls, for messages. */
  #who = "root";

  constructor(options: WorldOptions) {
    this.#options = options;
    this.#slowestMs = options.lateMs ?? 0;
    this.random = new Random(options.seed);
    const filler = new Random(options.seed ^ 0x5bd1e995);
    const words = new Uint32Array(this.#pool.buffer);
    for (let i = 0; i < words.length; i++) words[i] = filler.next() * 2 ** 32;
    this.roots = [openTop(options.mount), openTop(options.model)];
  }

  close() {
    for (const file of this.open.splice(0)) this.closeFile(file);
    for (const root of this.roots) c.close(root);
  }

  get holes() {
    return this.#options.holes;
  }

  /** Makes one call on both sides and insists on the same answer. */
  both<T extends number | string | readonly string[]>(
    what: string,
    call: (root: number, side: SideIndex) => T,
  ): T {
    const started = performance.now();
    const mount = this.#timed(() => call(this.roots[0], 0));
    const model = call(this.roots[1], 1);
    this.#slowestMs = Math.max(this.#slowestMs, performance.now() - started);
    this.note(`${this.#who} ${what} = ${brief(model)}`);
    if (String(mount) !== String(model)) {
      this.fail(`${what} answers ${brief(mount)}, model ${brief(model)}`);
    }
    return model;
  }

  #timed<T>(call: () => T): T {
    const start = performance.now();
    const result = call();
    this.longestMs = Math.max(this.longestMs, performance.now() - start);
    return result;
  }

  note(line: string) {
    this.history.push(line);
    if (this.history.length > HISTORY) this.history.shift();
    this.#options.trace?.(line);
  }

  fail(message: string): never {
    throw new Divergence(message);
  }

  /** Runs operations as somebody else, who may be refused. */
  as(user: User | null, run: () => void) {
    if (!user) return run();
    this.#who = `uid ${user.uid}`;
    c.actAs(user.uid, user.gid, user.groups);
    try {
      run();
    } finally {
      c.actAs(0, 0, []);
      this.#who = "root";
    }
  }
  someUser(): User {
    return this.random.pick(USERS);
  }
  someOwner(): number {
    return this.random.pick([0, ...USERS.map((user) => user.uid), 0xffffffff]);
  }
  someGroup(): number {
    return this.random.pick([0, 1201, 1202, 1301, 1302, 65534, 0xffffffff]);
  }

  /** A descriptor of each side, closed after use; a refusal is compared and answered. */
  withOpen(
    path: string,
    flags: number,
    use: (fds: readonly [number, number]) => void,
  ): number {
    const fds: [number, number] = [-1, -1];
    const result = this.both(
      `open ${c.shown(path)} ${flags.toString(8)}`,
      (root, side) => {
        fds[side] = c.open(root, path, flags);
        return Math.min(fds[side], 0);
      },
    );
    if (result < 0) return result;
    try {
      use(fds);
    } finally {
      for (const fd of fds) c.close(fd);
    }
    return 0;
  }

  keep(file: OpenFile) {
    this.open.push(file);
    if (this.open.length > MOST_OPEN) {
      const [oldest] = this.open.splice(this.random.below(MOST_OPEN), 1);
      this.closeFile(oldest!);
    }
  }
  closeFile(file: OpenFile) {
    for (const fd of file.fds) c.close(fd);
  }

  /** Bytes to write; an address divisible by 4096 when `aligned`. */
  data(size: number, aligned = false): Uint8Array<ArrayBuffer> {
    let from = this.random.below(POOL - size);
    if (aligned) from -= from % 4096;
    return this.#pool.subarray(from, from + size);
  }

  /** Reads on both sides and compares every byte. */
  readBack(fds: readonly number[], at: number, size: number, what: string) {
    const n = this.both(
      `read ${what} ${size}@${at}`,
      (_, side) => c.pread(fds[side]!, this.#read[side]!.subarray(0, size), at),
    );
    if (n <= 0) return;
    const [a, b] = this.#read.map((buffer) => buffer.subarray(0, n));
    if (Buffer.compare(a!, b!) === 0) return;
    const wrong = a!.findIndex((byte, i) => byte !== b![i]);
    this.fail(
      `${what}: byte ${at + wrong} is ${a![wrong]}, model ${b![wrong]}`,
    );
  }

  /** Compares what stat says; `path` "" with descriptors, else below the roots. */
  sameStat(path: string, dirs: readonly number[] = this.roots) {
    const a = this.#timed(() => c.stat(dirs[0]!, path));
    const b = c.stat(dirs[1]!, path);
    const [x, y] = [line(a), line(b)];
    if (x !== y) this.fail(`stat ${c.shown(path)}: ${x}, model ${y}`);
    if (typeof a === "number" || typeof b === "number") return;
    if (!this.sameTime(a.mtimeNs, b.mtimeNs)) {
      this.fail(
        `mtime of ${c.shown(path)} is ${a.mtimeNs}, model ${b.mtimeNs}`,
      );
    }
  }

  /** Equal when they were set; as near as the two calls were when the clock was taken. */
  sameTime = (a: bigint, b: bigint): boolean => {
    const apart = Number(a > b ? a - b : b - a) / 1e6;
    return apart <= this.#slowestMs + TICK_MS;
  };

  /** Everything: names, metadata, data. */
  compareAll() {
    const found = compareAt(this.roots[0], this.roots[1], {
      sameTime: this.sameTime,
      holes: this.holes,
    });
    if (found.length > 0) this.fail(found.join("\n"));
  }

  /** Where something new could go: mostly a free name, sometimes a taken one. */
  place(kind: Kind): { parent: Entry; name: string; path: string } {
    const parent = this.tree.directory(this.random);
    const name = randomName(this.random, kind);
    return { parent, name, path: this.tree.below(parent, name) };
  }
}

function openTop(path: string): number {
  const fd = c.open(c.AT_FDCWD, c.native(path), c.O_RDONLY | c.O_DIRECTORY);
  if (fd < 0) throw new Error(`Cannot open directory "${path}": errno ${-fd}`);
  return fd;
}

function line(s: c.Stat | number): string {
  if (typeof s === "number") return `errno ${-s}`;
  const directory = (s.mode & c.S_IFMT) === c.S_IFDIR;
  return `mode ${s.mode.toString(8)} owner ${s.uid}:${s.gid} rdev ${s.rdev}` +
    (directory ? "" : ` links ${s.nlink} size ${s.size}`);
}

function brief(value: unknown): string {
  const text = typeof value === "string" ? c.shown(value) : String(value);
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
