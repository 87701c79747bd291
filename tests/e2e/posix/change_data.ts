/** truncate, ftruncate, write, fallocate, SEEK_DATA, copy_file_range: data, sizes, holes, and the privileges that go with a write. */
import * as c from "../fs/libc.ts";
import { ACCESS, encodeAcl } from "./access_list.ts";
import { NET_BIND } from "./change_mode.ts";
import { badPaths } from "./paths.ts";
import {
  ALICE,
  BEFORE_6_1,
  BOB,
  type Case,
  HERE,
  Place,
  type Table,
  TEAM,
  type User,
} from "./place.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const cut = (path: string) => c.truncate(path, 1);

/**
 * Whether a plain file without the group's execute right loses setgid when somebody outside its group writes to it: since Linux 6.2,
 * and where its distributor has brought that into an older one.
 */
function takesStrangersSetgid(): boolean {
  const file = Deno.makeTempFileSync(), p = new Place(false);
  try {
    p.is(c.chmod(HERE, file, 0o2766));
    p.open(
      file,
      c.O_RDWR,
      (fd) => p.as(BOB, () => p.is(c.pwrite(fd, bytes("x"), 0), 1)),
    );
    return (p.stat(file).mode & 0o2000) === 0;
  } finally {
    Deno.removeSync(file);
  }
}

/** A call that changes data through a descriptor takes setuid, setgid and capabilities, unless root made it. */
function takesPrivileges(which: string, call: (fd: number) => number): Table {
  const prepared = (p: Place, mode: number) => {
    p.file("f", { mode, user: ALICE, text: "text text text" });
  };
  return {
    [`${which}: by somebody else takes setuid and setgid`]: (p) => {
      prepared(p, 0o6777);
      p.as(
        BOB,
        () =>
          p.open("f", c.O_RDWR, (fd) => p.same(call(fd) >= 0, true, "done")),
      );
      p.mode("f", 0o777);
    },
    [`${which}: by a stranger takes setgid without the group's execute right`]:
      (p) => {
        // FUSE of older kernels does not say who writes before the write.
        if (p.mirrored ? BEFORE_6_1 : !takesStrangersSetgid()) return;
        prepared(p, 0o6766);
        p.as(BOB, () =>
          p.open(
            "f",
            c.O_RDWR,
            (fd) => p.same(call(fd) >= 0, true, "done"),
          ));
        p.mode("f", 0o766);
      },
    [`${which}: by its owner too`]: (p) => {
      prepared(p, 0o6755);
      p.as(
        ALICE,
        () =>
          p.open("f", c.O_RDWR, (fd) => p.same(call(fd) >= 0, true, "done")),
      );
      p.mode("f", 0o755);
    },
    [`${which}: again after chmod gave them back`]: (p) => {
      prepared(p, 0o4755);
      p.as(ALICE, () =>
        p.open("f", c.O_RDWR, (fd) => {
          p.same(call(fd) >= 0, true, "done");
          p.mode("f", 0o755);
          p.is(c.fchmod(fd, 0o4755));
          p.same(call(fd) >= 0, true, "done");
        }));
      p.mode("f", 0o755);
    },
    [`${which}: by root leaves them`]: (p) => {
      prepared(p, 0o6777);
      p.open("f", c.O_RDWR, (fd) => p.same(call(fd) >= 0, true, "done"));
      p.mode("f", 0o6777);
    },
    [`${which}: takes capabilities`]: (p) => {
      prepared(p, 0o777);
      p.open(
        "f",
        c.O_RDWR,
        (fd) => p.is(c.setxattr(fd, "security.capability", NET_BIND, 0)),
      );
      p.as(
        BOB,
        () =>
          p.open("f", c.O_RDWR, (fd) => p.same(call(fd) >= 0, true, "done")),
      );
      p.open(
        "f",
        c.O_RDONLY,
        (fd) => p.is(c.getxattr(fd, "security.capability"), "ENODATA"),
      );
    },
  };
}

