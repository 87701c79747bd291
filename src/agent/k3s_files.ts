/** K3s' files of this node for the API: which there are, and the next ones, which come from the other node by mutual TLS. */
import { z } from "zod";
import { ApiError } from "../api/error.ts";
import type { PeerApi } from "../api/peer_api.ts";
import { places } from "../cluster/places.ts";
import { type K3sFile, k3sFileSchema } from "../cluster/welcome.ts";
import { installedFiles } from "../k3s/install.ts";
import {
  installStaged,
  openStaged,
  stage,
  stagedFiles,
} from "../k3s/staging.ts";
import type { Log } from "../system/log.ts";
import { Turns } from "../system/turns.ts";
import type { Node } from "./node.ts";

const ANSWER_MS = 30_000;
/** A few hundred megabytes on a slow link. */
const FILE_MS = 9 * 60_000;

const answerSchema = z.object({ staged: z.array(k3sFileSchema).max(100) });

export interface K3sFilesOptions {
  readonly node: Node;
  readonly peer: PeerApi;
  readonly log: Log;
}

export class K3sFiles {
  readonly #options: K3sFilesOptions;
  /** One change at a time. */
  readonly #turns = new Turns();

  constructor(options: K3sFilesOptions) {
    this.#options = options;
  }

  async list(): Promise<{
    node: string;
    installed: K3sFile[];
    staged: K3sFile[];
  }> {
    const { paths, me } = this.#options.node;
    return {
      node: me.name,
      installed: await installedFiles(places(paths).k3sFiles),
      staged: await stagedFiles(paths),
    };
  }

  open(name: string) {
    return openStaged(this.#options.node.paths, name);
  }

  /** What waits on the other node waits here, too, afterwards. */
  fetch(): Promise<void> {
    return this.#turns.take(async () => {
      const { peer, node, log } = this.#options;
      const answer = await peer.request("/api/k3s", { timeoutMs: ANSWER_MS });
      if (!answer.ok) {
        await answer.body?.cancel();
        throw new ApiError(
          502,
          "peer-refused",
          `${node.peer.name} answers with status ${answer.status}`,
        );
      }
      const { staged } = answerSchema.parse(await answer.json());
      mustWait(staged, node.peer.name);
      await stage(node.paths, {
        files: staged,
        read: async (file, sink) => {
          const path = `/api/k3s/staged?name=${encodeURIComponent(file.name)}`;
          const body = await peer.request(path, { timeoutMs: FILE_MS });
          if (!body.ok) {
            await body.body?.cancel();
            throw new Error(`status ${body.status}`);
          }
          for await (const chunk of body.body!) await sink(chunk);
        },
      });
      log.info(`K3s: ${staged.length} files fetched from ${node.peer.name}`);
    });
  }

  install(): Promise<void> {
    return this.#turns.take(async () => {
      const { paths, me } = this.#options.node;
      mustWait(await stagedFiles(paths), me.name);
      await installStaged(paths);
      this.#options.log.info("K3s: new files are in place, K3s restarts");
    });
  }
}

function mustWait(staged: readonly K3sFile[], node: string): void {
  if (staged.length > 0) return;
  throw new ApiError(
    409,
    "nothing-staged",
    `No files of K3s wait on ${node}`,
  );
}
