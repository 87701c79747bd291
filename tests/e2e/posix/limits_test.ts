/**
 * What a file system refuses because it is full, read-only or at an end: on a plain directory of the same disk as the control, then on the
 * mirrored one, where both copies must be equal afterwards.
 */
import { strictEqual } from "node:assert/strict";
import { join } from "node:path";
import * as c from "../fs/libc.ts";
import { equalCopies, onPair } from "../replicator/on_pair.ts";
import type { Pair } from "../replicator/pair.ts";
import { lacking, run, shell } from "../replicator/shell.ts";

const EROFS = -30, EMLINK = -31, EEXIST = -17, ENOENT = -2;
const WRITE = c.O_CREAT | c.O_RDWR;
const DISKS = {
  format: {
    make: ["mkfs.ext4", "-q", "-F"],
    mount: "noatime",
  },
  lacking: lacking("mkfs.ext4", "losetup"),
};

/** `cases` below a plain directory on the primary's disk, then below the mirrored one. */
async function onBoth(
  pair: Pair,
  cases: (root: number, folder: string) => void | Promise<void>,
) {
  const plain = join(pair.root, pair.primary.name, "plain");
  await Deno.mkdir(plain);
  for (const folder of [plain, pair.primary.data]) {
    const root = c.open(c.AT_FDCWD, c.native(folder), c.O_RDONLY);
    try {
      await cases(root, folder);
    } finally {
      c.close(root);
    }
    await Deno.remove(plain, { recursive: true }).catch(() => {});
  }
}

/** A new file's descriptor, or a negative errno; closed again. */
function create(root: number, name: string): number {
  const fd = c.open(root, name, WRITE | c.O_EXCL, 0o644);
  if (fd >= 0) c.close(fd);
  return Math.min(fd, 0);
}

onPair({
  name: "EMLINK: a file has 65,000 names on ext4 and no more",
  ...DISKS,
  disks: "64m",
  async run(pair) {
    await onBoth(pair, (root) => {
      strictEqual(create(root, "one"), 0);
      strictEqual(c.mkdir(root, "names", 0o755), 0);
      for (let n = 1; n < 65_000; n++) {
        strictEqual(c.link(root, "one", `names/${n}`), 0, `name ${n}`);
      }
      strictEqual(c.link(root, "one", "names/more"), EMLINK);
      strictEqual(c.unlink(root, "names/1"), 0);
      strictEqual(c.link(root, "one", "names/more"), 0);
    });
    strictEqual(pair.primary.replicator.report.session, "mirrored");
    await equalCopies(pair);
  },
});

onPair({
  name: "ENOSPC: no room for data, then none for files; then room again",
  sizes: ["24m,nr_inodes=300", "24m,nr_inodes=300"],
  async run(pair) {
    pair.keep(200);
    // Where the disks end at different places the call waits until the peer is level again, by what this process does.
    await onBoth(pair, async (_, folder) => {
      const args = ["run", "-A", "--quiet", FILL, "--dir", folder];
      await run(Deno.execPath(), args);
    });
    await pair.mirrored();
    await pair.release();
    await equalCopies(pair);
  },
});

const FILL = new URL("./fill_disk.ts", import.meta.url).pathname;

onPair({
  name: "EROFS: nothing is changed through a mount that is read-only",
  async run(pair) {
    await onBoth(pair, async (root, folder) => {
      strictEqual(create(root, "file"), 0);
      strictEqual(c.mkdir(root, "folder", 0o755), 0);
      const seen = join(pair.root, "seen");
      await shell(`mkdir '${seen}'; mount --bind '${folder}' '${seen}'
        mount -o remount,bind,ro '${seen}'`);
      const at = c.open(c.AT_FDCWD, c.native(seen), c.O_RDONLY);
      try {
        for (
          const [what, answer] of Object.entries({
            create: create(at, "new"),
            write: Math.min(c.open(at, "file", c.O_RDWR), 0),
            mkdir: c.mkdir(at, "new", 0o755),
            unlink: c.unlink(at, "file"),
            rmdir: c.rmdir(at, "folder"),
            rename: c.rename(at, "file", "new"),
            link: c.link(at, "file", "new"),
            symlink: c.symlink("x", at, "new"),
            chmod: c.chmod(at, "file", 0o600),
            chown: c.lchown(at, "file", 1, 1),
          })
        ) strictEqual(answer, EROFS, what);
        // What stands there, or does not, is said first.
        strictEqual(c.mkdir(at, "folder", 0o755), EEXIST);
        strictEqual(c.chmod(at, "none", 0o600), ENOENT);
      } finally {
        c.close(at);
        await shell(`umount '${seen}'; rmdir '${seen}'`);
      }
    });
    strictEqual(pair.primary.replicator.report.fault, null);
    await equalCopies(pair);
  },
});