export const truncate: Table = {
  ...badPaths("truncate", { call: cut, follows: true }),
  "longer and shorter, zeros in between": (p) => {
    p.file("f", { text: "0123456789" });
    p.is(c.truncate("f", 4));
    p.is(c.truncate("f", 8));
    p.content("f", "0123\0\0\0\0");
    p.is(c.truncate("f", 0));
    p.same(p.stat("f").size, 0, "size");
    p.is(c.truncate("f", 1234567));
    p.same(p.stat("f").size, 1234567, "size");
  },
  "EACCES without the right to write": (p) => {
    p.file("f", { mode: 0o644, text: "text" });
    p.as(ALICE, () => p.is(cut("f"), "EACCES"));
    p.content("f", "text");
  },
  "EISDIR of a folder, EINVAL of a fifo and of a size below 0": (p) => {
    p.directory("d");
    p.is(cut("d"), "EISDIR");
    p.is(c.mknod(HERE, "fifo", c.S_IFIFO | 0o644, 0, 0));
    p.is(cut("fifo"), "EINVAL");
    p.file("f");
    p.is(c.truncate("f", -1), "EINVAL");
  },
  "ENOENT of what is not there": (p) => p.is(cut("x"), "ENOENT"),
  "EFBIG beyond what can be mirrored, and nothing changes": (p) => {
    if (!p.mirrored) return;
    p.file("f", { text: "text" });
    p.is(c.truncate("f", 2n ** 62n), "EFBIG");
    p.is(c.truncate("f", 2 ** 44 + 1), "EFBIG");
    p.open("f", c.O_RDWR, (fd) => {
      p.is(c.pwrite(fd, new Uint8Array(2), 2 ** 44), "EFBIG");
      p.is(c.fallocate(fd, 0, 2 ** 44, 1), "EFBIG");
    });
    p.content("f", "text");
  },
  "changes mtime and ctime, and nothing when refused": (p) => {
    p.file("f", { text: "text" });
    p.times("f", "mc", () => p.is(cut("f")));
    p.times("f", "", () => p.as(ALICE, () => p.is(cut("f"), "EACCES")));
  },
  "takes setuid and setgid": (p) => {
    p.file("f", { mode: 0o6777, text: "text" });
    p.as(BOB, () => p.is(cut("f")));
    p.mode("f", 0o777);
  },
};

export const ftruncate: Table = {
  ...takesPrivileges("ftruncate", (fd) => c.ftruncate(fd, 3)),
  "through a writer's descriptor, whatever the mode is now": (p) => {
    p.file("f", { mode: 0o600, user: ALICE, text: "text" });
    p.as(ALICE, () =>
      p.open("f", c.O_RDWR, (fd) => {
        p.is(c.fchmod(fd, 0));
        p.is(c.ftruncate(fd, 2));
      }));
    p.same(p.stat("f").size, 2, "size");
  },
  "EINVAL through a reader's descriptor": (p) => {
    p.file("f");
    p.open("f", c.O_RDONLY, (fd) => p.is(c.ftruncate(fd, 2), "EINVAL"));
  },
  "changes mtime and ctime, also to the same size": (p) => {
    p.file("f", { text: "text" });
    p.open(
      "f",
      c.O_RDWR,
      (fd) => p.times("f", "mc", () => p.is(c.ftruncate(fd, 4))),
    );
  },
};

/** A program of root's with setuid, to which `prepare` lets `user` write, and nobody looks at it after he has. */
function runsAsCaller(user: User, prepare: (p: Place) => void): Case {
  return (p) => {
    Deno.copyFileSync("/usr/bin/id", "prog");
    prepare(p);
    // What stands there anyway.
    const first = new Uint8Array([0x7f]);
    p.as(
      user,
      () => p.open("prog", c.O_WRONLY, (fd) => p.is(c.pwrite(fd, first, 0), 1)),
    );
    const { stdout } = new Deno.Command("./prog", {
      args: ["-u"],
      uid: user.uid,
      gid: user.gid,
    }).outputSync();
    p.same(new TextDecoder().decode(stdout).trim(), `${user.uid}`, "user");
  };
}

