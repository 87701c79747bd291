/** What was done to a module's configuration, in words; also on the page that follows, when the one it was done on is left for it. */
import type { Applied } from "../../../agent/module_changes.ts";
import type { ClusterState } from "../../../api/state.ts";
import type { Texts } from "../../text/en.ts";
import { answers } from "../../view.ts";

type Done = Pick<Applied, "revision" | "installed" | "pending">;

export function wordsOf(
  { revision, installed, pending }: Done,
  { config, clusterConfig }: Texts,
  /** It lies there, and is in force when the agents have begun again. */
  { waits = false }: { readonly waits?: boolean } = {},
): string {
  if (revision === null) return config.nothing;
  if (waits) return clusterConfig.written(revision, installed.join(", "));
  const done = config.applied(revision, installed.join(", "));
  return pending.length > 0
    ? `${done} ${config.pending(pending.join(", "))}`
    : done;
}

/** A node that may have the module still, or null: the agent takes it off those that it reaches. */
export function leftOn(
  module: string,
  { nodes }: ClusterState,
  removed: readonly string[],
): string | null {
  const left = nodes.find((node) =>
    !removed.includes(node.name) &&
    (!answers(node) || node.modules.some(({ name }) => name === module))
  );
  return left?.name ?? null;
}

const KEPT = "hakit-told";

/** To the module's own page, which says it once. */
export function leave(module: string, done: Done, t: Texts): void {
  sessionStorage.setItem(KEPT, wordsOf(done, t));
  location.assign(`/config?module=${module}`);
}

export function takeTold(): string | null {
  const text = sessionStorage.getItem(KEPT);
  sessionStorage.removeItem(KEPT);
  return text;
}
