/** mkdir, mkfifo and mknod, symlink, link: what they make, for whom, and what is refused. */
import * as c from "../fs/libc.ts";
import { badPaths, needsFolder } from "./paths.ts";
import { ALICE, BOB, HERE, LONG, type Table, TEAM } from "./place.ts";

/** What all of them have in common with open(O_CREAT): owner, group, mode. */
export function makes(
  which: string,
  call: (path: string, mode: number) => number,
  kind: { readonly directory?: boolean; readonly hasMode?: boolean } = {},
): Table {
  const hasMode = kind.hasMode ?? true;
  const made = (path: string, mode: number) => {
    const answer = call(path, mode);
    if (answer > 0) c.close(answer);
    return Math.min(answer, 0);
  };
  return {
    ...badPaths(which, { call: (path) => made(path, 0o755), makes: true }),
    ...needsFolder(which, (path) => made(path, 0o755)),
    [`${which}: belongs to its maker and his group`]: (p) => {
      p.as(ALICE, () => p.is(made("x", 0o750)));
      p.owner("x", ALICE.uid, ALICE.gid);
      if (hasMode) p.mode("x", 0o750);
    },
    [`${which}: takes the umask from the mode`]: (p) => {
      if (!hasMode) return;
      const umask = c.umask(0o027);
      p.is(made("x", 0o777));
      c.umask(umask);
      p.mode("x", 0o750);
    },
    [`${which}: has the group of a setgid folder`]: (p) => {
      p.directory("d", { mode: 0o2777, group: TEAM });
      p.as(BOB, () => p.is(made("d/x", 0o755)));
      p.owner("d/x", BOB.uid, TEAM);
      if (hasMode) p.mode("d/x", kind.directory ? 0o2755 : 0o755);
    },
    [`${which}: EEXIST over whatever is there`]: (p) => {
      p.file("file");
      p.directory("directory");
      p.is(c.symlink("nowhere", HERE, "link"));
      p.is(c.mknod(HERE, "fifo", c.S_IFIFO | 0o644, 0, 0));
      for (const name of ["file", "directory", "link", "fifo", "."]) {
        p.is(made(name, 0o755), "EEXIST");
      }
      p.gone("nowhere");
    },
    [`${which}: all its times are now`]: (p) => {
      p.file("before");
      const before = p.stat("before");
      p.is(made("x", 0o755));
      const stat = p.stat("x");
      p.same(
        stat.mtimeNs >= before.mtimeNs && stat.ctimeNs >= before.ctimeNs &&
          stat.atimeNs >= before.atimeNs,
        true,
        "times after those of an older file",
      );
    },
  };
}

export const mkdir: Table = {
  ...makes("mkdir", (path, mode) => c.mkdir(HERE, path, mode), {
    directory: true,
  }),
  "has two links, and gives its parent one": (p) => {
    p.directory("d");
    p.same(p.stat("d").nlink, 2, "links");
    p.directory("d/e");
    p.same(p.stat("d").nlink, 3, "links");
  },
  "a slash at the end is no matter": (p) => {
    p.is(c.mkdir(HERE, "d/", 0o755));
    p.mode("d", 0o755);
  },
  "deeper than PATH_MAX, step by step": (p) => {
    const top = c.open(HERE, ".", c.O_RDONLY | c.O_DIRECTORY);
    let at = top;
    for (let depth = 0; depth < 20; depth++) {
      p.is(c.mkdir(at, LONG, 0o755));
      const next = c.open(at, LONG, c.O_RDONLY | c.O_DIRECTORY);
      if (at !== top) c.close(at);
      p.same(next > 0, true, "descriptor");
      at = next;
    }
    const fd = c.open(at, "bottom", c.O_CREAT | c.O_RDWR, 0o644);
    p.is(c.pwrite(fd, new Uint8Array([100]), 0), 1);
    p.is(c.fsync(fd));
    c.close(fd);
    p.is(c.rename(at, "bottom", "ground"));
    p.is(c.setxattr(at, "user.deep", new Uint8Array([1]), 0));
    c.close(at);
    c.close(top);
  },
};

const SPECIAL = [["fifo", c.S_IFIFO], ["socket", c.S_IFSOCK]] as const;
const DEVICES = [["char", c.S_IFCHR], ["block", c.S_IFBLK]] as const;

export const mkfifo: Table = makes(
  "mkfifo",
  (path, mode) => c.mknod(HERE, path, c.S_IFIFO | mode, 0, 0),
);

export const mknod: Table = {
  ...makes(
    "mknod of a file",
    (path, mode) => c.mknod(HERE, path, c.S_IFREG | mode, 0, 0),
  ),
  ...makes(
    "mknod of a socket",
    (path, mode) => c.mknod(HERE, path, c.S_IFSOCK | mode, 0, 0),
  ),
  "devices keep their numbers, the largest too": (p) => {
    for (const [name, type] of DEVICES) {
      for (
        const [major, minor] of [[0, 0], [1, 3], [255, 255], [
          4095,
          1048575,
        ]] as const
      ) {
        const path = `${name}-${major}`;
        p.is(c.mknod(HERE, path, type | 0o660, major, minor));
        const stat = p.stat(path);
        p.same(stat.rdev, `${major}:${minor}`, "number");
        p.same(stat.mode, type | 0o660, "type and mode");
      }
    }
  },
  "EPERM for a device that root did not make": (p) => {
    for (const [name, type] of DEVICES) {
      p.as(ALICE, () => p.is(c.mknod(HERE, name, type | 0o644, 1, 3), "EPERM"));
    }
  },
  "anybody may make fifos and sockets": (p) => {
    for (const [name, type] of SPECIAL) {
      p.as(ALICE, () => p.is(c.mknod(HERE, name, type | 0o644, 0, 0)));
      p.same(p.stat(name).mode, type | 0o644, "type and mode");
    }
  },
  "EPERM or EINVAL for other types": (p) => {
    p.is(c.mknod(HERE, "x", c.S_IFDIR | 0o755, 0, 0), "EPERM");
    p.is(c.mknod(HERE, "x", c.S_IFLNK | 0o755, 0, 0), "EINVAL");
  },
};

