/** unlink, rmdir, rename: rights, sticky folders, what is in the way. */
import * as c from "../fs/libc.ts";
import { badPaths, needsFolder } from "./paths.ts";
import { ALICE, BOB, HERE, type Place, type Table } from "./place.ts";

/** In a sticky folder only the owner of the entry or of the folder may take an entry away. */
function sticky(
  which: string,
  make: (p: Place, path: string, user: typeof ALICE) => void,
  take: (path: string) => number,
): Table {
  return {
    [`${which}: in a sticky folder EPERM for others, not for owners`]: (p) => {
      p.directory("d", { mode: 0o1777 });
      make(p, "d/his", BOB);
      make(p, "d/mine", ALICE);
      p.as(ALICE, () => {
        p.is(take("d/his"), "EPERM");
        p.is(take("d/mine"));
      });
      p.directory("own", { mode: 0o1777, user: ALICE });
      make(p, "own/his", BOB);
      p.as(ALICE, () => p.is(take("own/his")));
      make(p, "d/any", BOB);
      p.is(take("d/any"));
    },
    [`${which}: without it everybody who may write the folder may`]: (p) => {
      p.directory("d", { mode: 0o777 });
      make(p, "d/his", BOB);
      p.as(ALICE, () => p.is(take("d/his")));
    },
  };
}

const unlinks = (path: string) => c.unlink(HERE, path);
const rmdirs = (path: string) => c.rmdir(HERE, path);

export const unlink: Table = {
  ...badPaths("unlink", { call: unlinks }),
  ...needsFolder("unlink", unlinks, (p, path) => p.file(path)),
  ...sticky(
    "unlink",
    (p, path, user) => p.file(path, { user, mode: 0o666 }),
    unlinks,
  ),
  "ENOENT of what is not there; EISDIR of a folder": (p) => {
    p.is(unlinks("x"), "ENOENT");
    p.directory("d");
    p.is(unlinks("d"), "EISDIR");
    p.is(unlinks("."), "EISDIR");
  },
  "ENOTDIR with a slash after a file": (p) => {
    p.file("f");
    p.is(unlinks("f/"), "ENOTDIR");
  },
  "takes symlinks, fifos, devices and sockets, not what they lead to": (p) => {
    p.file("f");
    p.is(c.symlink("f", HERE, "l"));
    p.is(c.mknod(HERE, "fifo", c.S_IFIFO | 0o644, 0, 0));
    p.is(c.mknod(HERE, "char", c.S_IFCHR | 0o644, 1, 3));
    p.is(c.mknod(HERE, "socket", c.S_IFSOCK | 0o644, 0, 0));
    for (const name of ["l", "fifo", "char", "socket"]) {
      p.is(unlinks(name));
      p.gone(name);
    }
    p.stat("f");
  },
  "changes ctime of a file with other names": (p) => {
    p.file("f");
    p.is(c.link(HERE, "f", "g"));
    p.times("f", "c", () => p.is(unlinks("g")));
  },
};

