/**
 * Makes, lists, looks at and half removes a directory with many names; prints
 * microseconds a name as JSON. A process of its own, because its calls block:
 *
 *   deno run -A tests/e2e/posix/large_directory.ts DIR COUNT
 */
import * as c from "../fs/libc.ts";

const [dir, size] = Deno.args;
const count = Number(size);
Deno.mkdirSync(dir!);
const fd = c.open(c.AT_FDCWD, c.native(dir!), c.O_RDONLY | c.O_DIRECTORY);

function timed(call: () => void): number {
  const begin = performance.now();
  call();
  return Math.round((performance.now() - begin) * 1000 / count);
}
function must(answer: number) {
  if (answer < 0) throw new Error(`errno ${-answer}`);
}

const names = Array.from({ length: count }, (_, i) => `name-${i}`);
const result = {
  make: timed(() => {
    for (const name of names) must(c.mknod(fd, name, c.S_IFREG | 0o644, 0, 0));
  }),
  list: timed(() => {
    const listed = c.names(fd);
    if (typeof listed === "number" || new Set(listed).size !== count) {
      throw new Error(
        `listed ${
          typeof listed === "number" ? listed : listed.length
        } of ${count}`,
      );
    }
  }),
  look: timed(() => {
    for (const name of names) {
      if (typeof c.stat(fd, name) === "number") throw new Error(`no ${name}`);
    }
  }),
  remove: timed(() => {
    for (let i = 0; i < count; i += 2) must(c.unlink(fd, names[i]!));
  }),
};
c.close(fd);
Deno.stdout.writeSync(new TextEncoder().encode(JSON.stringify(result) + "\n"));
