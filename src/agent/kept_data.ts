/** What is kept on this node of data that it alone wrote before it yielded: STATE/salvage/MODULE/DATE, until "hakit salvage drop". */
import { join } from "node:path";
import type { Paths } from "../system/paths.ts";

/** The newest folder of each module. */
export async function keptData(
  paths: Pick<Paths, "state">,
): Promise<{ [module: string]: string }> {
  const root = join(paths.state, "salvage");
  const found: { [module: string]: string } = {};
  for (const module of await namesIn(root)) {
    const newest = (await namesIn(join(root, module))).sort().at(-1);
    if (newest !== undefined) found[module] = newest;
  }
  return found;
}

/** Of the folders in there; none where there is no such folder. */
export async function namesIn(folder: string): Promise<string[]> {
  const names: string[] = [];
  try {
    for await (const { name, isDirectory } of Deno.readDir(folder)) {
      if (isDirectory) names.push(name);
    }
  } catch {
    // There is none.
  }
  return names;
}