export const rmdir: Table = {
  ...badPaths("rmdir", {
    call: rmdirs,
    before: (p, path) => p.directory(path),
  }),
  ...needsFolder("rmdir", rmdirs, (p, path) => p.directory(path)),
  ...sticky("rmdir", (p, path, user) => p.directory(path, { user }), rmdirs),
  "ENOTEMPTY while anything is in it": (p) => {
    p.directory("d");
    p.file("d/f");
    p.is(rmdirs("d"), "ENOTEMPTY");
    p.is(c.unlink(HERE, "d/f"));
    p.directory("d/e");
    p.is(rmdirs("d"), "ENOTEMPTY");
    p.is(rmdirs("d/e"));
    p.is(rmdirs("d"));
    p.gone("d");
  },
  "ENOTDIR of anything else": (p) => {
    p.file("f");
    p.directory("d");
    p.is(c.symlink("d", HERE, "l"));
    p.is(c.mknod(HERE, "fifo", c.S_IFIFO | 0o644, 0, 0));
    for (const name of ["f", "l", "fifo"]) p.is(rmdirs(name), "ENOTDIR");
  },
  "EINVAL of ., ENOTEMPTY of ..": (p) => {
    p.directory("d");
    p.is(rmdirs("d/."), "EINVAL");
    p.is(rmdirs("d/.."), "ENOTEMPTY");
  },
  "takes a link from the parent": (p) => {
    p.directory("d");
    p.directory("d/e");
    p.is(rmdirs("d/e"));
    p.same(p.stat("d").nlink, 2, "links");
  },
  "EBUSY of a mount point": (p) => {
    p.is(rmdirs("/proc"), "EBUSY");
  },
  "one that is open lists nothing and takes nothing any more": (p) => {
    p.directory("d");
    p.open("d", c.O_RDONLY | c.O_DIRECTORY, (fd) => {
      p.is(rmdirs("d"));
      p.is(c.names(fd), "ENOENT");
      p.is(c.mkdir(fd, "x", 0o755), "ENOENT");
      p.is(c.symlink("x", fd, "x"), "ENOENT");
      p.is(c.open(fd, "x", c.O_CREAT | c.O_WRONLY, 0o644), "ENOENT");
    });
  },
};

const renames = (path: string) => c.rename(HERE, path, "to");
const exchange = (a: string, b: string) =>
  c.rename(HERE, a, b, c.RENAME_EXCHANGE);

