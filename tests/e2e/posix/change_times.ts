/** utimensat, futimens, and the time of birth. */
import * as c from "../fs/libc.ts";
import { badPaths } from "./paths.ts";
import { ALICE, BOB, HERE, nextTick, type Place, type Table } from "./place.ts";

const at = (seconds: number, nanoseconds = 0): c.Time => ({
  seconds,
  nanoseconds,
});
const NOW = at(0, c.UTIME_NOW), OMIT = at(0, c.UTIME_OMIT);
const set = (path: string, atime: c.Time, mtime: c.Time) =>
  c.utimensat(HERE, path, [atime, mtime]);

function has(p: Place, path: string, atime: bigint, mtime: bigint) {
  const stat = p.stat(path);
  p.same(stat.atimeNs, atime, "atime");
  p.same(stat.mtimeNs, mtime, "mtime");
}

export const utimensat: Table = {
  ...badPaths("utimensat", {
    call: (path) => set(path, NOW, NOW),
    follows: true,
  }),
  "to the nanosecond, before 1970 and after 2038": (p) => {
    p.file("f");
    for (
      const [a, m] of [[at(1, 2), at(3, 999_999_999)], [
        at(-5, 7),
        at(-100_000, 1),
      ], [at(4_102_444_800, 5), at(2_147_483_648, 6)]] as const
    ) {
      p.is(set("f", a, m));
      has(
        p,
        "f",
        BigInt(a.seconds) * 1_000_000_000n + BigInt(a.nanoseconds),
        BigInt(m.seconds) * 1_000_000_000n + BigInt(m.nanoseconds),
      );
    }
  },
  "of folders, fifos, devices, and of symlinks themselves": (p) => {
    p.directory("d");
    p.is(c.mknod(HERE, "fifo", c.S_IFIFO | 0o644, 0, 0));
    p.is(c.mknod(HERE, "char", c.S_IFCHR | 0o644, 1, 3));
    for (const name of ["d", "fifo", "char"]) {
      p.is(set(name, at(10), at(20)));
      has(p, name, 10_000_000_000n, 20_000_000_000n);
    }
    p.file("f");
    p.is(c.symlink("f", HERE, "l"));
    p.is(set("f", at(1), at(1)));
    p.is(c.utimens(HERE, "l", at(30), at(40)));
    has(p, "l", 30_000_000_000n, 40_000_000_000n);
    has(p, "f", 1_000_000_000n, 1_000_000_000n);
  },
  "UTIME_OMIT leaves one alone, UTIME_NOW is the file system's now": (p) => {
    p.file("f");
    p.is(set("f", at(1), at(2)));
    p.is(set("f", OMIT, at(3)));
    has(p, "f", 1_000_000_000n, 3_000_000_000n);
    p.is(set("f", at(4), OMIT));
    has(p, "f", 4_000_000_000n, 3_000_000_000n);
    p.file("clock");
    const before = p.stat("clock").mtimeNs;
    p.is(set("f", OMIT, NOW));
    nextTick();
    p.file("clock2");
    const { mtimeNs, atimeNs } = p.stat("f");
    p.same(atimeNs, 4_000_000_000n, "atime");
    // Some 10 ms: clocks of file systems tick.
    p.same(
      mtimeNs >= before - 10_000_000n && mtimeNs <= p.stat("clock2").mtimeNs,
      true,
      "mtime now",
    );
  },
  "changes ctime; both omitted: nothing": (p) => {
    p.file("f");
    p.times("f", "amc", () => p.is(set("f", NOW, NOW)));
    p.times("f", "mc", () => p.is(set("f", OMIT, NOW)));
    p.times("f", "", () => p.is(set("f", OMIT, OMIT)));
  },
  "now: by whoever may write; EACCES for others": (p) => {
    p.file("f", { mode: 0o646 });
    p.as(ALICE, () => {
      p.is(c.utimensat(HERE, "f", null));
      p.is(set("f", NOW, NOW));
    });
    p.is(c.chmod(HERE, "f", 0o644));
    p.as(ALICE, () => {
      p.is(c.utimensat(HERE, "f", null), "EACCES");
      p.is(set("f", NOW, NOW), "EACCES");
    });
  },
  "other times: by the owner only, EPERM for others": (p) => {
    p.file("f", { mode: 0o666, user: BOB });
    p.as(ALICE, () => {
      p.is(set("f", at(1), at(1)), "EPERM");
      p.is(set("f", OMIT, at(1)), "EPERM");
      p.is(set("f", OMIT, NOW), "EPERM");
      p.is(set("f", OMIT, OMIT));
    });
    p.is(c.chmod(HERE, "f", 0));
    p.as(BOB, () => p.is(set("f", at(1), at(1))));
    has(p, "f", 1_000_000_000n, 1_000_000_000n);
  },
  "EINVAL for nanoseconds beyond a second": (p) => {
    p.file("f");
    p.is(set("f", at(0, 1_000_000_000), NOW), "EINVAL");
    p.is(set("f", NOW, at(0, -1)), "EINVAL");
  },
  "futimens of a file without a name": (p) => {
    p.file("f");
    p.open("f", c.O_RDONLY, (fd) => {
      p.is(c.unlink(HERE, "f"));
      p.is(c.futimens(fd, at(1), at(2)));
      const stat = c.stat(fd, "");
      if (typeof stat === "number") return p.is(stat);
      p.same(stat.mtimeNs, 2_000_000_000n, "mtime");
    });
  },
};

export const statx: Table = {
  "the time of birth stays": (p) => {
    p.file("f");
    const born = c.birth(HERE, "f");
    if (born === null) return;
    p.same(typeof born, "bigint", "answer's type");
    nextTick();
    p.is(c.chmod(HERE, "f", 0o600));
    p.is(set("f", at(1), at(1)));
    p.same(c.birth(HERE, "f") as bigint, born as bigint, "birth");
    p.same((born as bigint) > 1_700_000_000_000_000_000n, true, "after 2023");
  },
  "ENOENT of what is not there": (p) => p.is(c.birth(HERE, "x") ?? 0, "ENOENT"),
};
