/** open: rights, flags, what it makes; files without names; programs that run. */
import * as c from "../fs/libc.ts";
import { makes } from "./make_names.ts";
import { badPaths } from "./paths.ts";
import { ALICE, BOB, HERE, type Table } from "./place.ts";

const CREATE = c.O_CREAT | c.O_WRONLY;

export const open: Table = {
  ...badPaths("open", {
    call: (path) => c.open(HERE, path, c.O_RDONLY),
    follows: true,
  }),
  ...makes(
    "open O_CREAT|O_EXCL",
    (path, mode) => c.open(HERE, path, CREATE | c.O_EXCL, mode),
  ),
  "rights of owner, group and others, for reading and writing": (p) => {
    for (
      const [mode, user, group] of [
        [0o600, ALICE, 0],
        [0o060, BOB, ALICE.gid],
        [0o006, BOB, BOB.gid],
      ] as const
    ) {
      for (
        const [mask, may] of [[0o444, c.O_RDONLY], [0o222, c.O_WRONLY], [
          0o666,
          c.O_RDWR,
        ]] as const
      ) {
        const path = `f${mode & mask}-${may}`;
        p.file(path, { mode: mode & mask, user, group });
        p.as(ALICE, () => {
          for (const wanted of [c.O_RDONLY, c.O_WRONLY, c.O_RDWR]) {
            const allowed = may === c.O_RDWR || wanted === may;
            if (allowed) p.open(path, wanted, () => {});
            else p.refused(path, wanted, "EACCES");
          }
        });
        p.is(c.unlink(HERE, path));
      }
    }
  },
  "the owner's bits count for the owner, however much others may": (p) => {
    p.file("f", { mode: 0o077, user: ALICE });
    p.as(ALICE, () => p.refused("f", c.O_RDONLY, "EACCES"));
    p.as(BOB, () => p.open("f", c.O_RDWR, () => {}));
    p.open("f", c.O_RDWR, () => {});
  },
  "a mode without rights holds from the next open on": (p) => {
    p.as(
      ALICE,
      () =>
        p.open(
          "f",
          c.O_CREAT | c.O_RDWR,
          (fd) => p.is(c.pwrite(fd, new Uint8Array(3), 0), 3),
          0,
        ),
    );
    p.mode("f", 0);
    p.as(ALICE, () => p.refused("f", c.O_RDONLY, "EACCES"));
  },
  "ENOENT without O_CREAT, EEXIST with O_EXCL over a symlink to nowhere": (
    p,
  ) => {
    p.refused("x", c.O_RDONLY, "ENOENT");
    p.is(c.symlink("nowhere", HERE, "link"));
    p.refused("link", c.O_RDONLY, "ENOENT");
    p.refused("link", CREATE | c.O_EXCL, "EEXIST");
    p.open("link", CREATE, () => {});
    p.same(p.stat("nowhere").size, 0, "size");
  },
  "EISDIR for writing a folder, ENOTDIR for a file with O_DIRECTORY": (p) => {
    p.directory("d");
    for (
      const flags of [c.O_WRONLY, c.O_RDWR, c.O_RDONLY | c.O_TRUNC, CREATE]
    ) p.refused("d", flags, "EISDIR");
    p.open("d", c.O_RDONLY, () => {});
    p.file("f");
    p.refused("f", c.O_DIRECTORY, "ENOTDIR");
    p.refused("f/", c.O_RDONLY, "ENOTDIR");
  },
  "ELOOP for a symlink with O_NOFOLLOW": (p) => {
    p.file("f");
    p.is(c.symlink("f", HERE, "l"));
    p.refused("l", c.O_NOFOLLOW, "ELOOP");
  },
  "ENXIO for a fifo that nobody reads, and for a socket": (p) => {
    p.is(c.mknod(HERE, "fifo", c.S_IFIFO | 0o644, 0, 0));
    p.refused("fifo", c.O_WRONLY | c.O_NONBLOCK, "ENXIO");
    p.open(
      "fifo",
      c.O_RDONLY | c.O_NONBLOCK,
      () => p.open("fifo", c.O_WRONLY | c.O_NONBLOCK, () => {}),
    );
    p.is(c.mknod(HERE, "socket", c.S_IFSOCK | 0o644, 0, 0));
    p.refused("socket", c.O_RDONLY, "ENXIO");
  },
  "O_TRUNC empties, stamps mtime and ctime, and takes setuid": (p) => {
    p.file("f", { mode: 0o6777, text: "text", user: ALICE });
    p.times(
      "f",
      "mc",
      () => p.as(BOB, () => p.open("f", c.O_WRONLY | c.O_TRUNC, () => {})),
    );
    p.same(p.stat("f").size, 0, "size");
    p.mode("f", 0o777);
    p.file("g", { text: "text", user: ALICE });
    p.as(BOB, () => p.refused("g", c.O_WRONLY | c.O_TRUNC, "EACCES"));
    p.content("g", "text");
  },
  "O_CREAT of what is there changes nothing": (p) => {
    p.file("f", { mode: 0o640, text: "text" });
    p.times("f", "", () => p.open("f", CREATE, () => {}, 0o777));
    p.mode("f", 0o640);
    p.times(".", "", () => p.open("f", CREATE, () => {}));
  },
  "O_APPEND writes at the end, whatever the offset": (p) => {
    p.file("f", { text: "one" });
    p.open("f", c.O_WRONLY | c.O_APPEND, (fd) => {
      p.is(c.pwrite(fd, new TextEncoder().encode("two"), 0), 3);
    });
    p.content("f", "onetwo");
  },
  "protected: O_CREAT of another's file in a sticky folder of all": (p) => {
    // fs.protected_regular: EACCES where it is on, else as usual. The mount must do what a plain folder does.
    p.directory("tmp", { mode: 0o1777 });
    p.file("tmp/f", { mode: 0o666, user: BOB });
    p.as(ALICE, () => p.open("tmp/f", c.O_WRONLY, () => {}));
  },
  "setgid goes when its maker is not in the folder's group": (p) => {
    p.directory("d", { mode: 0o2777, group: BOB.gid });
    p.as(ALICE, () => p.open("d/f", CREATE, () => {}, 0o2775));
    p.owner("d/f", ALICE.uid, BOB.gid);
    p.mode("d/f", 0o775);
    p.as(BOB, () => p.open("d/g", CREATE, () => {}, 0o2775));
    p.mode("d/g", 0o2775);
  },
  "ETXTBSY for writing a program that runs, and for running one that is written":
    (p) => {
      Deno.copyFileSync("/bin/sleep", "prog");
      p.is(c.chmod(HERE, "prog", 0o755));
      const child = new Deno.Command("./prog", {
        args: ["60"],
        stdin: "null",
        stdout: "null",
        stderr: "null",
      }).spawn();
      try {
        p.refused("prog", c.O_WRONLY, "ETXTBSY");
        p.is(c.truncate("prog", 0), "ETXTBSY");
      } finally {
        child.kill("SIGKILL");
      }
      Deno.copyFileSync("/bin/true", "written");
      p.is(c.chmod(HERE, "written", 0o755));
      p.open("written", c.O_WRONLY, () => {
        let message = "it ran";
        try {
          new Deno.Command("./written").outputSync();
        } catch (error) {
          message = String(error);
        }
        p.same(/text file busy/i.test(message), true, `busy (${message})`);
      });
    },
  "a file that is unlinked lives on for who has it open": (p) => {
    p.file("f", { text: "text" });
    p.open("f", c.O_RDWR, (fd) => {
      p.is(c.unlink(HERE, "f"));
      p.gone("f");
      p.file("f", { text: "other" });
      const bytes = new Uint8Array(8);
      p.is(c.pread(fd, bytes, 0), 4);
      p.is(c.pwrite(fd, new Uint8Array([65, 66]), 4), 2);
      p.is(c.ftruncate(fd, 100_000));
      p.is(c.fsync(fd));
      p.is(c.setxattr(fd, "user.a", new Uint8Array([1]), 0));
      p.is(c.fchown(fd, 1, 1));
      const stat = c.stat(fd, "");
      if (typeof stat === "number") return p.is(stat);
      p.same(
        `${stat.nlink} ${stat.size} ${stat.uid}`,
        "0 100000 1",
        "links, size, owner",
      );
      p.content("f", "other");
    });
  },
};

