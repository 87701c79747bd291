/** What Prometheus reads (text format 0.0.4). Names are for good: dashboards and alarms of others hang on them. Pure. */
import type { Report } from "../replication/control.ts";
import { BOUNDS_MS, type Waits } from "../replication/latency.ts";
import { type ClusterState, roleSchema } from "./state.ts";

export interface MetricsInput {
  readonly state: ClusterState;
  readonly version: string;
  /** Of this node's replicators. */
  readonly replication: readonly {
    readonly module: string;
    /** Changes that wait for the peer, and how long the oldest has. */
    readonly waiting: number;
    readonly waitingMs: number;
    /** Null: the replicator does not say. */
    readonly waitingBytes: number | null;
    readonly latency: Report["latency"] | null;
  }[];
  readonly takeovers: readonly {
    readonly module: string;
    readonly reason: "failover" | "handover";
    readonly count: number;
    /** From the decision to the service's start; null: never yet. */
    readonly lastSeconds: number | null;
    readonly lastAt: number | null;
    /** Of that last one. */
    readonly phases: readonly {
      readonly phase: string;
      readonly seconds: number;
    }[];
  }[];
  /** How often each link went down since the agent began. */
  readonly linkLosses: readonly {
    readonly local: string;
    readonly remote: string;
    readonly count: number;
  }[];
  readonly eventReaders: number;
  readonly memoryBytes: number;
  readonly uptimeSeconds: number;
}

type Labels = Readonly<{ [name: string]: string }>;

export function metricsText(input: MetricsInput): string {
  const { state } = input;
  const page = new Page();
  const here = state.nodes.find(({ local }) => local);
  page.begin("hakit_info", "gauge", "Version of the agent that answers");
  page.line({
    cluster: state.cluster,
    node: here?.name ?? "",
    version: input.version,
  }, 1);
  page.begin("hakit_node_reachable", "gauge", "1: its agent answers");
  for (const node of state.nodes) {
    page.line({ node: node.name }, node.reachable ? 1 : 0);
  }
  page.begin("hakit_warnings", "gauge", "Warnings in hakit state");
  page.line({}, state.warnings.length);
  modules(page, state);

  replication(page, input);
  page.begin("hakit_link_up", "gauge", "1: heartbeats arrive on this link");
  for (const { local, remote, state: word } of state.links) {
    page.line({ local, remote }, word === "up" ? 1 : 0);
  }
  page.begin("hakit_link_round_trip_seconds", "gauge", "Of a heartbeat");
  for (const { local, remote, roundTripMs } of state.links) {
    if (roundTripMs === null) continue;
    page.line({ local, remote }, roundTripMs / 1000);
  }
  page.begin(
    "hakit_link_heartbeat_loss_ratio",
    "gauge",
    "Of the other node's heartbeats of the last minute, what did not arrive",
  );
  for (const { local, remote, lossPercent } of state.links) {
    if (lossPercent === undefined) continue;
    page.line({ local, remote }, lossPercent / 100);
  }
  page.begin(
    "hakit_link_black_hole",
    "gauge",
    "1: large packets do not pass this link, small ones do",
  );
  for (const { local, remote, blackHoleBytes } of state.links) {
    page.line({ local, remote }, blackHoleBytes === undefined ? 0 : 1);
  }
  page.begin(
    "hakit_link_losses_total",
    "counter",
    "How often the link went down since the agent began",
  );
  for (const { local, remote, count } of input.linkLosses) {
    page.line({ local, remote }, count);
  }
  takeovers(page, input);

  page.begin("hakit_event_readers", "gauge", "Open event streams");
  page.line({}, input.eventReaders);
  page.begin("hakit_agent_memory_bytes", "gauge", "Resident, of the agent");
  page.line({}, input.memoryBytes);
  page.begin("hakit_agent_uptime_seconds", "gauge", "Since the agent began");
  page.line({}, input.uptimeSeconds);
  return page.text();
}

function replication(page: Page, { replication }: MetricsInput): void {
  page.begin(
    "hakit_replication_unacknowledged_changes",
    "gauge",
    "Changes of the application that wait for the other node, on this node",
  );
  for (const { module, waiting } of replication) page.line({ module }, waiting);
  page.begin(
    "hakit_replication_unacknowledged_bytes",
    "gauge",
    "Bytes of them",
  );
  for (const { module, waitingBytes } of replication) {
    if (waitingBytes !== null) page.line({ module }, waitingBytes);
  }
  page.begin(
    "hakit_replication_oldest_wait_seconds",
    "gauge",
    "How long the oldest of them has waited",
  );
  for (const { module, waitingMs } of replication) {
    page.line({ module }, waitingMs / 1000);
  }
  page.begin(
    "hakit_replication_latency_seconds",
    "histogram",
    "How long changes (one in eight is measured) and fsyncs waited until both nodes had them, on this node while it is primary",
  );
  for (const { module, latency } of replication) {
    if (!latency) continue;
    page.waits({ module, operation: "change" }, latency.changes);
    page.waits({ module, operation: "fsync" }, latency.fsyncs);
  }
}

