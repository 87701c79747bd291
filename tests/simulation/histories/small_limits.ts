/**
 * The product's limits, so small that a history of some hundred changes in a handful of names reaches them: large directories that are
 * levelled in parts, more marks than are kept one by one, more links than one answer tells. Put into a copy of the sources.
 */
import { type Replacement, SourceCopy } from "../source_copy.ts";

/** Whether this is that copy. */
export const IS_COPY = false;

const REPLICATION = "src/replication";
const LIMITS: readonly Replacement[] = [
  ["resync/page.ts", "const NAMES = ", "32_768", "2"],
  ["resync/source_pass.ts", "const TOGETHER = ", "4096", "2"],
  ["resync/places.ts", "const ENTRIES_A_TURN = ", "1000", "2"],
  ["resync/places.ts", "const INODES_A_TURN = ", "20", "2"],
  ["resync/name_list.ts", "const A_TURN = ", "1000", "2"],
  ["resync/remove_all.ts", "const A_TURN = ", "512", "2"],
  ["resync/target_names.ts", "const A_TURN = ", "256", "2"],
  ["marks.ts", "const GROUP = ", "256", "4"],
  ["marks.ts", "const MOST_INODES = ", "1 << 16", "16"],
].map(([file, constant, find, put]) => ({
  file: `${REPLICATION}/${file}`,
  find: `${constant}${find};`,
  put: `${constant}${put};`,
}));

const HERE = {
  file: "tests/simulation/histories/small_limits.ts",
  find: "IS_COPY = " + "false",
  put: "IS_COPY = " + "true",
};

/** deno task simulate with these arguments, in the copy; its exit code. */
export async function simulateSmall(args: readonly string[]): Promise<number> {
  await using copy = await SourceCopy.make();
  for (const replacement of [...LIMITS, HERE]) await copy.replace(replacement);
  const { code } = await copy.simulate(args, "inherit").status;
  return code;
}
