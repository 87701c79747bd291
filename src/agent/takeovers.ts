/** Counts what operators are asked for later: takeovers with their times, and links that went down. Fed with each state; pure. */
import type { MetricsInput } from "../api/metrics.ts";
import type { ClusterState, LinkState, ModuleState } from "../api/state.ts";

type Takeover = {
  -readonly [field in keyof MetricsInput["takeovers"][number]]:
    MetricsInput["takeovers"][number][field];
};

interface Watched {
  role: ModuleState["role"];
  /** Set while this node is on its way to be primary. */
  began: { readonly at: number; readonly of: Takeover } | null;
}

/** Times: `at` monotonic milliseconds, `date` the wall clock's. */
export interface Moment {
  readonly at: number;
  readonly date: number;
}

export class Takeovers {
  readonly #modules = new Map<string, Watched>();
  readonly #takeovers = new Map<string, Takeover>();
  readonly #links = new Map<string, { link: LinkState; count: number }>();

  observe(state: ClusterState, moment: Moment): void {
    const here = state.nodes.find(({ local }) => local);
    const there = state.nodes.find(({ local }) => !local);
    for (const module of here?.modules ?? []) {
      this.#module(module, there?.reachable ?? false, moment);
    }
    for (const link of state.links) this.#link(link);
  }

  takeovers(): MetricsInput["takeovers"] {
    return [...this.#takeovers.values()];
  }

  linkLosses(): MetricsInput["linkLosses"] {
    return [...this.#links.values()].map(({ link, count }) => ({
      local: link.local,
      remote: link.remote,
      count,
    }));
  }

  #module(
    { name, role, status }: ModuleState,
    peerReachable: boolean,
    { at, date }: Moment,
  ): void {
    const ready = status === "Ready";
    const serves = role === "PRIM" || role === "ALONE";
    const watched = this.#modules.get(name) ?? { role, began: null };
    this.#modules.set(name, watched);
    for (const reason of ["failover", "handover"] as const) {
      this.#of(name, reason);
    }
    // From waiting it is a start by somebody, not a takeover.
    if (watched.role === "SECOND" && serves) {
      const reason = peerReachable ? "handover" : "failover";
      watched.began = { at, of: this.#of(name, reason) };
    }
    if (!serves) watched.began = null;
    if (watched.began && ready) {
      const { of, at: began } = watched.began;
      of.count++;
      of.lastSeconds = (at - began) / 1000;
      of.lastAt = date;
      watched.began = null;
    }
    watched.role = role;
  }

  #of(module: string, reason: Takeover["reason"]): Takeover {
    const key = `${module} ${reason}`;
    const known = this.#takeovers.get(key);
    if (known) return known;
    const none = { module, reason, count: 0, lastSeconds: null, lastAt: null };
    this.#takeovers.set(key, none);
    return none;
  }

  #link(link: LinkState): void {
    const key = `${link.local} ${link.remote}`;
    const known = this.#links.get(key) ?? { link, count: 0 };
    if (known.link.state === "up" && link.state === "down") known.count++;
    // "unknown" is no news.
    if (link.state !== "unknown") known.link = link;
    this.#links.set(key, known);
  }
}