export const write: Table = {
  ...takesPrivileges("write", (fd) => c.pwrite(fd, bytes("x"), 1)),
  "a program that somebody wrote to runs without setuid, also when nobody has looked at it since":
    runsAsCaller(BOB, (p) => p.is(c.chmod(HERE, "prog", 0o4757))),
  "so does one that a further group may write to": runsAsCaller(ALICE, (p) => {
    p.is(c.lchown(HERE, "prog", 0, TEAM));
    p.is(c.chmod(HERE, "prog", 0o4775));
  }),
  "so does one that an access list lets somebody write to": runsAsCaller(
    BOB,
    (p) => {
      const rwx = 7, rx = 5;
      const acl = encodeAcl({
        owner: rwx,
        users: [[BOB.uid, rwx]],
        group: rx,
        mask: rwx,
        other: rx,
      });
      p.open("prog", c.O_RDONLY, (fd) => p.is(c.setxattr(fd, ACCESS, acl, 0)));
      p.is(c.chmod(HERE, "prog", 0o4775));
    },
  ),
  "changes mtime and ctime; reading changes neither": (p) => {
    p.file("f", { text: "text" });
    p.open("f", c.O_RDWR, (fd) => {
      p.times("f", "mc", () => p.is(c.pwrite(fd, bytes("x"), 0), 1));
      const before = p.stat("f");
      p.is(c.pread(fd, new Uint8Array(9), 0), 4);
      const after = p.stat("f");
      p.same(
        after.mtimeNs === before.mtimeNs && after.ctimeNs === before.ctimeNs,
        true,
        "same mtime and ctime",
      );
      // As on a file system mounted noatime.
      if (p.mirrored) p.same(after.atimeNs, before.atimeNs, "atime");
    });
  },
  "nothing written changes nothing": (p) => {
    p.file("f", { mode: 0o4755, text: "text" });
    p.open(
      "f",
      c.O_RDWR,
      (fd) =>
        p.times("f", "", () => p.is(c.pwrite(fd, new Uint8Array(0), 0), 0)),
    );
  },
  "EFAULT from memory that is not there; what is there of it is written": (
    p,
  ) => {
    p.file("f", { text: "text" });
    const page = c.lastPage(), beyond = page + 4096n;
    p.open("f", c.O_RDWR, (fd) => {
      p.is(c.pwriteFrom(fd, beyond, 10, 0), "EFAULT");
      p.is(c.preadTo(fd, beyond, 4, 0), "EFAULT");
    });
    p.content("f", "text");
    p.open("f", c.O_RDWR, (fd) => {
      p.is(c.pwriteFrom(fd, page, 8192, 0), 4096);
      p.same(p.stat("f").size, 4096, "size");
    });
  },
  "EBADF through a descriptor for the other direction": (p) => {
    p.file("f", { text: "text" });
    p.open("f", c.O_RDONLY, (fd) => p.is(c.pwrite(fd, bytes("x"), 0), "EBADF"));
    p.open(
      "f",
      c.O_WRONLY,
      (fd) => p.is(c.pread(fd, new Uint8Array(1), 0), "EBADF"),
    );
  },
  "EISDIR for reading a folder": (p) => {
    p.open(
      ".",
      c.O_RDONLY,
      (fd) => p.is(c.pread(fd, new Uint8Array(1), 0), "EISDIR"),
    );
  },
};

export const fallocate: Table = {
  ...takesPrivileges("fallocate", (fd) => c.fallocate(fd, 0, 0, 20)),
  ...takesPrivileges("punching a hole", (fd) => c.fallocate(fd, 3, 0, 4)),
  "extends, or keeps the size": (p) => {
    p.file("f", { text: "text" });
    p.open("f", c.O_RDWR, (fd) => {
      p.is(c.fallocate(fd, 1, 0, 50_000));
      p.same(p.stat("f").size, 4, "size");
      p.is(c.fallocate(fd, 0, 4096, 4096));
      p.same(p.stat("f").size, 8192, "size");
      p.same(p.stat("f").blocks * 512 >= 8192, true, "space");
    });
    p.content("f", "text" + "\0".repeat(8188));
  },
  "punches holes, which SEEK_DATA and SEEK_HOLE find": (p) => {
    p.open("f", c.O_CREAT | c.O_RDWR, (fd) => {
      p.is(c.pwrite(fd, new Uint8Array(65536).fill(1), 0), 65536);
      p.is(c.fallocate(fd, 3, 16384, 16384));
      p.is(c.lseek(fd, 0, c.SEEK_HOLE), 16384);
      p.is(c.lseek(fd, 16384, c.SEEK_DATA), 32768);
      p.is(c.lseek(fd, 40000, c.SEEK_DATA), 40000);
      p.is(c.lseek(fd, 40000, c.SEEK_HOLE), 65536);
      p.is(c.lseek(fd, 65536, c.SEEK_DATA), "ENXIO");
      p.is(c.lseek(fd, 65536, c.SEEK_HOLE), "ENXIO");
      p.is(c.fallocate(fd, 3, 0, 65536));
      p.is(c.lseek(fd, 0, c.SEEK_DATA), "ENXIO");
      p.is(c.lseek(fd, 0, c.SEEK_HOLE), 0);
    });
  },
  "EINVAL without length, EBADF for a reader, EOPNOTSUPP for modes that FUSE does not carry":
    (p) => {
      p.file("f", { text: "text" });
      p.open("f", c.O_RDWR, (fd) => {
        p.is(c.fallocate(fd, 0, 0, 0), "EINVAL");
        p.is(c.fallocate(fd, 0, -1, 1), "EINVAL");
        for (const mode of p.mirrored ? [8, 32, 2] : []) {
          p.is(c.fallocate(fd, mode, 0, 4096), "EOPNOTSUPP");
        }
      });
      p.open("f", c.O_RDONLY, (fd) => p.is(c.fallocate(fd, 0, 0, 1), "EBADF"));
    },
  "changes mtime and ctime when the size changes": (p) => {
    p.file("f", { text: "text" });
    p.open(
      "f",
      c.O_RDWR,
      (fd) => p.times("f", "mc", () => p.is(c.fallocate(fd, 0, 0, 9000))),
    );
  },
};

