/**
 * What an application may do to a file system, as a table of random operations.
 * Each picks its arguments from the world's random numbers only, so that a seed
 * repeats the run.
 */
import * as c from "./libc.ts";
import type { Entry } from "./name_tree.ts";
import type { OpenFile, World } from "./world.ts";

export interface Operation {
  readonly name: string;
  readonly weight: number;
  readonly run: (world: World) => void;
}

const MODES = [
  0o644,
  0o600,
  0o666,
  0o755,
  0o777,
  0o400,
  0o000,
  0o4755,
  0o2755,
  0o6777,
  0o1777,
  0o2770,
  0o070,
  0o007,
];
/** Leaves an owner or a group as it is. */
const KEEP = 0xffffffff;
const OWN_ATTRIBUTES = [
  "user.a",
  "user.b",
  "user.c d",
  "user.".padEnd(200, "x"),
  "trusted.t",
  "user.empty",
];
/** keep size, punch, zero, zero and keep: what the kernel lets through to FUSE. */
const FALLOCATE_MODES = [0, 1, 3, 3, 3, 16, 17];
/** A directory with more entries than this loses some before it gets more. */
export const MOST_ENTRIES = 400;

/** Sizes around the limits that matter: a page, a FUSE request of 1 MiB. */
function someSize(world: World): number {
  const r = world.random;
  const x = r.next();
  if (x < 0.35) return 1 + r.below(600);
  if (x < 0.6) return 4096 * (1 + r.below(4));
  if (x < 0.92) return 1 + r.below(40_000);
  if (x < 0.985) return 1 + r.below(200_000);
  return (1 << 20) - 2 + r.below(5) + r.below(2) * (1 << 20);
}

function someOffset(world: World, size: number): number {
  const r = world.random;
  const x = r.next();
  if (x < 0.5) return r.below(size + 1);
  if (x < 0.8) return Math.max(0, size - 3 + r.below(7));
  if (x < 0.97) return r.below(1 << 20);
  if (x < 0.998) return r.below(100 << 20);
  return 4294967296 - 2 + r.below(4096);
}

function someFile(world: World): string | undefined {
  const r = world.random;
  const entry = world.tree.pick(r, "file");
  if (!entry) return undefined;
  // Now and then the way leads over a symlink.
  if (r.chance(0.05)) {
    const link = world.tree.pick(r, "link");
    if (link) return world.tree.path(link);
  }
  return world.tree.path(entry);
}

function sizeOf(file: OpenFile): number {
  const stat = c.stat(file.fds[1], "");
  return typeof stat === "number" ? 0 : stat.size;
}

function someOpen(world: World): OpenFile | undefined {
  if (world.open.length === 0) return undefined;
  return world.random.pick(world.open);
}

/** For O_DIRECT: offset, size and address by whole pages. */
function page(value: number): number {
  return value - value % 4096;
}

function write(world: World, file: OpenFile) {
  let at = someOffset(world, sizeOf(file));
  let size = someSize(world);
  const direct = (file.flags & c.O_DIRECT) !== 0;
  if (direct) {
    at = page(at);
    size = Math.max(4096, page(size));
  }
  const data = world.data(size, direct);
  world.both(
    `write ${c.shown(file.path)} ${size}@${at}`,
    (_, side) => c.pwrite(file.fds[side], data, at),
  );
  world.sameStat("", file.fds);
}

function openFile(world: World) {
  const r = world.random;
  let flags = r.pick([c.O_RDONLY, c.O_WRONLY, c.O_RDWR, c.O_RDWR]) |
    c.O_NONBLOCK;
  if (r.chance(0.12)) flags |= c.O_APPEND;
  if (r.chance(0.08)) flags |= c.O_TRUNC;
  if (r.chance(0.05)) flags |= c.O_SYNC;
  if (r.chance(0.05)) flags |= c.O_DSYNC;
  // Together with O_APPEND the end of the file would have to be aligned too.
  if (r.chance(0.1) && !(flags & c.O_APPEND)) flags |= c.O_DIRECT;
  if (r.chance(0.1)) flags |= c.O_NOFOLLOW;
  if (r.chance(0.02)) flags |= c.O_DIRECTORY;
  const fresh = r.chance(0.5);
  const place = world.place("file");
  const path = fresh ? place.path : someFile(world) ?? place.path;
  if (fresh || r.chance(0.1)) flags |= c.O_CREAT;
  if (r.chance(fresh ? 0.2 : 0.02)) flags |= c.O_CREAT | c.O_EXCL;
  if (flags & c.O_CREAT) flags &= ~c.O_DIRECTORY;
  const mode = r.pick(MODES);
  const fds: [number, number] = [-1, -1];
  const result = world.both(
    `open ${c.shown(path)} ${flags.toString(8)} ${mode.toString(8)}`,
    (root, side) => {
      fds[side] = c.open(root, path, flags, mode);
      return Math.min(fds[side], 0);
    },
  );
  if (result < 0) return;
  world.sameStat("", fds);
  const file = { fds, flags, path } as const;
  world.keep(file);
  if (!(flags & c.O_CREAT)) return;
  // Through a symlink the new file is elsewhere: look again.
  if (!fresh) world.tree.rebuild(world.roots[1]);
  else {
    const found = world.tree.find(place.parent, place.name);
    if (found?.kind === "link") world.tree.rebuild(world.roots[1]);
    else if (!found) world.tree.add(place.parent, place.name, "file");
  }
  if (r.chance(0.5)) write(world, file);
}

