/** What of cluster.yaml must be the same on both nodes, as a digest each: it is edited by hand on the one and forgotten on the other. Pure. */
import { createHash } from "node:crypto";
import type { Cluster } from "../module/schema.ts";

/** Digest by part. Time-out and split_brain are told in words, watchdog, http and proxies are each machine's own. */
export function clusterParts(
  { cluster, nodes, links, heartbeat, console, notifications }: Cluster,
): { readonly [part: string]: string } {
  const { period, port } = heartbeat;
  const parts = {
    cluster,
    nodes,
    links,
    heartbeat: { period, port },
    console: console.port,
    notifications,
  };
  return Object.fromEntries(
    Object.entries(parts).map(([part, value]) => [part, digest(value)]),
  );
}

/** Parts that both know and that differ. */
export function differingParts(
  mine: { readonly [part: string]: string },
  theirs: { readonly [part: string]: string },
): string[] {
  return Object.keys(mine).filter((part) =>
    Object.hasOwn(theirs, part) && theirs[part] !== mine[part]
  );
}

/** In whatever order its keys were written. */
function digest(value: unknown): string {
  const text = JSON.stringify(
    value,
    (_, inner) =>
      inner !== null && typeof inner === "object" && !Array.isArray(inner)
        ? Object.fromEntries(Object.entries(inner).sort())
        : inner,
  );
  return createHash("sha256").update(text).digest("hex").slice(0, 12);
}