export const symlink: Table = {
  ...makes("symlink", (path) => c.symlink("target", HERE, path), {
    hasMode: false,
  }),
  "keeps its target byte by byte": (p) => {
    for (
      const [name, target] of [["a", "x"], ["b", "\xff\x01 \n"], [
        "c",
        "../" + LONG,
      ], ["d", "/" + "t/".repeat(2047)]] as const
    ) {
      p.is(c.symlink(target, HERE, name));
      p.same(String(c.readlink(HERE, name)), target, "target");
      p.same(p.stat(name).size, target.length, "size");
      p.mode(name, 0o777);
    }
  },
  "ENAMETOOLONG for a target of 4096 bytes, ENOENT for none": (p) => {
    p.is(c.symlink("t".repeat(4096), HERE, "x"), "ENAMETOOLONG");
    p.is(c.symlink("", HERE, "x"), "ENOENT");
  },
  "EINVAL for readlink of what is none": (p) => {
    p.file("f");
    p.is(c.readlink(HERE, "f"), "EINVAL");
    p.is(c.readlink(HERE, "no"), "ENOENT");
  },
  "ELOOP after 40 of them": (p) => {
    p.file("s0");
    for (let i = 1; i <= 41; i++) p.is(c.symlink(`s${i - 1}`, HERE, `s${i}`));
    p.open("s40", c.O_RDONLY, () => {});
    p.refused("s41", c.O_RDONLY, "ELOOP");
  },
};

/** "../from" stands beside each case's folder. */
export const link: Table = {
  ...badPaths("link, from", { call: (path) => c.link(HERE, path, "to") }),
  ...badPaths("link, to", {
    call: (path) => c.link(HERE, "../from", path),
    makes: true,
  }),
  ...needsFolder("link", (path) => c.link(HERE, "../from", path)),
  "both names are one file": (p) => {
    p.file("a", { text: "before" });
    p.is(c.link(HERE, "a", "b"));
    p.same(p.stat("a").id, p.stat("b").id, "inode");
    p.same(p.stat("b").nlink, 2, "links");
    p.open(
      "b",
      c.O_WRONLY,
      (fd) => c.pwrite(fd, new TextEncoder().encode("after!"), 0),
    );
    p.content("a", "after!");
    p.is(c.chmod(HERE, "a", 0o4711));
    p.mode("b", 0o4711);
    p.is(c.unlink(HERE, "a"));
    p.same(p.stat("b").nlink, 1, "links");
    p.content("b", "after!");
  },
  "of fifos, devices, sockets and symlinks": (p) => {
    for (const [name, type] of [...SPECIAL, ...DEVICES]) {
      p.is(c.mknod(HERE, name, type | 0o644, 1, 3));
    }
    p.is(c.symlink("nowhere", HERE, "link"));
    for (const name of ["fifo", "socket", "char", "block", "link"]) {
      p.is(c.link(HERE, name, `${name}-2`));
      p.same(p.stat(name).id, p.stat(`${name}-2`).id, "inode");
      p.same(p.stat(name).nlink, 2, "links");
    }
  },
  "follows a symlink when asked to": (p) => {
    p.file("f");
    p.is(c.symlink("f", HERE, "l"));
    p.is(c.link(HERE, "l", "x", c.AT_SYMLINK_FOLLOW));
    p.same(p.stat("x").id, p.stat("f").id, "inode");
  },
  "EPERM of a folder": (p) => {
    p.directory("d");
    p.is(c.link(HERE, "d", "x"), "EPERM");
    p.as(ALICE, () => p.is(c.link(HERE, "d", "y"), "EPERM"));
  },
  "EEXIST over whatever is there": (p) => {
    p.file("f");
    p.directory("d");
    p.is(c.symlink("f", HERE, "l"));
    for (const name of ["f", "d", "l"]) p.is(c.link(HERE, "f", name), "EEXIST");
  },
  "ENOENT of a file that is gone": (p) => {
    p.file("f");
    p.open("f", c.O_RDWR, (fd) => {
      p.is(c.unlink(HERE, "f"));
      p.is(c.linkOf(fd, HERE, "again"), "ENOENT");
    });
  },
  "EXDEV to another file system": (p) => {
    p.file("f");
    p.is(c.link(HERE, "f", "/dev/hakit-posix"), "EXDEV");
  },
  "changes ctime of the file, and nothing when refused": (p) => {
    p.file("f");
    p.times("f", "c", () => p.is(c.link(HERE, "f", "g")));
    p.times("f", "", () => p.is(c.link(HERE, "f", "g"), "EEXIST"));
    p.times("f", "c", () => p.is(c.unlink(HERE, "g")));
  },
};