function truncate(world: World) {
  const r = world.random;
  const file = someOpen(world);
  if (file && r.chance(0.5)) {
    const size = someOffset(world, sizeOf(file));
    world.both(
      `ftruncate ${c.shown(file.path)} ${size}`,
      (_, side) => c.ftruncate(file.fds[side], size),
    );
    return world.sameStat("", file.fds);
  }
  const path = someFile(world);
  if (!path) return;
  world.withOpen(path, c.O_PATH | c.O_NOFOLLOW, (fds) => {
    const stat = c.stat(fds[1], "");
    if (typeof stat === "number" || (stat.mode & c.S_IFMT) !== c.S_IFREG) {
      return;
    }
    const size = someOffset(world, stat.size);
    // Whether a truncate that changes nothing is a change is left open by POSIX.
    if (size === stat.size) return;
    world.both(
      `truncate ${c.shown(path)} ${size}`,
      (_, side) => c.truncateOf(fds[side], size),
    );
    world.sameStat("", fds);
  });
}

function fallocate(world: World) {
  const file = someOpen(world);
  if (!file) return;
  const mode = world.random.pick(FALLOCATE_MODES);
  const size = Math.min(sizeOf(file), 8 << 20);
  const at = mode === 3 ? world.random.below(size + 4096) : Math.min(
    someOffset(world, size),
    8 << 20,
  );
  const length = world.random.chance(0.3)
    ? 4096 * (1 + world.random.below(8))
    : someSize(world);
  world.both(
    `fallocate ${c.shown(file.path)} mode ${mode} ${length}@${at}`,
    (_, side) => c.fallocate(file.fds[side], mode, at, length),
  );
  world.sameStat("", file.fds);
}

function seek(world: World) {
  const file = someOpen(world);
  if (!file) return;
  const stat = c.stat(file.fds[1], "");
  // In a directory it means nothing.
  if (typeof stat === "number" || (stat.mode & c.S_IFMT) !== c.S_IFREG) return;
  const at = someOffset(world, stat.size);
  const whence = world.random.pick([c.SEEK_DATA, c.SEEK_HOLE]);
  world.both(
    `seek ${whence === c.SEEK_DATA ? "data" : "hole"} ${
      c.shown(file.path)
    } ${at}`,
    (_, side) => {
      const answer = c.lseek(file.fds[side], at, whence);
      // Where unwritten space becomes zeros is the file system's affair.
      if (world.holes === "exact") return answer;
      return at < stat.size ? 0 : answer;
    },
  );
}

function rename(world: World) {
  const r = world.random;
  const entry = world.tree.pick(r);
  if (!entry) return;
  const from = world.tree.path(entry);
  const other = r.chance(0.25) && entry.kind !== "special"
    ? world.tree.pick(r, "directory", "file", "link")
    : undefined;
  const place = other ? placeOf(world, other) : world.place(entry.kind);
  const flags = r.chance(0.15)
    ? c.RENAME_NOREPLACE
    : other && r.chance(0.4)
    ? c.RENAME_EXCHANGE
    : 0;
  const result = world.both(
    `rename ${c.shown(from)} to ${c.shown(place.path)} flags ${flags}`,
    (root) => c.rename(root, from, place.path, flags),
  );
  world.sameStat(from);
  world.sameStat(place.path);
  if (result < 0) return;
  if (flags === c.RENAME_EXCHANGE) return world.tree.exchange(entry, other!);
  // Two names of one file: rename does nothing, and only the disk knows.
  if (typeof c.stat(world.roots[1], from) !== "number") {
    return world.tree.rebuild(world.roots[1]);
  }
  world.tree.move(entry, place.parent, place.name);
}

