/** The exerciser and the comparison, proven on plain directories: equal trees pass, and every kind of damage is found. */
import {
  deepStrictEqual,
  match,
  strictEqual,
  throws,
} from "node:assert/strict";
import { join } from "node:path";
import { compareTrees } from "./compare_trees.ts";
import { exercise, ExerciseError } from "./exerciser.ts";
import * as c from "./libc.ts";

const root = Deno.uid() === 0;

interface Pair {
  readonly a: string;
  readonly b: string;
}
function withPair(base: string, test: (pair: Pair) => void) {
  const dir = Deno.makeTempDirSync({ dir: base, prefix: "hakit-fs-" });
  const pair = { a: join(dir, "a"), b: join(dir, "b") };
  try {
    Deno.mkdirSync(pair.a);
    Deno.mkdirSync(pair.b);
    test(pair);
  } finally {
    Deno.removeSync(dir, { recursive: true });
  }
}
const base = { checkEvery: 5000, holes: "exact" } as const;

for (const seed of [1, 2, 3]) {
  Deno.test({
    name:
      `exercise() finds two plain directories equal over 20,000 operations, seed ${seed}`,
    ignore: !root,
    fn() {
      withPair("/dev/shm", ({ a, b }) => {
        const result = exercise({
          ...base,
          mount: a,
          model: b,
          seed,
          operations: 20_000,
        });
        strictEqual(result.operations, 20_000);
        deepStrictEqual(compareTrees(a, b, { sameTime: () => true }), []);
      });
    },
  });
}

Deno.test({
  name: "exercise() finds two plain directories on a disk equal",
  ignore: !root,
  fn() {
    withPair("/var/tmp", ({ a, b }) => {
      const holes = "ignored" as const;
      exercise({
        ...base,
        holes,
        mount: a,
        model: b,
        seed: 4,
        operations: 20_000,
      });
      // A second run goes on from what is there.
      exercise({
        ...base,
        holes,
        mount: a,
        model: b,
        seed: 5,
        operations: 5_000,
      });
    });
  },
});

Deno.test({
  name: "exercise() makes the same calls for the same seed",
  ignore: !root,
  fn() {
    const run = () => {
      const lines: string[] = [];
      withPair("/dev/shm", ({ a, b }) => {
        exercise({
          ...base,
          mount: a,
          model: b,
          seed: 6,
          operations: 3_000,
          trace: (line) => lines.push(line),
        });
      });
      return lines;
    };
    deepStrictEqual(run(), run());
  },
});

Deno.test({
  name: "exercise() names seed, operation and last calls when a byte is wrong",
  ignore: !root,
  fn() {
    withPair("/dev/shm", ({ a, b }) => {
      let calls = 0;
      // A mount that loses a write: the 400th call is followed by a change behind its back.
      const trace = () => {
        if (++calls === 400) spoil(a);
      };
      throws(
        () =>
          exercise({
            ...base,
            mount: a,
            model: b,
            seed: 7,
            checkEvery: 50,
            operations: 20_000,
            trace,
          }),
        (error) => {
          strictEqual(error instanceof ExerciseError, true);
          match((error as Error).message, /^seed 7, operation \d+: /);
          match((error as Error).message, /last calls:\n {2}/);
          return true;
        },
      );
    });
  },
});

/** Turns one byte of the first file with content that is found. */
function spoil(dir: string) {
  for (const entry of Deno.readDirSync(dir)) {
    const path = join(dir, entry.name);
    const info = Deno.lstatSync(path);
    if (!info.isFile || info.size === 0 || !info.mtime) continue;
    using file = Deno.openSync(path, { read: true, write: true });
    const byte = new Uint8Array(1);
    file.readSync(byte);
    file.seekSync(0, Deno.SeekMode.Start);
    file.writeSync(new Uint8Array([byte[0]! ^ 0xff]));
    return;
  }
  throw new Error(`Nothing to spoil in "${dir}"`);
}

