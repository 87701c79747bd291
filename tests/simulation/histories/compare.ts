/** How the two copies differ: all that an application can see, and the ids by which the nodes name files to each other. */
import { readId } from "../../../src/replication/id_xattr.ts";
import { openName } from "../../../src/replication/inspect.ts";
import { joinPath } from "../../../src/replication/name.ts";
import { eachName } from "../../../src/replication/resync/places.ts";
import { libc } from "../../../src/system/libc.ts";
import { compareTrees } from "../../e2e/fs/compare_trees.ts";
import { binary, shown } from "../../e2e/fs/libc.ts";
import type { Node } from "./node.ts";

/** The first differences, one line each; none: equal. */
export function differences(
  one: Node,
  two: Node,
  { directoryTimes }: { readonly directoryTimes: boolean },
): string[] {
  const found = compareTrees(one.directory, two.directory, {
    // A resync brings zeros as holes.
    holes: "ignored",
    limit: 5,
    sameTime: (a, b, directory) => a === b || directory && !directoryTimes,
  });
  if (found.length > 0) return found;
  const others = idsOf(two);
  return [...idsOf(one)].filter(([path, id]) => others.get(path) !== id)
    .map(([path, id]) => `${shown(path)}: ids ${id} and ${others.get(path)}`);
}

function idsOf({ volume }: Node): Map<string, number> {
  const ids = new Map<string, number>();
  const walk = eachName(volume, (path, directory, { name }) => {
    const fd = openName(directory, name);
    ids.set(binary(joinPath(path, name)), readId(fd));
    libc.close(fd);
  });
  for (const _ of walk);
  return ids;
}
