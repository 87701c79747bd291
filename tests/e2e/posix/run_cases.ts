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
import { HERE, Place } from "./place.ts";
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
  c.umask(0);
  let count = 0, failed = 0;
  for (const [name, table] of Object.entries(TABLES)) {
    if (positionals.length > 0 && !positionals.includes(name)) continue;
    const folder = `${values.dir}/${name}`;
    place.is(c.mkdir(HERE, c.native(folder), 0o777));
    Deno.chdir(folder);
    place.file("from", { mode: 0o666, text: "from" });
    for (const [what, run] of Object.entries(table)) {
      const own = `${folder}/${count++}`;
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

function say(line: string) {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

Deno.exit(main());