export const tmpfile: Table = {
  "has no name, no links, its maker's ownership, and gets a name by linkat": (
    p,
  ) => {
    p.directory("d", { mode: 0o777 });
    p.as(ALICE, () => {
      p.open("d", c.O_TMPFILE | c.O_RDWR, (fd) => {
        p.is(c.names(fd), "ENOTDIR");
        p.is(c.pwrite(fd, new TextEncoder().encode("content"), 0), 7);
        const stat = c.stat(fd, "");
        if (typeof stat === "number") return p.is(stat);
        p.same(
          `${stat.nlink} ${stat.uid}:${stat.gid}`,
          `0 ${ALICE.uid}:${ALICE.gid}`,
          "links and owner",
        );
        p.is(c.linkOf(fd, HERE, "d/named"));
        p.is(c.linkOf(fd, HERE, "d/named"), "EEXIST");
        p.is(c.linkOf(fd, HERE, "d/again"));
        p.is(c.pwrite(fd, new TextEncoder().encode("CON"), 0), 3);
      }, 0o640);
    });
    p.content("d/named", "CONtent");
    p.mode("d/named", 0o640);
    p.same(p.stat("d/named").nlink, 2, "links");
  },
  "leaves nothing behind": (p) => {
    p.open(
      ".",
      c.O_TMPFILE | c.O_WRONLY,
      (fd) => void c.pwrite(fd, new Uint8Array(100), 0),
    );
    p.open(".", c.O_RDONLY, (fd) => p.same(String(c.names(fd)), "", "names"));
  },
  "ENOENT for a name after O_EXCL": (p) => {
    p.open(".", c.O_TMPFILE | c.O_RDWR | c.O_EXCL, (fd) => {
      p.is(c.pwrite(fd, new Uint8Array(10), 0), 10);
      p.is(c.linkOf(fd, HERE, "x"), "ENOENT");
    });
  },
  "umask, setgid folder and rights as for other files": (p) => {
    p.directory("d", { mode: 0o2777, group: BOB.gid });
    const umask = c.umask(0o022);
    p.as(
      BOB,
      () =>
        p.open(
          "d",
          c.O_TMPFILE | c.O_RDWR,
          (fd) => p.is(c.linkOf(fd, HERE, "d/x")),
          0o666,
        ),
    );
    c.umask(umask);
    p.mode("d/x", 0o644);
    p.owner("d/x", BOB.uid, BOB.gid);
    p.directory("closed", { mode: 0o755 });
    p.as(BOB, () => p.refused("closed", c.O_TMPFILE | c.O_RDWR, "EACCES"));
    p.refused("d/x", c.O_TMPFILE | c.O_RDWR, "ENOTDIR");
    p.refused("d", c.O_TMPFILE | c.O_RDONLY, "EINVAL");
  },
};
