/** A new executable takes the place of the one that runs, which is kept beside it; and the way back. */
import { dirname, join } from "node:path";
import { exists, syncFolder } from "../system/files.ts";

export interface Files {
  readonly target: string;
  readonly previous: string;
  readonly staged: string;
}

/** All in one folder: a rename must not cross file systems. */
export function filesOf(executable: string): Files {
  const folder = dirname(executable);
  return {
    target: executable,
    previous: join(folder, "hakit.old"),
    staged: join(folder, ".hakit.staged"),
  };
}

/** Names that are there only while it goes on. */
function between(target: string) {
  const folder = dirname(target);
  return {
    kept: join(folder, ".hakit.kept"),
    next: join(folder, ".hakit.next"),
  };
}

/** `source` takes the place of `target`, which becomes `previous`; at no moment is `target` missing. */
export async function exchange(
  { target, previous, source }: {
    readonly target: string;
    readonly previous: string;
    readonly source: string;
  },
): Promise<void> {
  const { kept, next } = between(target);
  for (const name of [kept, next]) await Deno.remove(name).catch(() => {});
  await Deno.link(target, kept);
  await Deno.link(source, next);
  await Deno.chmod(next, 0o755);
  await Deno.rename(kept, previous);
  await Deno.rename(next, target);
  if (source !== previous) await Deno.remove(source);
  await syncFolder(dirname(target));
}

/** An exchange that was cut off before `target` was another one. `back`: it was the kept one that was to come. */
export async function takeBack(
  { target, previous }: Pick<Files, "target" | "previous">,
  { back }: { readonly back: boolean },
): Promise<void> {
  const { kept, next } = between(target);
  // `previous` may be the one that runs by now: the only name of the one before is this.
  if (back && await exists(next)) await Deno.rename(next, previous);
  for (const name of [kept, next]) await Deno.remove(name).catch(() => {});
  await syncFolder(dirname(target));
}

/** The one that was kept, instead of one that did not begin; that one is of no more use. */
export async function putBack(
  { target, previous }: Pick<Files, "target" | "previous">,
): Promise<void> {
  await Deno.rename(previous, target);
  await syncFolder(dirname(target));
}
