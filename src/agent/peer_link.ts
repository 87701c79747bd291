/** What is known of the peer: its heartbeats, the verdict on it, its last word; and what it is told of this node. */
import { type Body, promises } from "../heartbeat/body.ts";
import type { PeerVerdict } from "../heartbeat/detector.ts";
import { type LinkHealth, Links } from "../heartbeat/links.ts";
import type { ModuleView } from "../machine/state.ts";
import { now } from "../system/clock.ts";
import type { Log } from "../system/log.ts";
import { VERSION } from "../system/version.ts";
import { clusterParts, differingParts } from "./cluster_parts.ts";
import { guardSocket } from "./guard_link.ts";
import type { Node } from "./node.ts";

export interface PeerLinkOptions {
  readonly node: Node;
  readonly log: Log;
  /** What the peer is told of the modules here. */
  readonly views: () => readonly ModuleView[];
  readonly arbiterAnswers: () => boolean | null;
  /** The peer has spoken; when it had heard this node, null: it does not say. */
  readonly heard: (heardUsAt: number | null) => void;
  /** The verdict is another one; `silentMs`: since the peer's last word. */
  readonly turned: (verdict: PeerVerdict, silentMs: number) => void;
  /** What the modules decide on what they were told is on record. */
  readonly settled: () => Promise<unknown>;
  /** The guard hears it first, then the peer: send() and tell(). */
  readonly sayAll: () => void;
  readonly changed: () => void;
  readonly broken: (error: unknown) => void;
}

export class PeerLink {
  readonly #options: PeerLinkOptions;
  readonly #parts: NonNullable<Body["configuration"]>;
  #links: Links | null = null;
  #health: readonly LinkHealth[] = [];
  #verdict: PeerVerdict = "unknown";
  /** How many losses of the peer all modules have dealt with, on record. */
  #losses = 0;
  /** What the worker says at present. */
  #said = "";
  /** When the other node's last word arrived. */
  #heardAt = 0;
  #word: Body | null = null;
  /** Heartbeats that should not be: a copied machine, another key. */
  #stranger: string | null = null;

  constructor(options: PeerLinkOptions) {
    this.#options = options;
    this.#parts = clusterParts(options.node.cluster);
  }

  get verdict(): PeerVerdict {
    return this.#verdict;
  }

  get alive(): boolean {
    return this.#verdict === "alive" || this.#verdict === "late";
  }

  /** Since its last word; the verdict does not tell before heartbeat.timeout. */
  get silentMs(): number {
    return now() - this.#heardAt;
  }

  get health(): readonly LinkHealth[] {
    return this.#health;
  }

  get stranger(): string | null {
    return this.#stranger;
  }

  /** What it last said of its modules. */
  get views(): readonly ModuleView[] {
    return this.#word?.modules ?? [];
  }

  get version(): string | null {
    return this.#word?.version ?? null;
  }

  /** heartbeat.timeout as it last said it; null: not known. */
  get timeoutMs(): number | null {
    return this.#word?.timeoutMs ?? null;
  }

  /** Whether its arbiter answers it; undefined: an older version does not say. */
  get arbiterAnswers(): boolean | null | undefined {
    return this.#word?.arbiterAnswers;
  }

  /** Parts of cluster.yaml that are not the same there. */
  get differs(): readonly string[] {
    return differingParts(this.#parts, this.#word?.configuration ?? {});
  }

  start(): AsyncDisposable {
    const { node, log } = this.#options;
    const { heartbeat } = node.cluster;
    const links = new Links({
      key: node.key,
      cluster: node.cluster.id,
      nodeIndex: node.index,
      port: heartbeat.port,
      periodMs: heartbeat.period,
      timeoutMs: heartbeat.timeout,
      guard: guardSocket(node.paths),
      links: linksOf(node),
      onHeard: (body, heardUsAt) => {
        this.#heardAt = now();
        this.#word = body;
        this.#options.heard(heardUsAt);
      },
      onVerdict: (verdict, losses) => this.#judge(verdict, losses),
      onLinks: (health) => this.#looked(health),
      onProblem: (problem) => {
        if (problem !== null) log.error(problem);
        this.#stranger = problem;
        this.#options.changed();
      },
      onLog: (level, text) => log.write(level, text),
      // systemd starts the agent again, and services go on meanwhile.
      onDied: (error) => this.#options.broken(error),
    });
    this.#links = links;
    this.#said = "";
    this.#heardAt = now();
    return {
      [Symbol.asyncDispose]: async () => {
        this.#links = null;
        await links.close();
      },
    };
  }

  /** What the next heartbeats say. */
  send(): void {
    if (this.#links === null) return;
    const body = {
      version: VERSION,
      modules: this.#options.views(),
      timeoutMs: this.#options.node.cluster.heartbeat.timeout,
      configuration: this.#parts,
      arbiterAnswers: this.#options.arbiterAnswers(),
    };
    // See Station.say().
    const settled = promises(body, this.views) ? this.#losses : null;
    // The worker goes on saying the same: most changes are none for the peer.
    const text = JSON.stringify([body, settled]);
    if (text === this.#said) return;
    this.#said = text;
    this.#links.send(body, settled);
  }

  /** A heartbeat now. */
  tell(): void {
    this.#links?.tell();
  }

  /** A link that breaks or works again is said at once, though the other one goes on. */
  #looked(health: readonly LinkHealth[]): void {
    const { log } = this.#options;
    for (const [at, { local, remote, state }] of health.entries()) {
      const before = this.#health[at]?.state ?? "unknown";
      if (before === state) continue;
      const link = `Link ${local} to ${remote}`;
      if (state === "down") log.warning(`${link} is down`);
      else if (before === "down") log.info(`${link} works again`);
    }
    this.#health = health;
    this.#options.changed();
  }

  async #judge(verdict: PeerVerdict, losses: number): Promise<void> {
    if (verdict !== this.#verdict) {
      this.#verdict = verdict;
      this.#options.turned(verdict, this.silentMs);
    }
    if (losses === this.#losses) return;
    // What they decide is on record, or nothing was, before the peer may count on this node again.
    await this.#options.settled();
    this.#losses = Math.max(this.#losses, losses);
    this.#options.sayAll();
  }
}

/** Link by link, as far as both nodes have an address for it. */
function linksOf({ me, peer }: Node): { local: string; remote: string }[] {
  return me.addresses.slice(0, peer.addresses.length).map((local, index) => ({
    local,
    remote: peer.addresses[index]!,
  }));
}
