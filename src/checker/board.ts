/** The resources of a module on this node: what each is, since when, why, and what it was before. Pure: time is an argument. */
import type { Known } from "../rules/evaluate.ts";
import type { ResourceState } from "../rules/rule.ts";

export interface Assignment {
  /** Wall clock, milliseconds: for people. */
  readonly at: number;
  readonly state: ResourceState;
  readonly detail: string | null;
}

export interface Resource extends Assignment {
  readonly name: string;
  /** Oldest first; the present one is the last. */
  readonly history: readonly Assignment[];
}

/** Changes kept of each resource. */
export const HISTORY = 50;

export class Board {
  readonly #resources = new Map<string, Resource>();

  constructor(names: readonly string[], at: number) {
    this.keep(names.map((name) => ({ name, known: false })), at);
  }

  /** These and no others from now on; one that is not `known` begins anew. */
  keep(
    names: readonly { readonly name: string; readonly known: boolean }[],
    at: number,
  ): void {
    const before = new Map(this.#resources);
    this.#resources.clear();
    for (const { name, known } of names) {
      const first: Assignment = { at, state: "unknown", detail: null };
      const old = known ? before.get(name) : undefined;
      this.#resources.set(name, old ?? { name, ...first, history: [first] });
    }
  }

  /** True when the state is another than before; a new detail alone replaces the old one. */
  assign(
    name: string,
    { state, detail }: { state: ResourceState; detail: string | null },
    at: number,
  ): boolean {
    const before = this.#resources.get(name);
    if (before === undefined) return false;
    if (before.state === state) {
      if (before.detail !== detail) {
        this.#resources.set(name, { ...before, detail });
      }
      return false;
    }
    const now: Assignment = { at, state, detail };
    const history = [...before.history, now].slice(-HISTORY);
    this.#resources.set(name, { name, ...now, history });
    return true;
  }

  get(name: string): Resource | undefined {
    return this.#resources.get(name);
  }

  list(): Resource[] {
    return [...this.#resources.values()];
  }

  /** As rules see them. */
  known(): ReadonlyMap<string, Known> {
    return this.#resources;
  }
}
