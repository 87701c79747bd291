/** Processes by their command line: what the kernel says of them now, not a file of an earlier life. */

export interface Running {
  readonly pid: number;
  readonly argv: readonly string[];
}

/** All that have a command line: kernel threads, and what ends meanwhile, have none. */
export function running(): Running[] {
  const found: Running[] = [];
  for (const { name } of Deno.readDirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    let line = "";
    try {
      line = Deno.readTextFileSync(`/proc/${name}/cmdline`);
    } catch {
      continue;
    }
    if (line === "") continue;
    found.push({
      pid: Number(name),
      argv: line.replace(/\0$/, "").split("\0"),
    });
  }
  return found;
}
