/**
 * Runs the cases of one table, or of all, below a directory; each in a folder of
 * its own. A process of its own, because its calls block:
 *
 *   deno run -A tests/e2e/posix/run_cases.ts --dir DIR [--mirrored] [TABLE...]
 *
 * Prints a line for each case that fails, and last how many there were. Exit
 * code 0: none failed.
 */
import { parseArgs } from "node:util";
import * as c from "../fs/libc.ts";
import { BEFORE_6_1, HERE, Place } from "./place.ts";
import { TABLES } from "./tables.ts";

function main(): number {
  const { values, positionals } = parseArgs({
    args: Deno.args,
    options: {
      dir: { type: "string" },
      mirrored: { type: "boolean", default: false },
    },
    allowPositionals: true,
  });
  if (!values.dir) {
    say("Cannot start: expected --dir DIR");
    return 2;
  }
  const place = new Place(values.mirrored);
  let count = 0, failed = 0;
  for (const [name, table] of Object.entries(TABLES)) {
    if (positionals.length > 0 && !positionals.includes(name)) continue;
    const folder = `${values.dir}/${name}`;
    c.umask(0);
    place.is(c.mkdir(HERE, c.native(folder), 0o777));
    Deno.chdir(folder);
    place.file("from", { mode: 0o666, text: "from" });
    for (const [what, run] of Object.entries(table)) {
      if (place.mirrored && BEFORE_6_1 && NEEDS_6_1[name]?.includes(what)) {
        say(`${name}, ${what}: left out, this kernel is older than 6.1`);
        continue;
      }
      const own = `${folder}/${count++}`;
      // Also after a case that failed under its own.
      c.umask(0);
      place.is(c.mkdir(HERE, c.native(own), 0o777));
      Deno.chdir(own);
      try {
        run(place);
      } catch (error) {
        failed++;
        say(
          `${name}, ${what}: ${error instanceof Error ? error.message : error}`,
        );
      }
    }
  }
  Deno.chdir("/");
  say(`${count} cases, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

/** FUSE of older kernels has no O_TMPFILE, and takes a setgid bit that stays below (src/fuse/DESIGN.md). */
const NEEDS_6_1: Readonly<Record<string, readonly string[]>> = {
  acl: [
    "a default one is inherited, in place of the umask",
    "takes setgid when its setter is not in the file's group",
  ],
  tmpfile: [
    "has no name, no links, its maker's ownership, and gets a name by linkat",
    "leaves nothing behind",
    "ENOENT for a name after O_EXCL",
    "umask, setgid folder and rights as for other files",
  ],
};

function say(line: string) {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

Deno.exit(main());
