/**
 * Fills the disk below a directory with data, then its table of inodes: what is refused, and what still works. A process of its own, because
 * its calls block. Exit code 0: all as it should be.
 */
import { ok, strictEqual } from "node:assert/strict";
import { parseArgs } from "node:util";
import * as c from "../fs/libc.ts";

const ENOSPC = -28;

const { values } = parseArgs({ options: { dir: { type: "string" } } });
const root = c.open(c.AT_FDCWD, c.native(values.dir!), c.O_RDONLY);

/** A new file, closed again: 0, or a negative errno. */
function create(name: string): number {
  const fd = c.open(root, name, c.O_CREAT | c.O_EXCL | c.O_RDWR, 0o644);
  if (fd >= 0) c.close(fd);
  return Math.min(fd, 0);
}

const fd = c.open(root, "large", c.O_CREAT | c.O_RDWR, 0o644);
strictEqual(create("small"), 0);
const block = new Uint8Array(65536).fill(7);
let at = 0, n = 0;
while ((n = c.pwrite(fd, block, at)) > 0) at += n;
strictEqual(n, ENOSPC);
ok(at > 8 << 20, `full after ${at} bytes`);
strictEqual(c.fallocate(fd, 0, at, 32 << 20), ENOSPC);
// A hole needs no room.
strictEqual(c.ftruncate(fd, 1 << 30), 0);
strictEqual(c.rename(root, "small", "renamed"), 0);
strictEqual(c.ftruncate(fd, 0), 0);
c.close(fd);
strictEqual(c.unlink(root, "large"), 0);

strictEqual(c.mkdir(root, "many", 0o755), 0);
let made = 0, last = 0;
while ((last = create(`many/${made}`)) === 0) made++;
strictEqual(last, ENOSPC);
ok(made > 100, `${made} files`);
strictEqual(c.mkdir(root, "folder", 0o755), ENOSPC);
strictEqual(c.symlink("x", root, "link"), ENOSPC);
strictEqual(c.mknod(root, "pipe", c.S_IFIFO | 0o644, 0, 0), ENOSPC);
strictEqual(c.unlink(root, "many/0"), 0);
strictEqual(create("many/again"), 0);
// The other copy needs some of its own while it is levelled.
for (let i = 50; i < made; i++) strictEqual(c.unlink(root, `many/${i}`), 0);