function placeOf(world: World, entry: Entry) {
  return {
    parent: entry.parent!,
    name: entry.name,
    path: world.tree.path(entry),
  };
}

function link(world: World) {
  const r = world.random;
  const entry = r.chance(0.97)
    ? world.tree.pick(r, "file", "link", "special")
    : world.tree.pick(r);
  if (!entry) return;
  const from = world.tree.path(entry);
  const place = world.place(entry.kind);
  const flags = r.chance(0.2) ? c.AT_SYMLINK_FOLLOW : 0;
  const result = world.both(
    `link ${c.shown(from)} to ${c.shown(place.path)} flags ${flags}`,
    (root) => c.link(root, from, place.path, flags),
  );
  world.sameStat(from);
  if (result < 0) return;
  if (flags && entry.kind === "link") {
    world.tree.rebuild(world.roots[1]);
  } else world.tree.add(place.parent, place.name, entry.kind);
  world.sameStat(place.path);
}

/** Targets lead downwards or nowhere, never out of the tree: a moved link must not reach the machine's own files. */
function symlinkTarget(world: World, parent: Entry): string {
  const r = world.random;
  if (r.chance(0.1)) return "/nonexistent/".padEnd(20 + r.below(3000), "t");
  for (let attempt = 0; attempt < 10; attempt++) {
    const entry = world.tree.pick(r, "file", "directory", "link");
    if (entry?.parent === parent) return entry.name;
    if (entry?.parent?.parent === parent) {
      return `${entry.parent.name}/${entry.name}`;
    }
  }
  return `n${r.below(60)}`;
}

function symlink(world: World) {
  const place = world.place("link");
  const target = symlinkTarget(world, place.parent);
  const result = world.both(
    `symlink ${c.shown(place.path)} to ${c.shown(target)}`,
    (root) => c.symlink(target, root, place.path),
  );
  world.sameStat(place.path);
  if (result === 0) world.tree.add(place.parent, place.name, "link");
}

function unlink(world: World) {
  const r = world.random;
  const entry = r.chance(0.97)
    ? world.tree.pick(r, "file", "link", "special")
    : world.tree.pick(r, "directory");
  if (!entry) return;
  const path = world.tree.path(entry);
  const result = world.both(
    `unlink ${c.shown(path)}`,
    (root) => c.unlink(root, path),
  );
  world.sameStat(path);
  if (result === 0) world.tree.remove(entry);
}

function rmdir(world: World) {
  const r = world.random;
  const entry = world.tree.pick(r, "directory");
  if (!entry) return;
  const path = world.tree.path(entry);
  const result = world.both(
    `rmdir ${c.shown(path)}`,
    (root) => c.rmdir(root, path),
  );
  if (result === 0) world.tree.remove(entry);
  world.sameStat(path);
}

function mkdir(world: World) {
  const r = world.random;
  const place = world.place("directory");
  const mode = r.pick([0o755, 0o777, 0o700, 0o2775, 0o1777]);
  const result = world.both(
    `mkdir ${c.shown(place.path)} ${mode.toString(8)}`,
    (root) => c.mkdir(root, place.path, mode),
  );
  world.sameStat(place.path);
  if (result === 0) world.tree.add(place.parent, place.name, "directory");
}

function mknod(world: World) {
  const r = world.random;
  const place = world.place("special");
  const type = r.pick([c.S_IFIFO, c.S_IFSOCK, c.S_IFCHR, c.S_IFBLK]);
  const [major, minor] = [r.below(4000), r.below(1 << 18)];
  const result = world.both(
    `mknod ${c.shown(place.path)} ${type.toString(8)} ${major}:${minor}`,
    (root) => c.mknod(root, place.path, type | 0o644, major, minor),
  );
  world.sameStat(place.path);
  if (result === 0) world.tree.add(place.parent, place.name, "special");
}