/** Every way in which a copy can be wrong, and the words that tell it. */
const DAMAGES: readonly {
  readonly name: string;
  readonly damage: (fd: number) => void;
  readonly words: RegExp;
}[] = [
  {
    name: "a missing name",
    damage: (fd) => c.unlink(fd, "plain"),
    words: /plain: only in the first tree/,
  },
  {
    name: "a name too many",
    damage: (fd) => c.close(c.open(fd, "new", c.O_CREAT | c.O_WRONLY, 0o644)),
    words: /new: only in the second tree/,
  },
  {
    name: "a mode",
    damage: (fd) => c.chmod(fd, "plain", 0o640),
    words: /plain: mode 100644 and 100640/,
  },
  {
    name: "an owner",
    damage: (fd) => c.lchown(fd, "link", 5, 0xffffffff),
    words: /link: uid 0 and 5/,
  },
  {
    name: "a nanosecond",
    damage: (fd) => c.utimens(fd, "plain", time(1), time(6)),
    words: /plain: mtime 1000000000000000005 and 1000000000000000006/,
  },
  {
    name: "a byte",
    damage: (fd) => {
      inFile(fd, "plain", (file) => c.pwrite(file, bytes(1, 7), 5000));
      c.utimens(fd, "plain", time(5), time(5));
    },
    words: /plain: data at 5000 of 8192: 1 and 7/,
  },
  {
    name: "a length",
    damage: (fd) => inFile(fd, "plain", (file) => c.ftruncate(file, 8191)),
    words: /plain: size 8192 and 8191/,
  },
  {
    name: "a filled hole",
    damage: (fd) => {
      inFile(
        fd,
        "sparse",
        (file) => c.pwrite(file, bytes(4096, 0), 1 << 20),
      );
      c.utimens(fd, "sparse", time(5), time(5));
    },
    words: /sparse: data extents/,
  },
  {
    name: "an attribute",
    damage: (fd) =>
      inFile(fd, "plain", (file) => c.setxattr(file, "user.x", bytes(1, 2), 0)),
    words: /plain: value of user.x differs/,
  },
  {
    name: "an attribute too many",
    damage: (fd) =>
      inFile(
        fd,
        "deep/inside",
        (file) => c.setxattr(file, "user.y", bytes(1, 2), 0),
      ),
    words: /deep\/inside: attributes \[\] and \[user.y\]/,
  },
  {
    name: "a link target",
    damage: (fd) => {
      c.unlink(fd, "link");
      c.symlink("plaid", fd, "link");
      c.utimens(fd, "link", time(5), time(5));
    },
    words: /link: link target "plain" and "plaid"/,
  },
  {
    name: "a broken hard link",
    damage: (fd) => {
      c.unlink(fd, "two");
      c.link(fd, "three", "two");
      c.utimens(fd, "two", time(5), time(5));
    },
    words: /one = two: one file in the first tree, not in the second/,
  },
  {
    name: "a device number",
    damage: (fd) => {
      c.unlink(fd, "device");
      c.mknod(fd, "device", c.S_IFBLK | 0o600, 259, 70001);
      c.utimens(fd, "device", time(5), time(5));
    },
    words: /device: rdev 259:70000 and 259:70001/,
  },
  {
    name: "a type",
    damage: (fd) => {
      c.unlink(fd, "plain");
      c.mkdir(fd, "plain", 0o644);
    },
    words: /plain: type 100644 and 40644/,
  },
];

for (const { name, damage, words } of DAMAGES) {
  Deno.test({
    name: `compareTrees() finds ${name}`,
    ignore: !root,
    fn() {
      withPair("/dev/shm", ({ a, b }) => {
        plant(a);
        plant(b);
        deepStrictEqual(compareTrees(a, b), []);
        using_(b, damage);
        const found = compareTrees(a, b).join("\n");
        match(found, words);
      });
    },
  });
}

Deno.test("compareTrees() leaves out what the replicator keeps at the root", () => {
  withPair("/dev/shm", ({ a, b }) => {
    Deno.mkdirSync(join(a, ".hakit"));
    const time = new Date(0);
    for (const dir of [a, b]) Deno.utimeSync(dir, time, time);
    deepStrictEqual(compareTrees(a, b), []);
    strictEqual(compareTrees(a, b, { ignore: [] }).length, 1);
  });
});

function using_(dir: string, use: (fd: number) => void) {
  const fd = c.open(c.AT_FDCWD, dir, c.O_RDONLY | c.O_DIRECTORY);
  try {
    use(fd);
  } finally {
    c.close(fd);
  }
}
function inFile(dir: number, path: string, use: (fd: number) => void) {
  const fd = c.open(dir, path, c.O_RDWR);
  try {
    use(fd);
  } finally {
    c.close(fd);
  }
}
function bytes(length: number, value: number) {
  return new Uint8Array(length).fill(value);
}
function time(nanoseconds: number): c.Time {
  return { seconds: 1_000_000_000, nanoseconds };
}

/** A small tree with one of everything. */
function plant(dir: string) {
  using_(dir, (fd) => {
    const umask = c.umask(0);
    const create = (path: string, size: number) => {
      c.close(c.open(fd, path, c.O_CREAT | c.O_WRONLY, 0o644));
      inFile(fd, path, (file) => c.pwrite(file, bytes(size, 1), 0));
    };
    create("plain", 8192);
    inFile(fd, "plain", (f) => c.setxattr(f, "user.x", bytes(1, 1), 0));
    create("one", 10);
    c.link(fd, "one", "two");
    create("three", 10);
    c.link(fd, "three", "four");
    create("sparse", 4096);
    inFile(fd, "sparse", (file) => c.ftruncate(file, 8 << 20));
    c.symlink("plain", fd, "link");
    c.mknod(fd, "device", c.S_IFBLK | 0o600, 259, 70000);
    c.mkdir(fd, "deep", 0o755);
    create("deep/inside", 0);
    const names = [
      ...["plain", "one", "three", "sparse", "link", "device"],
      ...["deep/inside", "deep", "."],
    ];
    for (const name of names) c.utimens(fd, name, time(5), time(5));
    c.umask(umask);
  });
}
