/** What is kept on this node of data that it alone wrote before it yielded: STATE/salvage/MODULE/DATE, until "hakit salvage drop". */
import { join } from "node:path";
import { foldersIn } from "../system/files.ts";
import type { Paths } from "../system/paths.ts";

/** The newest folder of each module. */
export type KeptData = Readonly<{ [module: string]: string }>;

/** Throws where nobody can tell: that is not the same as none. */
export async function keptData(
  paths: Pick<Paths, "state">,
): Promise<KeptData> {
  const root = join(paths.state, "salvage");
  const found: { [module: string]: string } = {};
  for (const module of await foldersIn(root)) {
    const newest = (await foldersIn(join(root, module))).sort().at(-1);
    if (newest !== undefined) found[module] = newest;
  }
  return found;
}
