/** Which module is meant: the argument may be left out where there is only one. Pure. */
import type { ClusterState } from "../api/state.ts";
import { UsageError } from "./command.ts";
import { suggest } from "./suggest.ts";

/** Throws UsageError with the names there are. */
export function moduleName(
  state: ClusterState,
  given: string | undefined,
): string {
  const names = moduleNames(state);
  if (given !== undefined) {
    if (names.includes(given)) return given;
    const near = suggest(given, names);
    throw new UsageError(
      `unknown module "${given}", ` +
        (near ? `did you mean "${near}"?` : `expected ${list(names)}`),
    );
  }
  const [only, ...more] = names;
  if (only === undefined) {
    throw new UsageError(
      'no module is installed; see "hakit help module"',
    );
  }
  if (more.length > 0) {
    throw new UsageError(`name a module: ${list(names)}`);
  }
  return only;
}

/** Modules of either node, in the order of the first. */
export function moduleNames(state: ClusterState): string[] {
  return [
    ...new Set(
      state.nodes.flatMap((node) => node.modules.map((module) => module.name)),
    ),
  ];
}

function list(names: readonly string[]): string {
  return names.length === 0
    ? "none: no module is installed"
    : `one of ${names.join(", ")}`;
}