/** Copies like coreutils: again from where a shorter answer ended. */
function copyAll(from: number, to: number, size: number): number {
  let done = 0;
  while (done < size) {
    const n = c.copyRange(from, done, to, done, size - done);
    if (n <= 0) return n < 0 ? n : done;
    done += n;
  }
  return done;
}

export const copy: Table = {
  ...takesPrivileges("copy_file_range", (fd) => {
    const source = c.open(HERE, "source", c.O_CREAT | c.O_RDWR, 0o666);
    c.pwrite(source, bytes("from here"), 0);
    const answer = c.copyRange(source, 0, fd, 0, 9);
    c.close(source);
    c.unlink(HERE, "source");
    return answer;
  }),
  "any part to any place": (p) => {
    p.file("a", { text: "0123456789" });
    p.file("b", { text: "abcdefghij" });
    p.open("a", c.O_RDONLY, (a) =>
      p.open("b", c.O_RDWR, (b) => {
        p.is(c.copyRange(a, 2, b, 1, 3), 3);
        p.is(c.copyRange(a, 8, b, 9, 100), 2);
        p.is(c.copyRange(a, 10, b, 0, 5), 0);
        p.is(c.copyRange(a, 99, b, 0, 5), 0);
        p.is(c.copyRange(b, 0, b, 20, 4), 4);
        p.is(c.copyRange(b, 0, b, 2, 4), "EINVAL");
      }));
    p.content("b", "a234efghi89" + "\0".repeat(9) + "a234");
  },
  "what was just written, and more than one step of it": (p) => {
    const size = (9 << 20) + 12345;
    const data = new Uint8Array(size).map((_, i) => (i * 31 + (i >> 12)) & 255);
    p.open(
      "a",
      c.O_CREAT | c.O_RDWR,
      (a) =>
        p.open("b", c.O_CREAT | c.O_RDWR, (b) => {
          p.is(c.pwrite(a, data, 0), size);
          p.is(copyAll(a, b, size), size);
          const got = new Uint8Array(size);
          p.is(c.pread(b, got, 0), size);
          p.same(
            got.every((byte, i) => byte === data[i]),
            true,
            "every byte equal",
          );
          // Mapped and not yet synced on the source's side: the kernel writes it back first.
          p.is(c.writeMapped(a, bytes("mapped"), 5000));
          p.is(c.copyRange(a, 4096, b, 4096, 4096), 4096);
          p.same(c.pread(b, got, 5000) > 6, true, "read back");
          p.same(c.binary(got.subarray(0, 6)), "mapped", "text");
        }),
    );
  },
  "of files without a name": (p) => {
    p.file("b");
    p.open("a", c.O_CREAT | c.O_RDWR, (a) => {
      p.is(c.pwrite(a, bytes("gone but here"), 0), 13);
      p.is(c.unlink(HERE, "a"));
      p.open("b", c.O_RDWR, (b) => p.is(copyAll(a, b, 13), 13));
    });
    p.content("b", "gone but here");
  },
  "EBADF for the wrong direction and O_APPEND, EISDIR for a folder": (p) => {
    p.file("a", { text: "text" });
    p.file("b");
    p.open("a", c.O_RDWR, (a) => {
      p.open("b", c.O_RDONLY, (b) => p.is(c.copyRange(a, 0, b, 0, 4), "EBADF"));
      p.open(
        "b",
        c.O_WRONLY | c.O_APPEND,
        (b) => p.is(c.copyRange(a, 0, b, 0, 4), "EBADF"),
      );
      p.open(
        ".",
        c.O_RDONLY,
        (d) => p.is(c.copyRange(d, 0, a, 0, 4), "EISDIR"),
      );
    });
  },
  "changes mtime and ctime of the target": (p) => {
    p.file("a", { text: "text" });
    p.file("b");
    p.open("a", c.O_RDONLY, (a) =>
      p.open("b", c.O_RDWR, (b) => {
        p.times("b", "mc", () => p.is(c.copyRange(a, 0, b, 0, 4), 4));
      }));
  },
};
