/** What both nodes must have configured alike for their directories, as a digest that the greeting carries. Pure. */
import { createHash } from "node:crypto";
import type { ReplicatorConfig } from "./control.ts";
import { excludedOf } from "./exclusions.ts";

/**
 * The mirrored directories in the order by which frames and marks name them. What is below a node's `home` is named from there: so two
 * nodes fit on one machine.
 */
export function placesOf(
  directories: ReplicatorConfig["directories"],
  home?: string,
): readonly string[] {
  return directories.map(({ path }) =>
    home && path.startsWith(`${home}/`) ? path.slice(home.length) : path
  );
}

export function termsOf(
  directories: ReplicatorConfig["directories"],
  home?: string,
): string {
  const places = placesOf(directories, home);
  const excluded = excludedOf(directories);
  const ahead = directories.map(({ guarantee }) => guarantee === "fsync");
  return createHash("sha256")
    .update(JSON.stringify({ places, excluded, ahead }))
    .digest("hex").slice(0, 32);
}

/** Whether two lists name the same directories in the same order. */
export function samePlaces(
  a: readonly string[],
  b: readonly string[],
): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