export const rename: Table = {
  ...badPaths("rename, from", { call: renames }),
  ...badPaths("rename, to", {
    call: (path) => {
      c.open(HERE, "source", c.O_CREAT | c.O_RDONLY, 0o644);
      return c.rename(HERE, "source", path);
    },
    makes: true,
    before: () => {},
  }),
  ...sticky(
    "rename",
    (p, path, user) => p.file(path, { user, mode: 0o666 }),
    (path) => c.rename(HERE, path, `${path}-2`),
  ),
  ...sticky("rename over it", (p, path, user) => {
    p.file(path, { user, mode: 0o666 });
    p.file(`${path}-3`, { user: ALICE });
  }, (path) => c.rename(HERE, `${path}-3`, path)),
  "EACCES where either folder may not be written": (p) => {
    p.directory("mine", { user: ALICE });
    p.directory("theirs");
    p.file("mine/f", { user: ALICE });
    p.file("theirs/f", { user: ALICE });
    p.as(ALICE, () => {
      p.is(c.rename(HERE, "mine/f", "theirs/g"), "EACCES");
      p.is(c.rename(HERE, "theirs/f", "mine/g"), "EACCES");
    });
  },
  "EACCES of another's folder to another parent (its .. changes)": (p) => {
    p.directory("a", { mode: 0o777 });
    p.directory("b", { mode: 0o777 });
    p.directory("a/his", { user: BOB });
    p.as(ALICE, () => {
      p.is(c.rename(HERE, "a/his", "b/his"), "EACCES");
      p.is(c.rename(HERE, "a/his", "a/theirs"));
    });
  },
  "every kind of file keeps its inode": (p) => {
    p.file("file");
    p.directory("directory");
    p.is(c.symlink("x", HERE, "link"));
    p.is(c.mknod(HERE, "fifo", c.S_IFIFO | 0o644, 0, 0));
    p.is(c.mknod(HERE, "char", c.S_IFCHR | 0o644, 1, 3));
    for (const name of ["file", "directory", "link", "fifo", "char"]) {
      const before = p.stat(name);
      p.is(c.rename(HERE, name, `${name}-2`));
      p.gone(name);
      p.same(p.stat(`${name}-2`).id, before.id, "inode");
    }
  },
  "takes the place of a file, which lives on for who has it open": (p) => {
    p.file("a", { text: "new" });
    p.file("b", { text: "old" });
    p.open("b", c.O_RDWR, (fd) => {
      p.is(c.rename(HERE, "a", "b"));
      p.content("b", "new");
      const stat = c.stat(fd, "");
      if (typeof stat === "number") return p.is(stat);
      p.same(stat.nlink, 0, "links");
      p.is(c.pread(fd, new Uint8Array(9), 0), 3);
      p.is(c.pwrite(fd, new Uint8Array(9), 0), 9);
    });
    p.content("b", "new");
  },
  "two names of one file: nothing happens": (p) => {
    p.file("a");
    p.is(c.link(HERE, "a", "b"));
    p.is(c.rename(HERE, "a", "b"));
    p.same(p.stat("a").nlink, 2, "links");
    p.is(c.rename(HERE, "a", "a"));
  },
  "folders take the place of empty folders only": (p) => {
    p.directory("a");
    p.file("a/f");
    p.directory("empty");
    p.directory("full");
    p.file("full/f");
    p.file("file");
    p.is(c.rename(HERE, "a", "full"), "ENOTEMPTY");
    p.is(c.rename(HERE, "a", "file"), "ENOTDIR");
    p.is(c.rename(HERE, "file", "empty"), "EISDIR");
    p.is(c.rename(HERE, "a", "empty"));
    p.stat("empty/f");
  },
  "EINVAL into itself": (p) => {
    p.directory("a");
    p.directory("a/b");
    p.is(c.rename(HERE, "a", "a/b/c"), "EINVAL");
    p.is(c.rename(HERE, "a", "a/c"), "EINVAL");
    p.is(c.rename(HERE, "a/b", "a"), "ENOTEMPTY");
  },
  "EBUSY or EINVAL of . and ..": (p) => {
    p.directory("a");
    for (const path of ["a/.", "a/.."]) {
      const answer = c.rename(HERE, path, "x");
      p.same(
        answer === -16 || answer === -22,
        true,
        `EBUSY or EINVAL (${answer})`,
      );
    }
  },
  "links of parents follow a folder that moves": (p) => {
    p.directory("a");
    p.directory("b");
    p.directory("a/d");
    p.is(c.rename(HERE, "a/d", "b/d"));
    p.same(`${p.stat("a").nlink} ${p.stat("b").nlink}`, "2 3", "links");
  },
  "EXDEV to another file system": (p) => {
    p.file("f");
    p.is(c.rename(HERE, "f", "/proc/x"), "EXDEV");
  },
  "RENAME_NOREPLACE: EEXIST, else as usual": (p) => {
    p.file("a");
    p.file("b");
    p.is(c.rename(HERE, "a", "b", c.RENAME_NOREPLACE), "EEXIST");
    p.is(c.rename(HERE, "a", "d", c.RENAME_NOREPLACE));
    p.stat("d");
  },
  "RENAME_EXCHANGE: any two, a folder and a file too": (p) => {
    p.directory("dir");
    p.file("dir/f");
    p.file("file", { text: "text" });
    p.directory("sub");
    p.file("sub/x");
    p.is(exchange("dir", "file"));
    p.content("dir", "text");
    p.stat("file/f");
    p.is(exchange("dir", "sub/x"));
    p.content("sub/x", "text");
    p.is(exchange("dir", "no"), "ENOENT");
    p.is(exchange("sub", "sub/x"), "EINVAL");
    p.is(exchange("sub/x", "sub"), "EINVAL");
  },
  "EINVAL of flags that exclude each other or mean nothing": (p) => {
    p.file("a");
    p.file("b");
    p.is(c.rename(HERE, "a", "b", 3), "EINVAL");
    p.is(c.rename(HERE, "a", "b", 64), "EINVAL");
  },
  "RENAME_WHITEOUT is refused on the mount": (p) => {
    if (!p.mirrored) return;
    p.file("a");
    p.is(c.rename(HERE, "a", "b", 4), "EINVAL");
    p.stat("a");
  },
  "changes mtime and ctime of both folders, and nothing when refused": (p) => {
    p.directory("a");
    p.directory("b");
    p.file("a/f");
    const b = p.stat("b");
    p.times("a", "mc", () => p.is(c.rename(HERE, "a/f", "b/f")));
    p.changed(b, p.stat("b"), "mc", "b");
    p.times("b", "", () => p.is(c.rename(HERE, "a/f", "b/f"), "ENOENT"));
  },
};
