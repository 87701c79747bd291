/** chmod, fchmod, chown, lchown, fchown: who may, what it takes away, what it stamps. */
import * as c from "../fs/libc.ts";
import { badPaths } from "./paths.ts";
import { ALICE, BOB, HERE, type Table, TEAM } from "./place.ts";

const KEEP = c.KEEP;

export const chmod: Table = {
  ...badPaths("chmod", {
    call: (path) => c.chmod(HERE, path, 0o600),
    follows: true,
  }),
  "all twelve bits, of a file and of a folder": (p) => {
    p.file("f");
    p.directory("d");
    for (const mode of [0, 0o777, 0o7777, 0o4000, 0o2010, 0o1000, 0o644]) {
      p.is(c.chmod(HERE, "f", mode));
      p.mode("f", mode);
      p.is(c.chmod(HERE, "d", mode));
      p.mode("d", mode);
    }
  },
  "of special files": (p) => {
    for (
      const [name, type] of [["fifo", c.S_IFIFO], ["char", c.S_IFCHR], [
        "block",
        c.S_IFBLK,
      ], ["socket", c.S_IFSOCK]] as const
    ) {
      p.is(c.mknod(HERE, name, type | 0o644, 1, 3));
      p.is(c.chmod(HERE, name, 0o4751));
      p.mode(name, 0o4751);
    }
  },
  "follows a symlink": (p) => {
    p.file("f");
    p.is(c.symlink("f", HERE, "link"));
    p.is(c.chmod(HERE, "link", 0o640));
    p.mode("f", 0o640);
    p.mode("link", 0o777);
  },
  "EPERM for somebody who is not the owner": (p) => {
    p.file("f", { mode: 0o666, user: ALICE });
    p.as(BOB, () => p.is(c.chmod(HERE, "f", 0o600), "EPERM"));
    p.mode("f", 0o666);
  },
  "by the owner, in a folder that is not his": (p) => {
    p.directory("d");
    p.file("d/f", { user: ALICE });
    p.as(ALICE, () => p.is(c.chmod(HERE, "d/f", 0o4711)));
    p.mode("d/f", 0o4711);
  },
  "changes ctime only, and nothing when refused": (p) => {
    p.file("f", { user: ALICE });
    p.times("f", "c", () => p.is(c.chmod(HERE, "f", 0o600)));
    p.times(
      "f",
      "",
      () => p.as(BOB, () => p.is(c.chmod(HERE, "f", 0), "EPERM")),
    );
    p.open(
      "f",
      c.O_RDONLY,
      (fd) => p.times("f", "c", () => p.is(c.fchmod(fd, 0o640))),
    );
  },
  "setgid goes when the owner is not in the file's group": (p) => {
    p.file("f", { user: ALICE, group: BOB.gid });
    p.as(ALICE, () => p.is(c.chmod(HERE, "f", 0o2755)));
    p.mode("f", 0o755);
    p.is(c.chmod(HERE, "f", 0o2755));
    p.mode("f", 0o2755);
  },
  "setgid stays in one of the owner's further groups": (p) => {
    p.file("f", { user: ALICE, group: TEAM });
    p.as(ALICE, () => p.is(c.chmod(HERE, "f", 0o2755)));
    p.mode("f", 0o2755);
  },
  "fchmod of an unlinked file": (p) => {
    p.file("f");
    p.open("f", c.O_RDWR, (fd) => {
      p.is(c.unlink(HERE, "f"));
      p.is(c.fchmod(fd, 0o4700));
      const stat = c.stat(fd, "");
      if (typeof stat === "number") return p.is(stat);
      p.same(stat.mode & 0o7777, 0o4700, "mode");
      p.same(stat.nlink, 0, "links");
    });
  },
  "fchmod through a reader's descriptor": (p) => {
    p.file("f", { mode: 0o444, user: ALICE });
    p.as(
      ALICE,
      () => p.open("f", c.O_RDONLY, (fd) => p.is(c.fchmod(fd, 0o200))),
    );
    p.mode("f", 0o200);
  },
};

