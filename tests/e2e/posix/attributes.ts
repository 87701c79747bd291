/** Extended attributes and access control lists. */
import * as c from "../fs/libc.ts";
import { ACCESS, type Acl, DEFAULT, encodeAcl } from "./access_list.ts";
import {
  ALICE,
  BOB,
  type Errno,
  HERE,
  type Place,
  type Table,
  TEAM,
  type User,
} from "./place.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

/** Attributes are set through a descriptor that needs no rights. */
function on<T>(p: Place, path: string, use: (fd: number) => T): T {
  let result: T;
  p.open(path, c.O_PATH | c.O_NOFOLLOW, (fd) => result = use(fd));
  return result!;
}
function set(
  p: Place,
  path: string,
  name: string,
  value: Uint8Array<ArrayBuffer>,
  flags = 0,
) {
  return on(p, path, (fd) => c.setxattr(fd, name, value, flags));
}

export const xattr: Table = {
  "set, replace, list, remove": (p) => {
    p.file("f");
    p.is(set(p, "f", "user.a", bytes("one")));
    p.is(set(p, "f", "user.a", bytes("two"), 1), "EEXIST");
    p.is(set(p, "f", "user.b", bytes("x"), 2), "ENODATA");
    p.is(set(p, "f", "user.a", bytes("two"), 2));
    p.is(set(p, "f", "user.b", bytes(""), 1));
    on(p, "f", (fd) => {
      p.same(String(c.listxattr(fd)), "user.a,user.b", "names");
      p.same(String(c.getxattr(fd, "user.a")), "two", "value");
      p.same(String(c.getxattr(fd, "user.b")), "", "value");
      p.is(c.removexattr(fd, "user.a"));
      p.is(c.removexattr(fd, "user.a"), "ENODATA");
      p.is(c.getxattr(fd, "user.a"), "ENODATA");
    });
  },
  "names of 255 bytes, of any bytes; ERANGE above": (p) => {
    p.file("f");
    for (const name of ["user." + "n".repeat(250), "user.\xff\xfe\x01 \n"]) {
      p.is(set(p, "f", name, bytes("v")));
      on(p, "f", (fd) => p.same(String(c.getxattr(fd, name)), "v", "value"));
    }
    p.is(set(p, "f", "user." + "n".repeat(251), bytes("v")), "ERANGE");
    on(
      p,
      "f",
      (fd) =>
        p.same(
          (c.listxattr(fd) as string[]).includes("user.\xff\xfe\x01 \n"),
          true,
          "listed",
        ),
    );
  },
  "a value of 60000 bytes where the file system takes it": (p) => {
    p.file("f");
    const value = new Uint8Array(60_000).map((_, i) => i);
    const answer = set(p, "f", "user.large", value);
    // ext4 has a block for all of them.
    if (answer === -28) return;
    p.is(answer);
    on(
      p,
      "f",
      (fd) =>
        p.same(
          c.getxattr(fd, "user.large") === c.binary(value),
          true,
          "value equal",
        ),
    );
  },
  "E2BIG above 64 KiB": (p) => {
    p.file("f");
    p.same(set(p, "f", "user.large", new Uint8Array(65537)), -7, "answer");
  },
  "user attributes: rights as for the data; EPERM on special files": (p) => {
    p.file("f", { mode: 0o644 });
    p.is(set(p, "f", "user.a", bytes("v")));
    p.as(ALICE, () => {
      p.is(set(p, "f", "user.a", bytes("w")), "EACCES");
      on(
        p,
        "f",
        (fd) => p.same(String(c.getxattr(fd, "user.a")), "v", "value"),
      );
    });
    p.is(c.chmod(HERE, "f", 0o600));
    p.as(
      ALICE,
      () => on(p, "f", (fd) => p.is(c.getxattr(fd, "user.a"), "EACCES")),
    );
    p.is(c.symlink("f", HERE, "l"));
    p.is(c.mknod(HERE, "fifo", c.S_IFIFO | 0o644, 0, 0));
    for (const name of ["l", "fifo"]) {
      p.is(set(p, name, "user.a", bytes("v")), "EPERM");
    }
    p.directory("d", { mode: 0o1777 });
    p.as(ALICE, () => p.is(set(p, "d", "user.a", bytes("v")), "EPERM"));
  },
  "trusted ones on everything, symlinks too": (p) => {
    p.file("f");
    p.directory("d");
    p.is(c.symlink("f", HERE, "l"));
    p.is(c.mknod(HERE, "fifo", c.S_IFIFO | 0o644, 0, 0));
    for (const name of ["f", "d", "l", "fifo"]) {
      p.is(set(p, name, "trusted.a", bytes("v")));
    }
  },
  "the product's own are not there": (p) => {
    if (!p.mirrored) return;
    p.file("f");
    on(p, "f", (fd) => {
      p.same(String(c.listxattr(fd)), "", "names");
      p.is(c.getxattr(fd, "trusted.hakit.id"), "ENODATA");
      p.is(c.setxattr(fd, "trusted.hakit.id", bytes("12345678"), 0), "EPERM");
      p.is(c.removexattr(fd, "trusted.hakit.id"), "EPERM");
    });
  },
  "changes ctime only": (p) => {
    p.file("f");
    p.times("f", "c", () => p.is(set(p, "f", "user.a", bytes("v"))));
    p.times(
      "f",
      "c",
      () => on(p, "f", (fd) => p.is(c.removexattr(fd, "user.a"))),
    );
  },
};

