/** Directories: listing, positions under change, many entries. */
import * as c from "../fs/libc.ts";
import { HERE, type Place, type Table } from "./place.ts";

/** Names from where the directory stands to its end, in steps of about `size` bytes. */
function rest(p: Place, fd: number, size: number): c.Position[] {
  const all: c.Position[] = [];
  for (;;) {
    const some = c.someNames(fd, size);
    if (typeof some === "number") {
      p.is(some);
      return all;
    }
    if (some.length === 0) return all;
    all.push(...some);
  }
}
function fill(p: Place, count: number) {
  for (let i = 0; i < count; i++) {
    p.is(
      c.mknod(HERE, `d/${i}`.padEnd(4 + i % 200, "x"), c.S_IFREG | 0o644, 0, 0),
    );
  }
}
const plain = (list: readonly c.Position[]) =>
  list.map(({ name }) => name).filter((name) => name !== "." && name !== "..");
function once(p: Place, names: readonly string[], wanted: readonly string[]) {
  const seen = new Map<string, number>();
  for (const name of names) seen.set(name, (seen.get(name) ?? 0) + 1);
  const wrong = wanted.filter((name) => seen.get(name) !== 1);
  p.same(
    wrong.slice(0, 3).map((name) => `${name}: ${seen.get(name) ?? 0} times`)
      .join(),
    "",
    `names not seen once, of ${wanted.length}`,
  );
}

export const directories: Table = {
  "lists every name once, in steps of any size": (p) => {
    p.directory("d");
    fill(p, 700);
    p.open("d", c.O_RDONLY | c.O_DIRECTORY, (fd) => {
      const names = plain(rest(p, fd, 32768));
      p.same(names.length, 700, "names");
      for (const size of [300, 1000, 4096]) {
        p.is(c.seekTo(fd, 0n));
        once(p, plain(rest(p, fd, size)), names);
      }
    });
  },
  "goes on from every position that was told, after others were looked at": (
    p,
  ) => {
    p.directory("d");
    fill(p, 150);
    p.open("d", c.O_RDONLY | c.O_DIRECTORY, (fd) => {
      const all = rest(p, fd, 4096);
      for (let i = 0; i < all.length - 1; i += 7) {
        const at = (i * 37) % (all.length - 1);
        p.same(Math.min(c.seekTo(fd, all[at]!.next), 0), 0, "seek");
        const some = c.someNames(fd, 600);
        if (typeof some === "number") return p.is(some);
        p.same(
          some[0]?.name ?? "",
          all[at + 1]!.name,
          `name after position ${at}`,
        );
      }
    });
  },
  "names that stay are seen once while others come and go": (p) => {
    p.directory("d");
    fill(p, 600);
    p.open("d", c.O_RDONLY | c.O_DIRECTORY, (fd) => {
      const before = plain(rest(p, fd, 32768));
      p.is(c.seekTo(fd, 0n));
      const first = c.someNames(fd, 2000);
      if (typeof first === "number") return p.is(first);
      const seen = plain(first), removed = new Set<string>();
      before.forEach((name, i) => {
        if (i % 3 !== 0) return;
        p.is(c.unlink(HERE, `d/${name}`));
        removed.add(name);
      });
      for (let i = 0; i < 200; i++) p.file(`d/new${i}`);
      p.is(c.rename(HERE, "d/new0", "d/renamed"));
      seen.push(...plain(rest(p, fd, 1000)));
      once(p, seen, before.filter((name) => !removed.has(name)));
      p.is(c.seekTo(fd, 0n));
      const after = plain(rest(p, fd, 32768));
      p.same(
        after.length,
        before.length - removed.size + 200,
        "names after rewinding",
      );
    });
  },
  "removing everything while listing it, as rm -r does": (p) => {
    p.directory("d");
    fill(p, 500);
    p.open("d", c.O_RDONLY | c.O_DIRECTORY, (fd) => {
      for (;;) {
        const some = c.someNames(fd, 1500);
        if (typeof some === "number") return p.is(some);
        if (some.length === 0) break;
        for (const name of plain(some)) p.is(c.unlink(fd, name));
      }
    });
    p.is(c.rmdir(HERE, "d"));
  },
  "tells the type of each": (p) => {
    p.directory("d");
    p.file("f");
    p.is(c.symlink("f", HERE, "l"));
    const types = [...Deno.readDirSync(".")].map((entry) =>
      `${entry.name}${entry.isFile ? "f" : ""}${entry.isDirectory ? "d" : ""}${
        entry.isSymlink ? "l" : ""
      }`
    );
    p.same(types.sort().join(), "dd,ff,ll", "types");
  },
  "what is listed with its attributes is what stat says": (p) => {
    p.directory("d");
    fill(p, 60);
    // Looking at each while listing: the kernel then asks for attributes with the names.
    for (let round = 0; round < 2; round++) {
      p.open("d", c.O_RDONLY | c.O_DIRECTORY, (fd) => {
        for (const name of plain(rest(p, fd, 1000))) {
          const stat = p.stat(`d/${name}`);
          p.same(stat.nlink, 1, "links");
          p.same(stat.size, round * 3, "size");
          p.is(c.truncate(`d/${name}`, (round + 1) * 3));
        }
      });
    }
  },
  "a folder's times: listing changes neither mtime nor ctime": (p) => {
    p.directory("d");
    fill(p, 5);
    const before = p.stat("d");
    p.open("d", c.O_RDONLY | c.O_DIRECTORY, (fd) => rest(p, fd, 4096));
    const after = p.stat("d");
    p.same(
      after.mtimeNs === before.mtimeNs && after.ctimeNs === before.ctimeNs,
      true,
      "same mtime and ctime",
    );
  },
};