function modules(page: Page, state: ClusterState): void {
  const all = state.nodes.flatMap((node) =>
    // What a lost node said last is not what it is.
    node.reachable || node.local
      ? node.modules.map((module) => ({
        module,
        labels: { module: module.name, node: node.name },
        local: node.local,
      }))
      : []
  );
  page.begin("hakit_module_role", "gauge", "1 for the role that it has");
  for (const { module, labels } of all) {
    for (const role of roleSchema.options) {
      page.line({ ...labels, role }, module.role === role ? 1 : 0);
    }
  }
  page.begin("hakit_module_ready", "gauge", "1: does what its role says");
  for (const { module, labels } of all) {
    page.line(labels, module.status === "Ready" ? 1 : 0);
  }
  page.begin(
    "hakit_resource_up",
    "gauge",
    "What checkers found on the node that answers, 1: up, 0: down; absent while it is not known",
  );
  // Of the other node only what is down is told here: a series that ends when all is well again would deceive.
  for (const { module, labels, local } of all) {
    if (!local) continue;
    for (const { name: resource, state: found } of module.resources) {
      if (found !== "up" && found !== "down") continue;
      page.line({ ...labels, resource }, found === "up" ? 1 : 0);
    }
  }
  page.begin(
    "hakit_module_up_to_date",
    "gauge",
    "1: the copy holds every acknowledged write",
  );
  for (const { module, labels } of all) {
    page.line(labels, module.upToDate ? 1 : 0);
  }
  page.begin("hakit_module_mirrored", "gauge", "1: each write is on both");
  for (const { module, labels } of all) {
    page.line(labels, module.session === "mirrored" ? 1 : 0);
  }
  page.begin("hakit_module_generation_info", "gauge", "Generation of the copy");
  for (const { module, labels } of all) {
    const generation = module.identity.current ?? "";
    page.line({ ...labels, generation }, 1);
  }
  page.begin(
    "hakit_module_dirty_bytes",
    "gauge",
    "What the other node lacks, at most",
  );
  for (const { module, labels } of all) page.line(labels, module.dirtyBytes);
  page.begin(
    "hakit_module_differences",
    "gauge",
    "Places in which a comparison found the copies to differ, not mended yet",
  );
  for (const { module, labels } of all) page.line(labels, module.differences);
  const copied = all.flatMap(({ module, labels }) =>
    module.resync ? [{ resync: module.resync, labels }] : []
  );
  const columns = [
    ["hakit_resync_total_bytes", "Of the running copy", "bytesTotal"],
    ["hakit_resync_done_bytes", "Compared or copied of it", "bytesDone"],
    ["hakit_resync_sent_bytes", "Sent over the network for it", "bytesSent"],
    ["hakit_resync_bytes_per_second", "Its rate now", "bytesPerSecond"],
  ] as const;
  for (const [name, help, field] of columns) {
    page.begin(name, "gauge", help);
    for (const { resync, labels } of copied) page.line(labels, resync[field]);
  }
  page.begin("hakit_last_resync_sent_bytes", "gauge", "Of the last full copy");
  for (const { module, labels } of all) {
    if (module.lastResync) page.line(labels, module.lastResync.bytesSent);
  }
  page.begin("hakit_last_resync_seconds", "gauge", "How long it took");
  for (const { module, labels } of all) {
    if (module.lastResync) page.line(labels, module.lastResync.seconds);
  }
}

function takeovers(page: Page, { takeovers }: MetricsInput): void {
  page.begin(
    "hakit_takeovers_total",
    "counter",
    "Times this node became primary since the agent began, because the other one was lost (failover) or gave way (handover)",
  );
  for (const { module, reason, count } of takeovers) {
    page.line({ module, reason }, count);
  }
  page.begin(
    "hakit_takeover_last_seconds",
    "gauge",
    "From the decision to the service's start, the last time",
  );
  for (const { module, reason, lastSeconds } of takeovers) {
    if (lastSeconds !== null) page.line({ module, reason }, lastSeconds);
  }
  page.begin(
    "hakit_takeover_last_phase_seconds",
    "gauge",
    "What took how long in it; detection: the silence before the decision",
  );
  for (const { module, reason, phases } of takeovers) {
    // A script may run twice on one way.
    const sums = new Map<string, number>();
    for (const { phase, seconds } of phases) {
      sums.set(phase, (sums.get(phase) ?? 0) + seconds);
    }
    for (const [phase, seconds] of sums) {
      page.line({ module, reason, phase }, seconds);
    }
  }
  page.begin("hakit_takeover_last_timestamp_seconds", "gauge", "When that was");
  for (const { module, reason, lastAt } of takeovers) {
    if (lastAt !== null) page.line({ module, reason }, lastAt / 1000);
  }
}

class Page {
  readonly #lines: string[] = [];
  #name = "";

  begin(
    name: string,
    type: "gauge" | "counter" | "histogram",
    help: string,
  ): void {
    this.#name = name;
    this.#lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`);
  }

  line(labels: Labels, value: number): void {
    const inside = Object.entries(labels)
      .map(([name, text]) => `${name}="${escape(text)}"`).join(",");
    const braces = inside === "" ? "" : `{${inside}}`;
    this.#lines.push(`${this.#name}${braces} ${value}`);
  }

  /** The lines of one histogram, in seconds. */
  waits(labels: Labels, { counts, sumMs }: Waits): void {
    const name = this.#name;
    let all = 0;
    this.#name = `${name}_bucket`;
    for (const [at, count] of counts.entries()) {
      all += count;
      const bound = BOUNDS_MS[at];
      const le = bound === undefined ? "+Inf" : String(bound / 1000);
      this.line({ ...labels, le }, all);
    }
    this.#name = `${name}_sum`;
    this.line(labels, sumMs / 1000);
    this.#name = `${name}_count`;
    this.line(labels, all);
    this.#name = name;
  }

  text(): string {
    return this.#lines.join("\n") + "\n";
  }
}

function escape(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')
    .replaceAll("\n", "\\n");
}
