/** The processes of one module's services on this node, as one thing that can be frozen: what its scripts left behind, and its units. */
import { join } from "node:path";
import {
  cgroupRoot,
  dropGroup,
  freeze,
  isFrozen,
  killAll,
  makeGroup,
  thaw,
  unitGroups,
} from "../system/cgroup.ts";
import type { Log } from "../system/log.ts";
import { messageOf } from "../system/message.ts";

export class Services {
  readonly #units: readonly string[];
  readonly #log: Log;
  #root: string | null = null;
  #condemned = false;
  /** The group of what scripts start; null: there can be none here. */
  group: string | null = null;

  constructor(
    options: { readonly units: readonly string[]; readonly log: Log },
  ) {
    this.#units = options.units;
    this.#log = options.log;
  }

  /** Makes the group; where control groups cannot be used, says so and goes on: the addresses can still be taken away. */
  async begin(name: string, run: string): Promise<void> {
    try {
      this.#root = await cgroupRoot(run);
      this.group = await makeGroup(this.#root, name);
      await Deno.stat(join(this.group, "cgroup.freeze"));
    } catch (error) {
      this.group = null;
      this.#log.warning(
        `services of this module cannot be frozen when the node must not serve any more: ${
          messageOf(error)
        }`,
      );
    }
  }

  /** For good: the node has lost the right to serve, and what it served from is taken away next. */
  freeze(): void {
    this.#condemned = true;
    for (const group of this.#groups()) {
      if (!freeze(group)) this.#log.warning(`"${group}" cannot be frozen`);
    }
    // Not units: systemd would start another one, beside a directory that is there still.
    if (this.group !== null) killAll(this.group);
  }

  /** What a former life left behind, and whose data is gone since: it can only answer from its memory. */
  killLeftOvers(): void {
    if (this.group === null) return;
    // What forks meanwhile would escape.
    freeze(this.group);
    killAll(this.group);
    thaw(this.group);
  }

  frozen(): boolean {
    return this.#groups().some(isFrozen);
  }

  /** What the guard froze while no agent was there, and whose data is gone: it must not come to life again. */
  condemnFrozen(): void {
    this.#condemned ||= this.frozen();
  }

  /** Lets them go on; those that were condemned do not: a single answer from their memory would be one of the past. */
  thaw(): void {
    const condemned = this.#condemned;
    this.#condemned = false;
    for (const group of this.#groups()) {
      if (condemned) killAll(group);
      if (!thaw(group)) this.#log.warning(`"${group}" cannot be thawed`);
    }
  }

  /** Gone where nothing runs in it; a service that goes on without the agent keeps its group. */
  close(): void {
    if (this.group !== null) dropGroup(this.group);
  }

  #groups(): string[] {
    if (this.#root === null) return [];
    const units = unitGroups(this.#root, this.#units);
    return this.group === null ? units : [this.group, ...units];
  }
}