/** What setfacl -m u:ALICE:rights does to a file of mode 0600. */
const forAlice = (rights: number): Acl => ({
  owner: 6,
  users: [[ALICE.uid, rights]],
  group: 0,
  mask: rights,
  other: 0,
});

function reads(
  p: Place,
  user: User,
  path: string,
  expected: 0 | Errno,
  flags = c.O_RDONLY,
) {
  p.as(user, () => {
    if (expected === 0) p.open(path, flags, () => {});
    else p.refused(path, flags, expected);
  });
}
function shows(p: Place, path: string, name: string, expected: Acl | null) {
  on(p, path, (fd) => {
    const value = c.getxattr(fd, name);
    if (expected === null) p.is(value, "ENODATA");
    else {p.same(
        value === c.binary(encodeAcl(expected)),
        true,
        `${name} of ${path} as expected`,
      );}
  });
}

export const acl: Table = {
  "gives a user what the mode does not, at once and until it goes": (p) => {
    p.file("f", { mode: 0o600 });
    reads(p, ALICE, "f", "EACCES");
    p.is(set(p, "f", ACCESS, encodeAcl(forAlice(4))));
    reads(p, ALICE, "f", 0);
    reads(p, ALICE, "f", "EACCES", c.O_WRONLY);
    reads(p, BOB, "f", "EACCES");
    p.is(set(p, "f", ACCESS, encodeAcl(forAlice(6))));
    reads(p, ALICE, "f", 0, c.O_RDWR);
    on(p, "f", (fd) => p.is(c.removexattr(fd, ACCESS)));
    reads(p, ALICE, "f", "EACCES");
  },
  "takes from a user what others may": (p) => {
    p.file("f", { mode: 0o644 });
    p.is(
      set(
        p,
        "f",
        ACCESS,
        encodeAcl({
          owner: 6,
          users: [[BOB.uid, 0]],
          group: 4,
          mask: 4,
          other: 4,
        }),
      ),
    );
    reads(p, BOB, "f", "EACCES");
    reads(p, ALICE, "f", 0);
  },
  "gives a further group its rights": (p) => {
    p.file("f", { mode: 0o600 });
    p.is(
      set(
        p,
        "f",
        ACCESS,
        encodeAcl({
          owner: 6,
          group: 0,
          groups: [[TEAM, 6]],
          mask: 6,
          other: 0,
        }),
      ),
    );
    reads(p, ALICE, "f", 0, c.O_RDWR);
    reads(p, BOB, "f", "EACCES");
  },
  "the group bits of the mode are its mask, both ways": (p) => {
    p.file("f", { mode: 0o600 });
    p.is(set(p, "f", ACCESS, encodeAcl(forAlice(6))));
    p.mode("f", 0o660);
    p.is(c.chmod(HERE, "f", 0o640));
    reads(p, ALICE, "f", 0);
    reads(p, ALICE, "f", "EACCES", c.O_WRONLY);
    shows(p, "f", ACCESS, { ...forAlice(6), mask: 4 });
    p.is(c.chmod(HERE, "f", 0o600));
    reads(p, ALICE, "f", "EACCES");
  },
  "one that says no more than a mode becomes the mode": (p) => {
    p.file("f", { mode: 0o600 });
    p.is(set(p, "f", ACCESS, encodeAcl({ owner: 7, group: 5, other: 1 })));
    p.mode("f", 0o751);
    shows(p, "f", ACCESS, null);
    on(p, "f", (fd) => p.same(String(c.listxattr(fd)), "", "names"));
  },
  "is listed": (p) => {
    p.directory("d");
    p.is(set(p, "d", ACCESS, encodeAcl(forAlice(5))));
    p.is(set(p, "d", DEFAULT, encodeAcl(forAlice(5))));
    on(
      p,
      "d",
      (fd) => p.same(String(c.listxattr(fd)), `${ACCESS},${DEFAULT}`, "names"),
    );
  },
  "a default one is inherited, in place of the umask": (p) => {
    p.directory("d", { mode: 0o777 });
    const inherited: Acl = {
      owner: 7,
      users: [[ALICE.uid, 7]],
      group: 5,
      mask: 7,
      other: 0,
    };
    p.is(set(p, "d", DEFAULT, encodeAcl(inherited)));
    const umask = c.umask(0o077);
    p.as(BOB, () => {
      p.open("d/f", c.O_CREAT | c.O_WRONLY, () => {}, 0o666);
      p.is(c.mkdir(HERE, "d/e", 0o777));
      p.is(c.mknod(HERE, "d/fifo", c.S_IFIFO | 0o666, 0, 0));
      p.is(c.symlink("x", HERE, "d/l"));
      p.open(
        "d",
        c.O_TMPFILE | c.O_RDWR,
        (fd) => p.is(c.linkOf(fd, HERE, "d/t")),
        0o666,
      );
      p.open("plain", c.O_CREAT | c.O_WRONLY, () => {}, 0o666);
    });
    c.umask(umask);
    for (const name of ["d/f", "d/fifo", "d/t"]) {
      p.mode(name, 0o660);
      shows(p, name, ACCESS, { ...inherited, owner: 6, mask: 6 });
      shows(p, name, DEFAULT, null);
    }
    p.mode("d/e", 0o770);
    shows(p, "d/e", ACCESS, inherited);
    shows(p, "d/e", DEFAULT, inherited);
    p.mode("plain", 0o600);
    reads(p, ALICE, "d/f", 0, c.O_RDWR);
    p.as(ALICE, () => p.open("d/e/deeper", c.O_CREAT | c.O_WRONLY, () => {}));
    shows(p, "d/e/deeper", ACCESS, { ...inherited, owner: 6, mask: 4 });
  },
  "a folder's rights by it: search, list, make": (p) => {
    p.directory("d", { mode: 0o700 });
    p.file("d/f", { mode: 0o644 });
    reads(p, ALICE, "d/f", "EACCES");
    p.is(set(p, "d", ACCESS, encodeAcl({ ...forAlice(1), owner: 7 })));
    reads(p, ALICE, "d/f", 0);
    reads(p, ALICE, "d", "EACCES");
    p.as(ALICE, () => p.refused("d/g", c.O_CREAT | c.O_WRONLY, "EACCES"));
    p.is(set(p, "d", ACCESS, encodeAcl({ ...forAlice(7), owner: 7 })));
    reads(p, ALICE, "d", 0);
    p.as(ALICE, () => p.open("d/g", c.O_CREAT | c.O_WRONLY, () => {}));
  },
  "EPERM for setting another's, EACCES for a default one of a file": (p) => {
    p.file("f", { mode: 0o666, user: BOB });
    p.as(
      ALICE,
      () => p.is(set(p, "f", ACCESS, encodeAcl(forAlice(7))), "EPERM"),
    );
    p.as(BOB, () => p.is(set(p, "f", ACCESS, encodeAcl(forAlice(7)))));
    p.is(set(p, "f", DEFAULT, encodeAcl(forAlice(7))), "EACCES");
  },
  "EINVAL for one that is none": (p) => {
    p.file("f");
    p.is(set(p, "f", ACCESS, encodeAcl(forAlice(7)).slice(0, 9)), "EINVAL");
    const { mask: _, ...unmasked } = forAlice(7);
    p.is(set(p, "f", ACCESS, encodeAcl(unmasked)), "EINVAL");
  },
  "EOPNOTSUPP on a symlink": (p) => {
    p.is(c.symlink("x", HERE, "l"));
    p.is(set(p, "l", ACCESS, encodeAcl(forAlice(7))), "EOPNOTSUPP");
  },
  "a default one leaves setgid, whoever sets it": (p) => {
    p.directory("d", { mode: 0o2755, user: ALICE, group: BOB.gid });
    p.as(ALICE, () => p.is(set(p, "d", DEFAULT, encodeAcl(forAlice(7)))));
    p.mode("d", 0o2755);
    shows(p, "d", DEFAULT, forAlice(7));
  },
  "takes setgid when its setter is not in the file's group": (p) => {
    p.file("f", { mode: 0o2755, user: ALICE, group: BOB.gid });
    p.as(
      ALICE,
      () =>
        p.is(
          set(
            p,
            "f",
            ACCESS,
            encodeAcl({
              owner: 7,
              users: [[BOB.uid, 7]],
              group: 5,
              mask: 7,
              other: 5,
            }),
          ),
        ),
    );
    p.mode("f", 0o775);
    p.file("g", { mode: 0o2755, user: ALICE, group: TEAM });
    p.as(
      ALICE,
      () =>
        p.is(
          set(
            p,
            "g",
            ACCESS,
            encodeAcl({
              owner: 7,
              users: [[BOB.uid, 7]],
              group: 5,
              mask: 7,
              other: 5,
            }),
          ),
        ),
    );
    p.mode("g", 0o2775);
  },
  "changes ctime only": (p) => {
    p.file("f", { mode: 0o600 });
    p.times("f", "c", () => p.is(set(p, "f", ACCESS, encodeAcl(forAlice(4)))));
  },
};
