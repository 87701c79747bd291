/** What the notifier looks at beside the state: disks, certificates, salvage folders; each now and then. */
import { X509Certificate } from "node:crypto";
import { join } from "node:path";
import type { Facts } from "../notify/conditions.ts";
import { now } from "../system/clock.ts";
import { command } from "../system/command.ts";
import { readIfPresent } from "../system/files.ts";
import type { Cluster } from "./cluster.ts";
import { keptData } from "./kept_data.ts";
import type { Node } from "./node.ts";
import type { Takeovers } from "./takeovers.ts";

const DISKS_EVERY_MS = 60_000;
const CERTIFICATES_EVERY_MS = 3_600_000;
const SALVAGE_EVERY_MS = 10_000;
const DAY_MS = 86_400_000;

export class NotifyFacts {
  readonly #disks = new Remembered(DISKS_EVERY_MS, {}, () => this.#freeParts());
  readonly #certificates = new Remembered(
    CERTIFICATES_EVERY_MS,
    {},
    () => this.#daysLeft(),
  );
  readonly #salvage = new Remembered(
    SALVAGE_EVERY_MS,
    {},
    () => keptData(this.options.node.paths),
  );

  constructor(
    readonly options: {
      readonly node: Pick<Node, "paths" | "index">;
      readonly cluster: Pick<Cluster, "state">;
      readonly takeovers: Pick<Takeovers, "takeovers">;
    },
  ) {}

  async facts(): Promise<Facts> {
    const { node, cluster, takeovers } = this.options;
    return {
      state: cluster.state(),
      first: node.index === 0,
      takeovers: takeovers.takeovers(),
      disks: await this.#disks.get(),
      certificates: await this.#certificates.get(),
      salvage: await this.#salvage.get(),
    };
  }

  async #freeParts(): Promise<Facts["disks"]> {
    const { state, log } = this.options.node.paths;
    const found: { [folder: string]: number } = {};
    for (const folder of [state, log]) {
      const { stdout } = await command([
        ...["df", "--output=avail,size", folder],
      ]);
      const [avail = 0, size = 0] = stdout.trim().split("\n").at(-1)!.trim()
        .split(/\s+/).map(Number);
      if (size > 0) found[folder] = avail / size;
    }
    return found;
  }

  async #daysLeft(): Promise<Facts["certificates"]> {
    const found: { [name: string]: number } = {};
    for (const name of ["ca.pem", "node.pem", "own.pem"]) {
      const pem = await readIfPresent(join(this.options.node.paths.etc, name));
      if (pem === null) continue;
      const { validTo } = new X509Certificate(pem);
      found[name] = (Date.parse(validTo) - Date.now()) / DAY_MS;
    }
    return found;
  }
}

/** The last value that could be had. */
class Remembered<T> {
  #at = -Infinity;
  constructor(
    readonly everyMs: number,
    public value: T,
    readonly read: () => Promise<T>,
  ) {}

  async get(): Promise<T> {
    if (now() - this.#at < this.everyMs) return this.value;
    this.#at = now();
    // What cannot be looked at is as it was: no reason to tell anybody anything.
    this.value = await this.read().catch(() => this.value);
    return this.value;
  }
}
