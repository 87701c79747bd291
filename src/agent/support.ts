/** The support archive: this node's files and, when it answers, the other one's. */
import { join } from "node:path";
import { readAccounts } from "../api/accounts.ts";
import { builtInModules } from "../module/catalog.ts";
import type { Paths } from "../system/paths.ts";
import { anonymise, type Known } from "./anonymous.ts";
import { type ArchiveFile, pack, unpack } from "../module/archive.ts";
import type { PeerApi } from "../api/peer_api.ts";
import type { ModuleStore } from "./module_store.ts";
import type { ClusterState } from "../api/state.ts";
import type { Node } from "./node.ts";
import { collect } from "./snapshot.ts";
import { messageOf } from "../system/message.ts";

/** Reading and packing over there. */
const PEER_MS = 60_000;

export interface SupportOptions {
  readonly node: Node;
  readonly peer: Pick<PeerApi, "request">;
  readonly modules: Pick<ModuleStore, "list">;
  readonly state: () => ClusterState;
  readonly metrics: () => string;
}

/** A tar with a folder for each node. `local`: this node's alone, because the other one asks. */
export async function supportArchive(
  options: SupportOptions,
  { local, anonymous }: {
    readonly local: boolean;
    readonly anonymous: boolean;
  },
): Promise<Uint8Array<ArrayBuffer>> {
  const { node, modules, state, metrics } = options;
  const files = await collect({
    paths: node.paths,
    node: node.me.name,
    known: {
      "state.json": state(),
      // Variables are in module.yaml, where they are looked through.
      "modules.json": (await modules.list()).map(
        ({ name, problem, digest, pending }) => ({
          name,
          problem,
          digest,
          pending,
        }),
      ),
      "metrics.json": metrics().split("\n"),
    },
  });
  const all = local ? files : [...files, ...await theirs(options)];
  if (!anonymous) return pack(all);
  return pack((await anonymise(all, await knownNames(node.paths))).files);
}

/** Of this node's files; both nodes have the same. */
export async function knownNames(paths: Paths): Promise<Known> {
  const accounts = await readAccounts(join(paths.etc, "users.yaml"));
  return {
    people: [...accounts.users, ...accounts.keys].map(({ name }) => name),
    open: builtInModules(),
  };
}

async function theirs(
  { node, peer }: SupportOptions,
): Promise<ArchiveFile[]> {
  try {
    const answer = await peer.request("/api/snapshot?local=1", {
      timeoutMs: PEER_MS,
    });
    const bytes = new Uint8Array(await answer.arrayBuffer());
    if (!answer.ok) throw new Error(`it answered with status ${answer.status}`);
    return unpack(bytes);
  } catch (error) {
    const why = messageOf(error);
    return [{
      path: `${node.peer.name}/missing.txt`,
      executable: false,
      content: new TextEncoder().encode(
        `This node's half is missing: ${why}\nSay "hakit snapshot" there.\n`,
      ),
    }];
  }
}
