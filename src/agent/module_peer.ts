/** The other node's part of a module's change: whether it may be, and then that it is. */
import { ApiError } from "../api/error.ts";
import type { PeerApi } from "../api/peer_api.ts";
import { type ArchiveFile, pack } from "../module/archive.ts";
import type { Cluster } from "./cluster.ts";
import type { Revision } from "./config_history.ts";
import type { Node } from "./node.ts";

/** What a node says of its part before anything is changed. */
export interface Readiness {
  readonly newest: number;
  /** It has these very files in force. */
  readonly level: boolean;
  readonly refusal: string | null;
}

export interface ModulePeerOptions {
  readonly node: Node;
  readonly cluster: Pick<Cluster, "verdict">;
  readonly peer: PeerApi;
}

const PEER_MS = 30_000;

export class ModulePeer {
  readonly #options: ModulePeerOptions;

  constructor(options: ModulePeerOptions) {
    this.#options = options;
  }

  /** Null when it does not answer; throws what is wrong with the files there. */
  async ready(
    name: string,
    files: readonly ArchiveFile[],
  ): Promise<Readiness | null> {
    const { verdict } = this.#options.cluster;
    if (verdict !== "alive" && verdict !== "late") return null;
    try {
      const answer = await this.#put(name, files, "ready=1");
      return await answer.json();
    } catch (error) {
      const away = error instanceof ApiError &&
        error.code === "peer-not-reachable";
      if (away) return null;
      throw error;
    }
  }

  async commit(
    name: string,
    files: readonly ArchiveFile[],
    { number, at, by, note }: Revision,
  ): Promise<void> {
    const query = new URLSearchParams({ number: String(number), at, by, note });
    const answer = await this.#put(name, files, query.toString());
    await answer.body?.cancel();
  }

  async #put(
    name: string,
    files: readonly ArchiveFile[],
    query: string,
  ): Promise<Response> {
    const answer = await this.#options.peer.request(
      `/api/modules/${name}/config/adopt?${query}`,
      {
        method: "PUT",
        body: pack(files),
        type: "application/x-tar",
        timeoutMs: PEER_MS,
      },
    );
    if (answer.ok) return answer;
    throw await peerError(answer, this.#options.node.peer.name);
  }
}

/** What the other node refused, in its own words. */
export async function peerError(
  answer: Response,
  peer: string,
): Promise<ApiError> {
  const body = await answer.json().catch(() => ({})) as {
    error?: { code?: string; message?: string };
  };
  const status = answer.status === 409 || answer.status === 400
    ? answer.status
    : 502;
  return new ApiError(
    status,
    body.error?.code ?? "peer-failed",
    body.error?.message ?? `${peer} answered ${answer.status}`,
  );
}
