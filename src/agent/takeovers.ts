/** Counts what operators are asked for later: takeovers with their times, and links that went down. Fed with each state; pure. */
import { serves, wayLine } from "../machine/way.ts";
import type { MetricsInput } from "../api/metrics.ts";
import type { LinkState, ModuleState } from "../api/state.ts";

const round = (seconds: number) => Math.round(seconds * 1000) / 1000;
/** Scripts, addresses, directories: a handful. */
const MOST_PHASES = 20;

type Takeover = {
  -readonly [field in keyof MetricsInput["takeovers"][number]]:
    MetricsInput["takeovers"][number][field];
};

/** The last way to a serving role, as its log told it. */
interface Way {
  readonly phases: { phase: string; seconds: number }[];
  lost: number | null;
}

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

/** As little of the state as tells: it is looked at with every change. */
export interface Seen {
  /** Of this node. */
  readonly modules: readonly Pick<ModuleState, "name" | "role" | "status">[];
  readonly peerReachable: boolean;
  readonly links: readonly LinkState[];
}

export class Takeovers {
  readonly #modules = new Map<string, Watched>();
  readonly #takeovers = new Map<string, Takeover>();
  readonly #ways = new Map<string, Way>();
  readonly #links = new Map<string, { link: LinkState; count: number }>();

  observe({ modules, peerReachable, links }: Seen, moment: Moment): void {
    for (const module of modules) this.#module(module, peerReachable, moment);
    for (const link of links) this.#link(link);
  }

  /** A line of a module's log. */
  line(module: string, text: string): void {
    const line = wayLine(text);
    const way = this.#ways.get(module) ?? { phases: [], lost: null };
    switch (line?.kind) {
      case "lost":
        this.#ways.set(module, { phases: [], lost: line.seconds });
        break;
      case "turn":
        // What led to it stays, what was done for an earlier role does not.
        if (serves(line.to)) this.#ways.set(module, { ...way, phases: [] });
        else this.#ways.delete(module);
        break;
      case "phase":
        if (way.phases.length < MOST_PHASES) {
          way.phases.push({ phase: line.name, seconds: line.seconds });
        }
    }
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
    { name, role, status }: Seen["modules"][number],
    peerReachable: boolean,
    { at, date }: Moment,
  ): void {
    const ready = status === "Ready";
    const now = serves(role);
    const watched = this.#modules.get(name) ?? { role, began: null };
    this.#modules.set(name, watched);
    for (const reason of ["failover", "handover"] as const) {
      this.#of(name, reason);
    }
    // From waiting it is a start by somebody, not a takeover.
    if (watched.role === "SECOND" && now) {
      const reason = peerReachable ? "handover" : "failover";
      watched.began = { at, of: this.#of(name, reason) };
    }
    if (!now) watched.began = null;
    if (watched.began && ready) {
      const { of, at: began } = watched.began;
      of.count++;
      of.lastSeconds = (at - began) / 1000;
      of.lastAt = date;
      of.phases = this.#phases(name, of);
      watched.began = null;
    }
    watched.role = role;
  }

  /** What took how long, with what lies between; a failover begins with the silence. */
  #phases(module: string, { reason, lastSeconds }: Takeover) {
    const way = this.#ways.get(module);
    if (!way) return [];
    const known = way.phases.reduce((sum, { seconds }) => sum + seconds, 0);
    const lost = reason === "failover" ? way.lost : null;
    return [
      ...lost === null ? [] : [{ phase: "detection", seconds: lost }],
      ...way.phases,
      {
        phase: "other",
        seconds: round(Math.max(0, (lastSeconds ?? 0) - known)),
      },
    ];
  }

  #of(module: string, reason: Takeover["reason"]): Takeover {
    const key = `${module} ${reason}`;
    const known = this.#takeovers.get(key);
    if (known) return known;
    const none: Takeover = {
      module,
      reason,
      count: 0,
      lastSeconds: null,
      lastAt: null,
      phases: [],
    };
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