function chmod(world: World) {
  const r = world.random;
  const mode = r.pick(MODES);
  const file = someOpen(world);
  if (file && r.chance(0.3)) {
    world.both(
      `fchmod ${c.shown(file.path)} ${mode.toString(8)}`,
      (_, side) => c.fchmod(file.fds[side], mode),
    );
    return world.sameStat("", file.fds);
  }
  const entry = world.tree.pick(r);
  if (!entry) return;
  const path = world.tree.path(entry);
  world.both(
    `chmod ${c.shown(path)} ${mode.toString(8)}`,
    (root) => c.chmod(root, path, mode),
  );
  world.sameStat(path);
}

function chown(world: World) {
  const entry = world.tree.pick(world.random);
  if (!entry) return;
  const path = world.tree.path(entry);
  const [uid, gid] = [world.someOwner(), world.someGroup()];
  // A change of neither reaches FUSE as a request without a content.
  if (uid === KEEP && gid === KEEP) return;
  world.both(
    `lchown ${c.shown(path)} ${uid}:${gid}`,
    (root) => c.lchown(root, path, uid, gid),
  );
  world.sameStat(path);
}

function someTime(world: World): c.Time {
  const r = world.random;
  if (r.chance(0.1)) return { seconds: 0, nanoseconds: c.UTIME_NOW };
  if (r.chance(0.1)) return { seconds: 0, nanoseconds: c.UTIME_OMIT };
  // Up to 2038 and a little before 1970: what every file system keeps.
  return {
    seconds: r.below(2_100_000_000) - 1_000_000,
    nanoseconds: r.below(1_000_000_000),
  };
}

function utimens(world: World) {
  const r = world.random;
  const [atime, mtime] = [someTime(world), someTime(world)];
  const what = `${mtime.seconds}.${mtime.nanoseconds}`;
  const file = someOpen(world);
  if (file && r.chance(0.3)) {
    world.both(
      `futimens ${c.shown(file.path)} ${what}`,
      (_, side) => c.futimens(file.fds[side], atime, mtime),
    );
    return world.sameStat("", file.fds);
  }
  const entry = world.tree.pick(r);
  if (!entry) return;
  const path = world.tree.path(entry);
  world.both(
    `utimens ${c.shown(path)} ${what}`,
    (root) => c.utimens(root, path, atime, mtime),
  );
  world.sameStat(path);
}

function xattr(world: World) {
  const r = world.random;
  const entry = world.tree.pick(r);
  if (!entry) return;
  const path = world.tree.path(entry);
  const name = r.pick(OWN_ATTRIBUTES);
  world.withOpen(path, c.O_PATH | c.O_NOFOLLOW, (fds) => {
    const x = r.next();
    if (x < 0.5) {
      const size = name === "user.empty" ? 0 : r.below(300);
      const value = world.data(size);
      const flags = r.pick([0, 0, 0, 1, 2]);
      world.both(
        `setxattr ${c.shown(path)} ${name} ${size} flags ${flags}`,
        (_, side) => c.setxattr(fds[side], name, value, flags),
      );
    } else if (x < 0.7) {
      world.both(
        `removexattr ${c.shown(path)} ${name}`,
        (_, side) => c.removexattr(fds[side], name),
      );
    }
    world.both(
      `getxattr ${c.shown(path)} ${name}`,
      (_, side) => c.getxattr(fds[side], name),
    );
    world.both(
      `listxattr ${c.shown(path)}`,
      (_, side) => untrusted(c.listxattr(fds[side])),
    );
  });
}

/** The kernel goes by capabilities, which these users keep; the mount by the user. */
function untrusted(names: string[] | number) {
  return typeof names === "number"
    ? names
    : names.filter((name) => !name.startsWith("trusted."));
}

/** An access control list as setfacl writes it: struct posix_acl_xattr_header, version 2, and entries. */
function someAcl(world: World): Uint8Array<ArrayBuffer> {
  const r = world.random, none = 0xffffffff;
  const entries: (readonly [tag: number, id: number])[] = [[1, none]];
  if (r.chance(0.7)) entries.push([2, 1201]);
  if (r.chance(0.3)) entries.push([2, 1202]);
  entries.push([4, none]);
  if (r.chance(0.3)) entries.push([8, 1301]);
  // Without users and groups it is a mode; with them it needs a mask.
  if (entries.length > 2 || r.chance(0.3)) entries.push([16, none]);
  entries.push([32, none]);
  const value = new Uint8Array(4 + entries.length * 8);
  const view = new DataView(value.buffer);
  view.setUint32(0, 2, true);
  entries.forEach(([tag, id], i) => {
    view.setUint16(4 + i * 8, tag, true);
    // Setgid without the group's execute right, which means nothing, goes with a write by some and not by others: FUSE does not
    // tell by whom.
    const least = tag === 4 || tag === 16 ? 1 : 0;
    view.setUint16(6 + i * 8, tag === 1 ? 7 : r.below(8) | least, true);
    view.setUint32(8 + i * 8, id, true);
  });
  return value;
}

