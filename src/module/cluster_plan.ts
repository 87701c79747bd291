/**
 * What a new cluster.yaml changes. The agents read it when they begin, one after the other: what is not in the table below must not
 * differ between two that run, and needs every module stopped. A key that is added to the schema is safe before somebody has thought
 * about it. Pure.
 */
import type { ArchiveFile } from "./archive.ts";
import { type Effect, fileChanges, type Plan, same, worstOf } from "./plan.ts";
import type { Cluster } from "./schema.ts";

/** Two agents may disagree on these for as long as a restart of both takes. */
const ONE_BY_ONE = [
  "heartbeat",
  "split_brain",
  "watchdog",
  "console.http",
  "console.trusted_proxies",
  "notifications",
];
const NEXT: Omit<Effect, "part"> = {
  how: "next",
  text:
    'counts when the agents have begun again, one after the other: by the button on this page, or "hakit upgrade --restart"',
};
const STOP: Omit<Effect, "part"> = {
  how: "stop",
  text:
    'only while every module is stopped on both nodes; then the agents begin again before one is started: by the button on this page, or "hakit upgrade --restart"',
};

/** `running`: as the agent read it when it began; `files`: as it lies on the disk. */
export function planCluster(
  before: { readonly running: Cluster; readonly files: readonly ArchiveFile[] },
  after: { readonly cluster: Cluster; readonly files: readonly ArchiveFile[] },
): Plan {
  const effects = clusterEffects(before.running, after.cluster);
  const files = fileChanges(before.files, after.files);
  // What lies there already and waits for the agents is no change any more.
  if (files.length === 0) return { files, effects: [], how: null };
  return { files, effects, how: worstOf(effects) ?? "live" };
}

/** What an agent that runs by the one would do otherwise by the other. */
export function clusterEffects(running: Cluster, wanted: Cluster): Effect[] {
  const [old, fresh] = [partsOf(running), partsOf(wanted)];
  return Object.keys({ ...old, ...fresh })
    .filter((part) => !same(old[part], fresh[part]))
    .map((part) => ({ part, ...(ONE_BY_ONE.includes(part) ? NEXT : STOP) }));
}

/** What no running cluster can become by an edit; null: it can. */
export function otherCluster(running: Cluster, wanted: Cluster): string | null {
  const names = ({ nodes }: Cluster) =>
    nodes.map(({ name }) => name).join(", ");
  for (
    const [part, is, was] of [
      ["cluster", wanted.cluster, running.cluster],
      ["id", wanted.id, running.id],
      ["nodes", names(wanted), names(running)],
    ] as const
  ) {
    if (is !== was) {
      return `${part}: is "${is}", expected "${was}": keys, certificates and records hold it`;
    }
  }
  return null;
}

function partsOf(cluster: Cluster): { readonly [part: string]: unknown } {
  const {
    heartbeat: { port, ...heartbeat },
    console: { http, trusted_proxies, ...console },
    ...rest
  } = cluster;
  return {
    ...rest,
    heartbeat,
    "heartbeat.port": port,
    console,
    "console.http": http,
    "console.trusted_proxies": trusted_proxies,
  };
}
