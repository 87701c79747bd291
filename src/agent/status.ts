/** The sum of what this node knows, in one object and in plain sentences. Pure. */
import type { Arbiter } from "../machine/arbiter.ts";
import type { ModuleView } from "../machine/state.ts";
import type {
  ClusterState,
  LinkState,
  ModuleState,
  NodeState,
  ResourceInfo,
} from "../api/state.ts";
import { arbiterSentence, unlikeSentence } from "./arbiter_sentence.ts";
import { heedUnlike, hindrance } from "./hindrance.ts";
import { moduleSentence } from "./module_sentence.ts";
import { warningsOf } from "./warnings.ts";

export interface Known {
  readonly cluster: string;
  readonly timeoutMs: number;
  readonly local: {
    readonly name: string;
    readonly version: string;
    readonly addresses: readonly string[];
    readonly modules: readonly ModuleView[];
  };
  readonly peer: {
    readonly name: string;
    readonly version: string | null;
    readonly addresses: readonly string[];
    /** What it last said of its modules. */
    readonly modules: readonly ModuleView[];
    readonly verdict: "alive" | "late" | "lost" | "unknown";
    /** Whether its arbiter answers it, as it says; absent from an older version. */
    readonly arbiterAnswers?: boolean | null | undefined;
  };
  /** heartbeat.timeout as the peer last said it; null: not known. */
  readonly peerTimeoutMs: number | null;
  /** Parts of cluster.yaml that are not the same on the peer. */
  readonly differs: readonly string[];
  readonly links: readonly LinkState[];
  readonly arbiter: Arbiter;
  /** null: not known yet. */
  readonly arbiterAnswers: boolean | null;
  /** Virtual addresses, module by module. */
  readonly addresses: Readonly<{ [module: string]: readonly string[] }>;
  /** Resources of this node, module by module. */
  readonly resources: Readonly<{ [module: string]: readonly ResourceInfo[] }>;
  /** Modules without mirrored folders: they have no data that could be old. */
  readonly unmirrored: readonly string[];
  /** 0 or 1: this node's place in cluster.yaml. */
  readonly index: 0 | 1;
  /** What else is wrong: a module that cannot be read, a configuration that differs. */
  readonly problems: readonly string[];
}

export function clusterState(known: Known): ClusterState {
  const { local, peer } = known;
  const alive = peer.verdict === "alive" || peer.verdict === "late";
  const here: NodeState = {
    name: local.name,
    local: true,
    reachable: true,
    version: local.version,
    addresses: local.addresses,
    modules: local.modules.map((view) => moduleState(view, known, true)),
  };
  const there: NodeState = {
    name: peer.name,
    local: false,
    reachable: alive,
    version: peer.version,
    addresses: peer.addresses,
    modules: peer.modules.map((view) => moduleState(view, known, false)),
  };
  const names = [
    ...new Set([...local.modules, ...peer.modules].map((view) => view.module)),
  ];
  const sentences: { [module: string]: string } = {};
  for (const name of names) {
    const mine = local.modules.find((view) => view.module === name) ?? null;
    const theirs = peer.modules.find((view) => view.module === name) ?? null;
    sentences[name] = moduleSentence(name, mine, theirs, known);
  }
  const warnings = warningsOf(known, alive);
  const unlike = unlikeSentence(known);
  return {
    cluster: known.cluster,
    nodes: known.index === 0 ? [here, there] : [there, here],
    links: known.links,
    arbiter: arbiterSentence(known),
    ...(unlike === null ? {} : { unlike }),
    sentence: names.length === 0
      ? 'No module is installed: see "hakit help module".'
      : Object.values(sentences).join(" "),
    sentences,
    warnings,
  };
}

function moduleState(
  view: ModuleView,
  known: Known,
  local: boolean,
): ModuleState {
  const { addresses, resources } = known;
  const unmirrored = known.unmirrored.includes(view.module);
  const hindered = view.role === "SECOND"
    ? hindrance(
      view,
      known.arbiter,
      {
        answers: local ? known.arbiterAnswers : known.peer.arbiterAnswers,
        unlike: heedUnlike(known),
      },
    )
    : null;
  return {
    name: view.module,
    role: view.role,
    status: view.status,
    upToDate: view.identity.upToDate || unmirrored,
    reason: view.reason,
    identity: view.identity,
    session: view.session,
    resync: view.resync,
    lastResync: view.lastResync,
    proven: view.proven ?? null,
    differences: view.differences ?? 0,
    dirtyBytes: view.dirtyBytes,
    salvage: view.salvage ?? null,
    failover: view.failover ?? true,
    ...(hindered === null ? {} : { hindered }),
    ...(view.otherFolder ? { otherFolder: true } : {}),
    addresses: (addresses[view.module] ?? []).map((address) => ({
      address,
      held: view.addresses,
    })),
    resources: local
      ? resources[view.module] ?? []
      : (view.watch?.resources ?? []).map((one) => ({ ...one, since: null })),
    maintenance: view.watch?.maintenance ?? [],
  };
}