export const chown: Table = {
  ...badPaths("chown", {
    call: (path) => c.chown(HERE, path, 0, 0),
    follows: true,
  }),
  "owner and group, each alone and both": (p) => {
    p.file("f");
    p.is(c.chown(HERE, "f", 1, 2));
    p.owner("f", 1, 2);
    p.is(c.chown(HERE, "f", KEEP, 3));
    p.owner("f", 1, 3);
    p.is(c.chown(HERE, "f", 4, KEEP));
    p.owner("f", 4, 3);
    p.open("f", c.O_RDONLY, (fd) => p.is(c.fchown(fd, 65534, 100_000)));
    p.owner("f", 65534, 100_000);
  },
  "follows a symlink, lchown does not": (p) => {
    p.file("f");
    p.is(c.symlink("f", HERE, "link"));
    p.is(c.chown(HERE, "link", 5, 6));
    p.owner("f", 5, 6);
    p.owner("link", 0, 0);
    p.is(c.lchown(HERE, "link", 7, 8));
    p.owner("f", 5, 6);
    p.owner("link", 7, 8);
  },
  "of folders and special files": (p) => {
    p.directory("d");
    p.is(c.mknod(HERE, "fifo", c.S_IFIFO | 0o644, 0, 0));
    for (const name of ["d", "fifo"]) {
      p.is(c.lchown(HERE, name, 1201, TEAM));
      p.owner(name, 1201, TEAM);
    }
  },
  "EPERM for giving a file away": (p) => {
    p.file("f", { user: ALICE });
    p.as(ALICE, () => p.is(c.chown(HERE, "f", BOB.uid, KEEP), "EPERM"));
    p.as(BOB, () => p.is(c.chown(HERE, "f", BOB.uid, KEEP), "EPERM"));
    p.owner("f", ALICE.uid, ALICE.gid);
  },
  "the owner may give it to a group of his, to no other": (p) => {
    p.file("f", { user: ALICE });
    p.as(ALICE, () => {
      p.is(c.chown(HERE, "f", KEEP, TEAM));
      p.is(c.chown(HERE, "f", ALICE.uid, ALICE.gid));
      p.is(c.chown(HERE, "f", KEEP, BOB.gid), "EPERM");
    });
    p.owner("f", ALICE.uid, ALICE.gid);
  },
  "takes setuid and setgid from a program, whoever does it": (p) => {
    p.file("f", { mode: 0o6755, user: ALICE });
    p.as(ALICE, () => p.is(c.chown(HERE, "f", KEEP, TEAM)));
    p.mode("f", 0o755);
    p.is(c.chmod(HERE, "f", 0o6755));
    p.is(c.chown(HERE, "f", 0, 0));
    p.mode("f", 0o755);
  },
  "leaves setgid without the group's execute right (mandatory locking), and a folder's bits":
    (p) => {
      p.file("f", { mode: 0o6744 });
      p.is(c.chown(HERE, "f", 1, 1));
      p.mode("f", 0o2744);
      p.directory("d", { mode: 0o7777 });
      p.is(c.chown(HERE, "d", 1, 1));
      p.mode("d", 0o7777);
    },
  "takes capabilities": (p) => {
    p.file("f", { mode: 0o755 });
    p.open("f", c.O_RDWR, (fd) => {
      p.is(c.setxattr(fd, "security.capability", NET_BIND, 0));
      p.is(c.fchown(fd, ALICE.uid, KEEP));
      p.is(c.getxattr(fd, "security.capability"), "ENODATA");
    });
  },
  "changes ctime only, and nothing when refused": (p) => {
    p.file("f", { user: ALICE });
    p.times("f", "c", () => p.is(c.chown(HERE, "f", 1, 1)));
    p.times(
      "f",
      "",
      () => p.as(BOB, () => p.is(c.chown(HERE, "f", 2, 2), "EPERM")),
    );
  },
};

/** struct vfs_cap_data, revision 2: cap_net_bind_service, effective. */
export const NET_BIND = new Uint8Array(
  [1, 0, 0, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
);