function acl(world: World) {
  const r = world.random;
  const entry = world.tree.pick(r, "file", "directory", "directory", "special");
  if (!entry) return;
  const path = world.tree.path(entry);
  const name = `system.posix_acl_${r.chance(0.5) ? "access" : "default"}`;
  // An access list goes by setting one that says no more than a mode: tmpfs takes setgid with a removal, ext4 does not.
  const value = name.endsWith("default") && r.chance(0.4)
    ? null
    : someAcl(world);
  world.withOpen(path, c.O_PATH | c.O_NOFOLLOW, (fds) => {
    world.both(
      `${value ? "set" : "remove"} ${name} of ${c.shown(path)}`,
      (_, side) =>
        value
          ? c.setxattr(fds[side], name, value, 0)
          : c.removexattr(fds[side], name),
    );
    world.both(
      `getxattr ${c.shown(path)} ${name}`,
      (_, side) => c.getxattr(fds[side], name),
    );
    world.sameStat("", fds);
  });
}

/** A file without a name, which mostly gets one and stays open. */
function nameless(world: World) {
  const r = world.random;
  const folder = world.tree.path(world.tree.directory(r));
  const place = world.place("file");
  const flags = c.O_TMPFILE | c.O_RDWR | (r.chance(0.1) ? c.O_EXCL : 0);
  const mode = r.pick(MODES);
  const fds: [number, number] = [-1, -1];
  const result = world.both(
    `open O_TMPFILE ${c.shown(folder)} ${mode.toString(8)}`,
    (root, side) => {
      fds[side] = c.open(root, folder, flags, mode);
      return Math.min(fds[side], 0);
    },
  );
  if (result < 0) return;
  const file = { fds, flags, path: place.path } as const;
  world.keep(file);
  world.sameStat("", fds);
  if (r.chance(0.8)) write(world, file);
  if (r.chance(0.2)) return;
  const linked = world.both(
    `link the nameless to ${c.shown(place.path)}`,
    (root, side) => c.linkOf(fds[side], root, place.path),
  );
  world.sameStat("", fds);
  if (linked === 0) world.tree.add(place.parent, place.name, "file");
  if (r.chance(0.5)) write(world, file);
}

function readdir(world: World) {
  const path = world.tree.path(world.tree.directory(world.random));
  world.withOpen(path, c.O_RDONLY | c.O_DIRECTORY, (fds) => {
    world.both(`readdir ${c.shown(path)}`, (_, side) => {
      const names = c.names(fds[side]);
      return typeof names === "number" ? names : names.map(c.shown).sort();
    });
  });
}

function mapped(world: World) {
  const r = world.random;
  const path = someFile(world);
  if (!path) return;
  world.withOpen(path, c.O_RDWR | c.O_NONBLOCK, (fds) => {
    world.sameStat("", fds);
    const stat = c.stat(fds[1], "");
    if (typeof stat === "number" || stat.size === 0) return;
    if ((stat.mode & c.S_IFMT) !== c.S_IFREG) return;
    const at = r.below(stat.size);
    const data = world.data(Math.min(1 + r.below(30_000), stat.size - at));
    world.both(
      `mmap write ${c.shown(path)} ${data.length}@${at}`,
      (_, side) => c.writeMapped(fds[side], data, at),
    );
    world.readBack(fds, at, data.length, c.shown(path));
  });
}

function sync(world: World) {
  const r = world.random;
  const file = someOpen(world);
  if (file && r.chance(0.7)) {
    const call = r.chance(0.5) ? c.fsync : c.fdatasync;
    world.both(
      `fsync ${c.shown(file.path)}`,
      (_, side) => call(file.fds[side]),
    );
    return;
  }
  const path = world.tree.path(world.tree.directory(r));
  world.withOpen(path, c.O_RDONLY | c.O_DIRECTORY, (fds) => {
    world.both(`fsync ${c.shown(path)}`, (_, side) => c.fsync(fds[side]));
  });
}

