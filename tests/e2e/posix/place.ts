/**
 * Where a case works: a fresh directory that is the current one, open to
 * everybody, and words for what must be so. What each call must do is taken
 * from POSIX.1-2017 and Linux' manual pages.
 */
import * as c from "../fs/libc.ts";

/** Linux' numbers. */
const ERRNO = {
  EPERM: 1,
  ENOENT: 2,
  ENXIO: 6,
  EBADF: 9,
  EACCES: 13,
  EFAULT: 14,
  EBUSY: 16,
  EEXIST: 17,
  EXDEV: 18,
  ENODEV: 19,
  ENOTDIR: 20,
  EISDIR: 21,
  EINVAL: 22,
  ENOTTY: 25,
  ETXTBSY: 26,
  EFBIG: 27,
  ERANGE: 34,
  ENAMETOOLONG: 36,
  ENOTEMPTY: 39,
  ELOOP: 40,
  ENODATA: 61,
  EOPNOTSUPP: 95,
} as const;
export type Errno = keyof typeof ERRNO;

export interface User {
  readonly uid: number;
  readonly gid: number;
  readonly groups: readonly number[];
}
/** In a further group, TEAM. */
export const TEAM = 1300;
export const ALICE: User = { uid: 1201, gid: 1201, groups: [TEAM] };
export const BOB: User = { uid: 1202, gid: 1202, groups: [] };

const [MAJOR, MINOR] = Deno.osRelease().split(".").map(Number);
/** This kernel's FUSE has no O_TMPFILE. */
export const BEFORE_6_1 = MAJOR! < 6 || MAJOR === 6 && MINOR! < 1;

export const HERE = c.AT_FDCWD;
/** Longest name. */
export const LONG = "n".repeat(255);

export type Case = (p: Place) => void;
/** Cases of one call, by what they show. */
export type Table = Readonly<Record<string, Case>>;

export class Failure extends Error {
  override readonly name = "Failure";
}

export class Place {
  /** `mirrored`: behind the mount under test; else a plain directory, the control. */
  constructor(readonly mirrored: boolean) {}

  /** A call's answer: 0 or more, or the errno named. */
  is(
    answer: number | bigint | object | string,
    expected: Errno | number = 0,
  ): void {
    const wanted = typeof expected === "string" ? -ERRNO[expected] : expected;
    if (answer !== wanted) {
      throw new Failure(`answers ${said(answer)}, expected ${expected}`);
    }
  }

  same<T extends string | number | bigint | boolean>(
    actual: T,
    expected: T,
    what: string,
  ): void {
    if (actual !== expected) {
      throw new Failure(`${what} is ${actual}, expected ${expected}`);
    }
  }

  as(user: User, run: () => void): void {
    c.actAs(user.uid, user.gid, user.groups);
    try {
      run();
    } finally {
      c.actAs(0, 0, []);
    }
  }

  /** Opens, uses, closes. */
  open(path: string, flags: number, use: (fd: number) => void, mode = 0o644) {
    const fd = c.open(HERE, path, flags, mode);
    if (fd < 0) throw new Failure(`open of ${path} answers ${said(fd)}`);
    try {
      use(fd);
    } finally {
      c.close(fd);
    }
  }

  /** An open that must be refused. */
  refused(path: string, flags: number, expected: Errno, mode = 0o644): void {
    const fd = c.open(HERE, path, flags, mode);
    if (fd >= 0) c.close(fd);
    this.is(Math.min(fd, 0), expected);
  }

  file(
    path: string,
    has: {
      readonly mode?: number;
      readonly user?: User;
      readonly group?: number;
      readonly text?: string;
    } = {},
  ): void {
    this.open(path, c.O_CREAT | c.O_EXCL | c.O_WRONLY, (fd) => {
      if (has.text) c.pwrite(fd, new TextEncoder().encode(has.text), 0);
    });
    this.#own(path, { mode: 0o644, ...has });
  }

  directory(
    path: string,
    has: {
      readonly mode?: number;
      readonly user?: User;
      readonly group?: number;
    } = {},
  ): void {
    this.is(c.mkdir(HERE, path, 0o755));
    this.#own(path, { mode: 0o755, ...has });
  }

  #own(
    path: string,
    has: {
      readonly mode: number;
      readonly user?: User;
      readonly group?: number;
    },
  ) {
    const { uid, gid } = has.user ?? { uid: 0, gid: 0 };
    this.is(c.lchown(HERE, path, uid, has.group ?? gid));
    this.is(c.chmod(HERE, path, has.mode));
  }

  stat(path: string): c.Stat {
    const stat = c.stat(HERE, path);
    if (typeof stat === "number") {
      throw new Failure(`stat of ${path} answers ${said(stat)}`);
    }
    return stat;
  }

  mode(path: string, expected: number): void {
    const { mode } = this.stat(path);
    this.same(
      (mode & 0o7777).toString(8),
      expected.toString(8),
      `mode of ${path}`,
    );
  }

  owner(path: string, uid: number, gid: number): void {
    const stat = this.stat(path);
    this.same(`${stat.uid}:${stat.gid}`, `${uid}:${gid}`, `owner of ${path}`);
  }

  gone(path: string): void {
    this.is(c.stat(HERE, path), "ENOENT");
  }

  content(path: string, expected: string): void {
    this.open(path, c.O_RDONLY, (fd) => {
      const bytes = new Uint8Array(65536);
      const n = c.pread(fd, bytes, 0);
      this.same(c.binary(bytes.subarray(0, n)), expected, `text of ${path}`);
    });
  }

  /** `changes`: which of atime, mtime and ctime of `path` the call must change ("mc"); the others must stay. */
  times(path: string, changes: string, call: () => void): void {
    const before = this.stat(path);
    nextTick();
    call();
    this.changed(before, this.stat(path), changes, path);
  }

  changed(before: c.Stat, after: c.Stat, expected: string, what: string) {
    const changed = (["a", "m", "c"] as const).filter((time) => {
      const name = `${time}timeNs` as const;
      if (after[name] < before[name]) {
        throw new Failure(`${time}time of ${what} went back`);
      }
      return after[name] !== before[name];
    }).join("");
    this.same(changed, expected, `changed times of ${what}`);
  }
}

const cell = new Int32Array(new SharedArrayBuffer(4));
/** The clock of file systems stands still for up to 10 ms. */
export function nextTick(): void {
  Atomics.wait(cell, 0, 0, 12);
}

function said(answer: unknown): string {
  if (typeof answer !== "number" || answer >= 0) {
    return JSON.stringify(
      answer,
      (_, v) => typeof v === "bigint" ? String(v) : v,
    );
  }
  const found = Object.entries(ERRNO).find(([, code]) => code === -answer);
  return found?.[0] ?? `errno ${-answer}`;
}
