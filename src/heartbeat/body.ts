/** What a heartbeat says, checked field by field: it came over the network, even if from one who knows the key. Pure. */
import { z } from "zod";
import type { ModuleView, WatchView } from "../machine/state.ts";
import { MAX_MODULES } from "../system/limits.ts";
import { MAX_DATAGRAM } from "./message.ts";

export interface Body {
  /** Version of the sender's program, for `state`. */
  readonly version: string;
  readonly modules: readonly ModuleView[];
  /** After so much silence the sender takes the other node for lost; absent from an older version. */
  readonly timeoutMs?: number | undefined;
  /** Digests of what must be the same in both nodes' cluster.yaml, part by part; absent from an older version. */
  readonly configuration?: { readonly [part: string]: string } | undefined;
  /** Whether its arbiter answers the sender; null: not known yet, or there is none; absent from an older version. */
  readonly arbiterAnswers?: boolean | null | undefined;
}

/** Of all it says; what a datagram adds to it has its place beside. */
const MAX_BODY_BYTES = MAX_DATAGRAM - 2_000;
/** Resources travel in what they leave free: a node must never fall silent because much is down on it. */
const MAX_RESOURCES = 64;
const MAX_DETAIL = 200;
const MAX_WATCH_BYTES = 12_000;

const text = (max: number) => z.string().max(max);
const count = z.number().min(0).max(Number.MAX_SAFE_INTEGER);
const generation = text(64);
const role = z.enum(["STOP", "WAIT", "ALONE", "PRIM", "SECOND"]);

const identity = z.object({
  current: generation.nullable(),
  bitmap: generation.nullable(),
  history: z.array(generation).max(8),
  upToDate: z.boolean(),
  consistent: z.boolean(),
  connected: z.boolean(),
  epoch: count,
  tide: z.object({ value: count, after: count.optional() }).optional(),
});

const moduleView = z.object({
  module: text(31),
  role,
  status: z.enum(["NotReady", "Transient", "Ready"]),
  goal: z.enum(["run", "stop"]),
  lastRole: z.enum(["ALONE", "PRIM", "SECOND"]).nullable(),
  cameFrom: z.enum(["PRIM", "SECOND"]).nullable(),
  identity,
  phase: z.enum(["idle", "primary", "secondary", "absent"]),
  session: z.enum(["none", "connecting", "resync", "mirrored", "lost"]),
  shutOut: text(128).nullable(),
  outdated: text(128).nullable(),
  swap: z.enum(["asked", "releasing", "released"]).nullable(),
  leaving: z.boolean().optional(),
  reason: text(1000).nullable(),
  resync: z.object({
    stage: z.enum(["names", "data", "final"]),
    bytesDone: count,
    bytesTotal: count,
    bytesSent: count,
    bytesPerSecond: count,
    secondsLeft: count.nullable(),
    paused: z.boolean().optional(),
    limit: count.optional(),
  }).nullable(),
  lastResync: z.object({
    bytesSent: count,
    seconds: count,
    full: z.boolean(),
  }).nullable(),
  proven: z.string().max(40).optional(),
  differences: count.optional(),
  dirtyBytes: count,
  addresses: z.boolean(),
  failover: z.boolean().optional(),
  stalls: z.boolean().optional(),
  otherFolder: z.boolean().optional(),
  takeoverMs: count.optional(),
  salvage: text(40).optional(),
  bids: z.boolean().optional(),
  watch: z.object({
    resources: z.array(z.object({
      name: text(64),
      state: z.enum(["up", "down", "init", "unknown"]),
      detail: text(MAX_DETAIL).nullable(),
    })).max(MAX_RESOURCES),
    maintenance: z.array(text(20)).max(8),
  }).optional(),
  claim: count.optional(),
  keeps: text(31).nullable().optional(),
  witness: text(64).optional(),
});

const body = z.object({
  version: text(64),
  modules: z.array(moduleView).max(MAX_MODULES),
  timeoutMs: count.optional(),
  configuration: z.record(text(20), text(16)).optional(),
  arbiterAnswers: z.boolean().nullable().optional(),
});

/** null: not a body that we can rely on. A field that a newer version adds is ignored. */
export function checkBody(value: unknown): Body | null {
  const result = body.safeParse(value);
  return result.success ? result.data satisfies Body : null;
}

/**
 * Whether a reply may go out: the other node takes it for the promise to leave alone what this one follows. Each module says by itself
 * whether it bids; an older version at the other end would not look.
 */
export function promises(mine: Body, theirs: readonly ModuleView[]): boolean {
  return theirs.some(({ bids }) => bids !== undefined) ||
    mine.modules.every(({ bids }) => !bids);
}

/** The modules to which a reply of the sender applies. */
export function followers({ modules }: Body): string[] {
  return modules.filter(({ role, bids }) => role === "SECOND" && !bids)
    .map(({ module }) => module);
}

/** What may go, from the first to the last: what `state` explains, then what rules of the other node look at. */
const SHORTER: readonly ((view: ModuleView) => ModuleView)[] = [
  (view) => withResources(view, (one) => [{ ...one, detail: null }]),
  (view) => ({ ...view, reason: cut(view.reason, 200) }),
  (view) => ({ ...view, reason: cut(view.reason, 40), lastResync: null }),
  (view) => withResources(view, () => []),
  (view) => ({ ...view, reason: null, resync: null }),
];

/** What does not fit is cut before it is sent: neither a long reason nor many of them must silence the node. */
export function fitBody(value: Body): Body {
  let room = MAX_WATCH_BYTES;
  const fit = (watch: WatchView): WatchView => {
    const resources = watch.resources.slice(0, MAX_RESOURCES)
      .map((one) => ({
        ...one,
        name: one.name.slice(0, 64),
        detail: cut(one.detail, MAX_DETAIL),
      }))
      .filter((one) => {
        room -= bytesOf(one);
        return room > 0;
      });
    return { ...watch, resources };
  };
  let body: Body = {
    ...value,
    version: value.version.slice(0, 64),
    modules: value.modules.slice(0, MAX_MODULES).map((view) => ({
      ...view,
      reason: cut(view.reason, 1000),
      ...(view.watch ? { watch: fit(view.watch) } : {}),
    })),
  };
  for (const shorter of SHORTER) {
    if (bytesOf(body) <= MAX_BODY_BYTES) break;
    body = { ...body, modules: body.modules.map(shorter) };
  }
  return body;
}

function withResources(
  view: ModuleView,
  change: (one: WatchView["resources"][number]) => WatchView["resources"],
): ModuleView {
  const { watch } = view;
  if (!watch) return view;
  return {
    ...view,
    watch: { ...watch, resources: watch.resources.flatMap(change) },
  };
}

function cut(text: string | null, most: number): string | null {
  return text === null ? null : text.slice(0, most);
}

/** As it is sent: a letter may take six. */
function bytesOf(value: unknown): number {
  return new TextEncoder().encode(JSON.stringify(value)).length;
}
