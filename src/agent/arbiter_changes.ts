/**
 * `hakit witness add` and `remove`, on both nodes, while they run. At no moment may one node go on alone by the old rules while the
 * other one does by the new ones; so both must answer, and removal has two rounds: first both stop asking the witness (and give up
 * what they had been granted), then both forget it.
 */
import { ApiError } from "../api/error.ts";
import type { PeerApi } from "../api/peer_api.ts";
import type { Log } from "../system/log.ts";
import { admissionText } from "../witness/token.ts";
import type { ArbiterLink } from "./arbiter_link.ts";
import {
  type ArbiterFile,
  arbiterSchema,
  newKey,
  writeArbiter,
} from "./arbiter_store.ts";
import { arbiterRefusal, ownedBy } from "./arbiter_refusal.ts";
import type { Cluster } from "./cluster.ts";
import type { Node } from "./node.ts";

const PEER_MS = 10_000;

export interface ArbiterChangesOptions {
  readonly node: Node;
  readonly cluster: Pick<Cluster, "virtualAddresses">;
  readonly peer: PeerApi;
  readonly link: ArbiterLink;
  readonly log: Log;
}

export type ArbiterWish =
  | {
    readonly kind: "witness";
    /** Absent: the one that this node heeds, said again. */
    readonly address?: string | undefined;
    readonly port?: number | undefined;
  }
  | { readonly kind: "ping"; readonly addresses: readonly string[] };

export class ArbiterChanges {
  readonly #options: ArbiterChangesOptions;

  constructor(options: ArbiterChangesOptions) {
    this.#options = options;
  }

  /** What a witness must be told to know this cluster; null for pings. */
  async add(wish: ArbiterWish): Promise<string | null> {
    const { link, node } = this.#options;
    const present = link.file;
    const again = present?.kind === "witness" && wish.kind === "witness" &&
      !present.retired &&
      (wish.address === undefined || wish.address === present.address);
    if (present === null && wish.kind === "witness" && !wish.address) {
      const { me, peer } = node;
      throw new ApiError(
        400,
        "bad-request",
        `${me.name} heeds no witness that could be said again: say it on ${peer.name} if that does (see "hakit state"), or name one, "hakit witness add ADDRESS"`,
      );
    }
    if (present !== null && !again) {
      throw new ApiError(
        409,
        "refused",
        `This cluster already has an arbiter (${
          nameOf(present)
        }): remove it first, "hakit witness remove"`,
      );
    }
    const known = again ? present : { key: newKey() };
    const result = arbiterSchema.safeParse(
      wish.kind === "witness"
        ? { ...known, ...wish, ...(again ? { address: present.address } : {}) }
        : wish,
    );
    if (!result.success) {
      const why = result.error.issues[0]!.message;
      throw new ApiError(400, "bad-request", `No arbiter: ${why}`);
    }
    const file = result.data;
    this.#mustBeElsewhere(file);
    // The same word again mends a node that missed it.
    await this.#tell(file);
    await this.#here(file);
    if (file.kind === "ping") return null;
    const { cluster, id } = node.cluster;
    return admissionText({ name: cluster, id, key: file.key });
  }

  async remove(): Promise<void> {
    const file = this.#options.link.file;
    if (file?.kind === "witness") {
      const retired = { ...file, retired: true };
      await this.#tell(retired);
      await this.#here(retired);
    }
    await this.#tell(null);
    await this.#here(null);
  }

  /** The other node's wish, or the second half of ours. */
  async #here(file: ArbiterFile | null): Promise<void> {
    const { node, link, log } = this.#options;
    await writeArbiter(node.paths, file);
    await link.change(file);
    log.info(
      `arbiter: ${file === null ? "none" : nameOf(file)}${
        file?.kind === "witness" && file.retired ? ", retired" : ""
      }`,
    );
  }

  async adopt(value: unknown): Promise<void> {
    const result = arbiterSchema.nullable().safeParse(value);
    if (!result.success) {
      throw new ApiError(400, "bad-request", "No arbiter of a hakit node");
    }
    const file = result.data;
    // What is being removed must go, wherever it is.
    const retired = file?.kind === "witness" && file.retired;
    if (file !== null && !retired) this.#mustBeElsewhere(file);
    await this.#here(file);
  }

  #mustBeElsewhere(file: ArbiterFile): void {
    const { node: { me, peer }, cluster } = this.#options;
    const owned = [
      ...ownedBy([me, peer], cluster.virtualAddresses()),
      ...Deno.networkInterfaces().map(({ address }) => ({
        address,
        whose: me.name,
      })),
    ];
    const refusal = arbiterRefusal(file, owned);
    if (refusal !== null) throw new ApiError(400, "bad-request", refusal);
  }

  async #tell(file: ArbiterFile | null): Promise<void> {
    const answer = await this.#options.peer.request("/api/arbiter/adopt", {
      method: "PUT",
      body: JSON.stringify({ arbiter: file }),
      type: "application/json",
      timeoutMs: PEER_MS,
    });
    const text = await answer.text();
    if (answer.ok) return;
    throw new ApiError(
      502,
      "peer-refused",
      `${this.#options.node.peer.name} did not take the arbiter over: ${
        text.slice(0, 300)
      }`,
    );
  }
}

function nameOf(file: ArbiterFile): string {
  return file.kind === "witness"
    ? `witness ${file.address}`
    : `pings of ${file.addresses.join(", ")}`;
}
