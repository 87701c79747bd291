/**
 * Which names exist, kept in memory so that random operations find something to
 * work on. It is only a list of candidates: what is true is in the model
 * directory, and a name that is gone is a good test too.
 */
import * as c from "./libc.ts";
import type { Random } from "./random.ts";

export type Kind = "directory" | "file" | "link" | "special";

export interface Entry {
  name: string;
  readonly kind: Kind;
  parent: Entry | null;
  /** Entries below a directory. */
  children: number;
}

/** Longest path that operations use: PATH_MAX is 4096, the rest is for one more name. */
const LONGEST_PATH = 3700;

export class NameTree {
  readonly root: Entry = {
    name: "",
    kind: "directory",
    parent: null,
    children: 0,
  };
  #all: Entry[] = [];

  get size() {
    return this.#all.length;
  }

  add(parent: Entry, name: string, kind: Kind): Entry {
    this.remove(this.find(parent, name));
    const entry = { name, kind, parent, children: 0 };
    parent.children++;
    this.#all.push(entry);
    return entry;
  }

  remove(entry: Entry | undefined) {
    if (!entry) return;
    const at = this.#all.indexOf(entry);
    if (at < 0) return;
    this.#all.splice(at, 1);
    if (entry.parent) entry.parent.children--;
  }

  move(entry: Entry, parent: Entry, name: string) {
    const replaced = this.find(parent, name);
    if (replaced !== entry) this.remove(replaced);
    entry.parent!.children--;
    entry.parent = parent;
    entry.name = name;
    parent.children++;
  }

  exchange(a: Entry, b: Entry) {
    const { parent, name } = a;
    a.parent!.children--;
    b.parent!.children--;
    a.parent = b.parent;
    a.name = b.name;
    b.parent = parent;
    b.name = name;
    a.parent!.children++;
    b.parent!.children++;
  }

  find(parent: Entry, name: string): Entry | undefined {
    return this.#all.find((e) => e.parent === parent && e.name === name);
  }

  path(entry: Entry): string {
    if (entry.parent === null) return ".";
    return this.below(entry.parent, entry.name);
  }

  below(parent: Entry, name: string): string {
    const parts = [name];
    for (let at = parent; at.parent; at = at.parent) parts.unshift(at.name);
    return parts.join("/");
  }

  /** Some entry of one of these kinds; undefined when there seems to be none. */
  pick(random: Random, ...kinds: Kind[]): Entry | undefined {
    for (let attempt = 0; attempt < 30 && this.#all.length > 0; attempt++) {
      const entry = random.pick(this.#all);
      if (kinds.length === 0 || kinds.includes(entry.kind)) return entry;
    }
  }

  /** A directory to put something into, the root included. */
  directory(random: Random): Entry {
    if (random.chance(0.2)) return this.root;
    const entry = this.pick(random, "directory") ?? this.root;
    return this.path(entry).length > LONGEST_PATH ? this.root : entry;
  }

  /** Reads the names again from a directory, in an order that does not depend on the file system. */
  rebuild(fd: number) {
    this.#all = [];
    this.root.children = 0;
    this.#read(fd, this.root);
  }

  #read(fd: number, parent: Entry) {
    const names = c.names(fd);
    if (typeof names === "number") return;
    for (const name of names.sort()) {
      const stat = c.stat(fd, name);
      if (typeof stat === "number") continue;
      const entry: Entry = { name, kind: kindOf(stat), parent, children: 0 };
      parent.children++;
      this.#all.push(entry);
      if (entry.kind !== "directory") continue;
      const below = c.open(fd, name, c.O_RDONLY | c.O_DIRECTORY);
      if (below < 0) continue;
      this.#read(below, entry);
      c.close(below);
    }
  }
}

function kindOf(stat: c.Stat): Kind {
  switch (stat.mode & c.S_IFMT) {
    case c.S_IFDIR:
      return "directory";
    case c.S_IFREG:
      return "file";
    case c.S_IFLNK:
      return "link";
    default:
      return "special";
  }
}

/**
 * A name, mostly from a small set so that names meet again. Devices and pipes
 * have names of their own, so that no symlink leads an open() to one.
 */
export function randomName(random: Random, kind: Kind): string {
  if (kind === "special") return `special${random.below(12)}`;
  const x = random.next();
  if (x < 0.7) return `n${random.below(60)}`;
  if (x < 0.8) return `a longer name, ${random.below(20)} of 20.txt`;
  if (x < 0.84) return `${random.below(6)}`.padEnd(255, "long");
  if (x < 0.9) {
    return c.native(`ümlaut-日本-${random.below(9)}`);
  }
  const odd = ["\x01", "\xff\xfe", "\n", "\\", "\xc3", " ", "%2f", '"', "'"];
  return `${random.pick(odd)}${random.below(5)}${random.pick(odd)}`;
}
