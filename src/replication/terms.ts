/** What both nodes must have configured alike for their directories, as a digest that the greeting carries. Pure. */
import { createHash } from "node:crypto";
import type { ReplicatorConfig } from "./control.ts";
import { excludedOf } from "./exclusions.ts";

/** Undefined: nothing but what has always been, which every replicator understands. */
export function termsOf(
  directories: ReplicatorConfig["directories"],
): string | undefined {
  const excluded = excludedOf(directories);
  const ahead = directories.map(({ guarantee }) => guarantee === "fsync");
  if (excluded.length === 0 && !ahead.includes(true)) return undefined;
  return createHash("sha256").update(JSON.stringify({ excluded, ahead }))
    .digest("hex").slice(0, 32);
}