function copyRange(world: World) {
  const [from, to] = [someOpen(world), someOpen(world)];
  if (!from || !to || from === to) return;
  if ((from.flags | to.flags) & c.O_DIRECT) return;
  const size = Math.min(someSize(world), 100_000);
  const fromAt = someOffset(world, sizeOf(from));
  const toAt = someOffset(world, sizeOf(to));
  const source = c.stat(from.fds[1], "");
  const target = c.stat(to.fds[1], "");
  if (typeof source === "number" || typeof target === "number") return;
  if (source.id === target.id) return;
  world.both(
    `copy ${c.shown(from.path)} ${size}@${fromAt} to ${
      c.shown(to.path)
    } ${toAt}`,
    (_, side) => c.copyRange(from.fds[side], fromAt, to.fds[side], toAt, size),
  );
  world.sameStat("", to.fds);
}

function statfs(world: World) {
  world.both("statfs", (root) => {
    const answer = c.statfs(root);
    if (typeof answer === "number") return answer;
    return `${answer.blocks * answer.blockSize} ${answer.nameLength}`;
  });
}

function tooLong(world: World) {
  const parent = world.tree.directory(world.random);
  const path = world.tree.below(parent, "x".repeat(256));
  world.both(
    `mkdir of 256 bytes below ${c.shown(world.tree.path(parent))}`,
    (root) => c.mkdir(root, path, 0o755),
  );
}

function read(world: World) {
  const file = someOpen(world);
  if (!file) return;
  let at = someOffset(world, sizeOf(file));
  let size = someSize(world);
  if (file.flags & c.O_DIRECT) {
    at = page(at);
    size = Math.max(4096, page(size));
  }
  world.readBack(file.fds, at, size, c.shown(file.path));
}

function stat(world: World) {
  const r = world.random;
  const file = someOpen(world);
  if (file && r.chance(0.3)) return world.sameStat("", file.fds);
  const entry = world.tree.pick(r);
  if (entry) world.sameStat(world.tree.path(entry));
  else world.sameStat(world.place("file").path);
}

function readlink(world: World) {
  const entry = world.tree.pick(world.random, "link") ??
    world.tree.pick(world.random);
  if (!entry) return;
  const path = world.tree.path(entry);
  world.both(
    `readlink ${c.shown(path)}`,
    (root) => c.readlink(root, path),
  );
}

function access(world: World) {
  const entry = world.tree.pick(world.random);
  if (!entry) return;
  const path = world.tree.path(entry);
  const mode = world.random.below(8);
  world.both(
    `access ${c.shown(path)} ${mode}`,
    (root) => c.access(root, path, mode),
  );
}

function close(world: World) {
  if (world.open.length === 0) return;
  const at = world.random.below(world.open.length);
  const [file] = world.open.splice(at, 1);
  world.note(`close ${c.shown(file!.path)}`);
  world.closeFile(file!);
}

function writeSome(world: World) {
  const file = someOpen(world);
  if (file) write(world, file);
}

/** Everything, with how often. */
export const OPERATIONS: readonly Operation[] = [
  { name: "open", weight: 14, run: openFile },
  { name: "close", weight: 7, run: close },
  { name: "write", weight: 18, run: writeSome },
  { name: "read", weight: 12, run: read },
  { name: "stat", weight: 7, run: stat },
  { name: "truncate", weight: 5, run: truncate },
  { name: "fallocate", weight: 5, run: fallocate },
  { name: "seek", weight: 3, run: seek },
  { name: "rename", weight: 7, run: rename },
  { name: "link", weight: 3, run: link },
  { name: "symlink", weight: 2, run: symlink },
  { name: "readlink", weight: 2, run: readlink },
  { name: "unlink", weight: 8, run: unlink },
  { name: "mkdir", weight: 4, run: mkdir },
  { name: "rmdir", weight: 3, run: rmdir },
  { name: "mknod", weight: 1, run: mknod },
  { name: "chmod", weight: 4, run: chmod },
  { name: "chown", weight: 3, run: chown },
  { name: "utimens", weight: 4, run: utimens },
  { name: "xattr", weight: 4, run: xattr },
  { name: "acl", weight: 3, run: acl },
  { name: "nameless", weight: 1.5, run: nameless },
  { name: "readdir", weight: 3, run: readdir },
  { name: "mmap", weight: 2, run: mapped },
  { name: "fsync", weight: 2, run: sync },
  { name: "copy", weight: 3, run: copyRange },
  { name: "access", weight: 1, run: access },
  { name: "statfs", weight: 0.2, run: statfs },
  { name: "tooLong", weight: 0.3, run: tooLong },
];
