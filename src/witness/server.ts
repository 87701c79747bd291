/** `hakit witness`: one UDP socket, a file a cluster. Clusters are admitted and dismissed while it runs. */
import { createSocket } from "node:dgram";
import { now, sleep } from "../system/clock.ts";
import type { Log } from "../system/log.ts";
import { clusterOf } from "./channel.ts";
import { WitnessCluster } from "./cluster.ts";
import {
  type Found,
  MAX_CLUSTERS,
  type Remembered,
  type Store,
} from "./store.ts";
import { messageOf } from "../system/message.ts";

/** How often the folder is looked at for clusters that were admitted or dismissed. */
const LOOK_MS = 1_000;

export interface WitnessOptions {
  readonly store: Store;
  readonly port: number;
  /** Address to listen on; default all. */
  readonly address?: string;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** Called when it listens. */
  readonly ready?: () => void;
}

/** Runs until `signal`. Throws when the port is taken or its memory cannot be read. */
export async function runWitness(options: WitnessOptions): Promise<void> {
  const { store, port, log, signal } = options;
  const address = options.address ?? "::";
  const socket = createSocket({
    type: address.includes(":") ? "udp6" : "udp4",
    ipv6Only: false,
  });
  const clusters = new Map<string, WitnessCluster>();
  const send = (
    bytes: Uint8Array,
    to: { readonly hostname: string; readonly port: number },
  ) => socket.send(bytes, to.port, to.hostname, () => {});

  /**
   * Lets go of those that are not what they were: dismissed, admitted with another key, not to be read. What such a one is saving must be
   * on the disk before that is read for the next: else the same epoch would be given twice.
   */
  const leave = async (found: Found): Promise<Found> => {
    const keys = new Map(found.clusters.map(({ id, key }) => [id, key]));
    const gone = [...clusters].filter(([id, { key }]) => keys.get(id) !== key);
    for (const [id, cluster] of gone) {
      clusters.delete(id);
      await cluster.idle();
    }
    return gone.length > 0 ? await store.read() : found;
  };
  /** What is wrong, by cluster; each is said once. */
  let problems = new Map<string, string>();
  const look = async () => {
    const { clusters: found, broken } = await leave(await store.read());
    const wrong = new Map(broken.map(({ id, problem }) => [id, problem]));
    for (const memory of found) {
      if (clusters.has(memory.id)) continue;
      if (clusters.size >= MAX_CLUSTERS) {
        wrong.set(memory.id, tooMany(memory));
        continue;
      }
      log.info(`serves cluster "${memory.name}"`);
      const save = async (next: typeof memory) => {
        // Dismissed meanwhile: it must not come back by our hand.
        const present = await store.find(next.id);
        if (present?.key !== next.key) throw new Error("it was dismissed");
        await store.write(next);
      };
      clusters.set(
        memory.id,
        // What leases there were before is not known: dismissed and admitted again is a restart, too.
        new WitnessCluster(memory, {
          startedAt: now(),
          now,
          save,
          send,
          log,
        }),
      );
    }
    for (const [id, problem] of wrong) {
      if (problems.get(id) !== problem) log.error(problem);
    }
    problems = wrong;
  };
  /** A disk that cannot be looked at for a moment: those that are served go on, and nothing is granted that is not saved. */
  let blind: string | null = null;
  const lookAgain = async () => {
    try {
      await look();
      blind = null;
    } catch (error) {
      const problem = messageOf(error);
      if (problem !== blind) log.error(`cannot look for clusters: ${problem}`);
      blind = problem;
    }
  };

  await look();
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => {});
  socket.on("error", (error: Error & { code?: string }) => {
    if (error.code === "ECONNREFUSED") return;
    failed.reject(
      new Error(
        `Cannot listen on UDP port ${port}${
          options.address ? ` of ${options.address}` : ""
        }: ${error.message}`,
        { cause: error },
      ),
    );
  });
  socket.on(
    "message",
    (bytes: Uint8Array, from: { address: string; port: number }) => {
      const id = clusterOf(bytes);
      const where = { hostname: from.address, port: from.port };
      if (id !== null) clusters.get(id)?.receive(bytes, where);
    },
  );
  const listening = Promise.withResolvers<void>();
  socket.on("listening", () => listening.resolve());
  socket.bind({ address, port });
  try {
    await Promise.race([listening.promise, failed.promise]);
    log.info(`witness on UDP port ${port}, ${clusters.size} clusters`);
    options.ready?.();
    while (!signal.aborted) {
      await Promise.race([sleep(LOOK_MS, signal), failed.promise]);
      if (!signal.aborted) await lookAgain();
    }
  } finally {
    for (const cluster of clusters.values()) await cluster.idle();
    socket.close();
  }
}

function tooMany({ name, id }: Remembered): string {
  return `cluster "${name}" (${id}) is not served: a witness has at most ${MAX_CLUSTERS}, "hakit witness dismiss NAME" makes room`;
}
