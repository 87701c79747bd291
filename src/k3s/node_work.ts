/** Thin: finds the facts that pods.ts judges, does what it says, and looks again. Run by the module's scripts as processes of their own. */
import type { AgentApi } from "../cli/agent_api.ts";
import { now, sleep } from "../system/clock.ts";
import { kubectl } from "./kubectl.ts";
import {
  type Fence,
  judgeBack,
  judgeLeave,
  judgeLost,
  kubectlArguments,
  type KubeLease,
  type KubeNode,
  type KubePod,
  type Policy,
  type Verdict,
  type Work,
} from "./pods.ts";
import { isShuttingDown } from "./services.ts";
import { messageOf } from "../system/message.ts";

/** Who does the work, and for which module. */
export interface Station {
  readonly api: AgentApi;
  readonly module: string;
  readonly self: string;
  say(text: string): void;
  /** Where not the machine itself is asked. */
  readonly world?: World;
}

/** What the work needs of the machine. */
export interface World {
  /** This machine's name, by which its controllers hold their leases. */
  readonly host: () => string;
  readonly kubectl: (
    args: readonly string[],
    timeoutMs: number,
  ) => Promise<
    { readonly code: number; readonly stdout: string; readonly stderr: string }
  >;
  /** It shuts down. */
  readonly stops: () => Promise<boolean>;
  readonly answering: (addresses: readonly string[]) => Promise<string[]>;
  readonly clock: { now(): number; sleep(ms: number): Promise<void> };
}

const MACHINE: World = {
  host: Deno.hostname,
  kubectl,
  stops: isShuttingDown,
  answering,
  clock: { now, sleep },
};

/** Once the peer is heard, or Kubernetes answers. */
const LOST_MS = 5 * 60_000;
/** A K3s that has just got its datastore back answers within seconds; one that begins after a power cut may unpack itself first. */
const ANSWER_MS = 30 * 60_000;
/** Whoever is closed to pods stays so until this is done: a K3s that is repaired the next morning is opened, too. */
const BACK_MS = 24 * 60 * 60_000;
const LOOK_EVERY_MS = 1000;
/** After the first minutes: nobody waits any more. */
const LOOK_SELDOM_MS = 15_000;
/** Shorter than kubectl.ts would wait; a second lost is worse here. */
const KUBECTL_MS = 30_000;
/** More pods than these a node does not have; what is above is left to Kubernetes. */
const MAX_WORK = 1000;
/** Agent, kubelet, API server, ssh: whichever answers, or refuses, there is a machine. */
const PORTS = [9010, 10250, 6443, 22];
const PROBE_MS = 700;

/** Until the lost node's pods are released, or it is clear that they must not be. */
export async function lost(
  station: Station,
  { fence, policy }: { readonly fence: Fence; readonly policy: Policy },
): Promise<void> {
  const { api, module, self, say, world = MACHINE } = station;
  const { now } = world.clock;
  const list = listOf(world);
  const began = now();
  const takenOver = Date.now();
  const still = { text: "", since: now() };
  let answered: number | null = null;
  const limitMs = () =>
    answered === null ? ANSWER_MS : answered - began + LOST_MS;
  await repeat(station, limitMs, async () => {
    const state = await api.state();
    const here = state.nodes.find(({ local }) => local);
    const there = state.nodes.find(({ local }) => !local);
    if (!there) return { kind: "leave", reason: "this cluster has one node" };
    // Kubernetes is not asked about one that is heard: that may go on for minutes.
    const [answers, nodes] = there.reachable ? [[], null] : await Promise.all([
      world.answering(there.addresses),
      list<KubeNode>("get", "nodes"),
    ]);
    if (there.reachable || nodes !== null) answered ??= now();
    const [pods, leases, nodeLeases] = nodes === null ? [[], [], []] : [
      await list<KubePod>(
        ...["get", "pods", "--all-namespaces"],
        `--field-selector=spec.nodeName=${there.name}`,
      ) ?? [],
      await list<KubeLease>("get", "leases", "--namespace=kube-system") ?? [],
      await list<KubeLease>("get", "leases", "--namespace=kube-node-lease") ??
        [],
    ];
    const renewed = nodeLeases.find(({ metadata }) =>
      metadata?.name === there.name
    )?.spec?.renewTime ?? "";
    if (renewed !== still.text) {
      still.text = renewed;
      still.since = now();
    }
    return judgeLost({
      fence,
      policy,
      self,
      peer: there,
      role: here?.modules.find(({ name }) => name === module)?.role ?? "STOP",
      heard: there.reachable,
      answers,
      nodes,
      host: world.host(),
      pods: pods.slice(0, MAX_WORK),
      leases,
      lease: {
        renewedSince: Date.parse(renewed) > takenOver,
        stillMs: now() - still.since,
      },
    });
  }, () => {
    const seconds = ((now() - began) / 1000).toFixed(1);
    say(`The lost node's pods and leases are released after ${seconds} s`);
  });
}

/** This node is back: hakit's own taint and cordon go. */
export async function back(station: Station): Promise<void> {
  const world = station.world ?? MACHINE;
  const list = listOf(world);
  // It has become SECOND to leave, and its pods have just been asked to go.
  if (await world.stops()) {
    station.say("Closed to pods: this server shuts down");
    return;
  }
  await repeat(
    station,
    () => BACK_MS,
    async () => {
      const here = (await station.api.state()).nodes.find(({ local }) => local);
      const role = here?.modules.find(({ name }) => name === station.module)
        ?.role;
      // Stopped meanwhile: the next start begins anew.
      if (role === "STOP" || role === "WAIT") {
        return { kind: "leave", reason: `this node is ${role}` };
      }
      return judgeBack(await list<KubeNode>("get", "nodes"), {
        self: station.self,
        dns: await wantedDns(list),
      });
    },
    () => station.say(`Node ${station.self} takes pods`),
  );
}

/** Replicas that are asked for of K3s' own name server. */
async function wantedDns(list: List): Promise<number | null> {
  const all = await list<
    { metadata?: { name?: string }; spec?: { replicas?: number } }
  >("get", "deployments", "--namespace=kube-system");
  const found = all?.find(({ metadata }) => metadata?.name === "coredns");
  return found ? found.spec?.replicas ?? 1 : null;
}

/** This node leaves: its pods are asked to go first. Never fails: a stop goes on in any case. */
export async function leave(station: Station, seconds: number): Promise<void> {
  const { clock } = station.world ?? MACHINE;
  const began = clock.now();
  let verdict = await judgedLeave(station, seconds);
  if (verdict.kind === "wait") station.say(`Waits: ${verdict.reason}`);
  while (verdict.kind === "wait") {
    await clock.sleep(LOOK_EVERY_MS);
    // All of it together takes no longer than it may.
    const left = Math.ceil(seconds - (clock.now() - began) / 1000);
    if (left <= 0) break;
    verdict = await judgedLeave(station, left);
  }
  if (verdict.kind !== "act") {
    station.say(`Pods are not asked to leave: ${verdict.reason}`);
    return;
  }
  for (const work of verdict.work) {
    if (!await done(station, work)) return;
  }
  station.say("Pods have left this node");
}

/** The agent, which may hang, is asked only where Kubernetes alone would have the pods stay. */
async function judgedLeave(
  { api, module, self, world = MACHINE }: Station,
  seconds: number,
): Promise<Verdict> {
  const nodes = await listOf(world)<KubeNode>("get", "nodes");
  const verdict = judgeLeave(nodes, { self, seconds, peer: null });
  if (verdict.kind !== "leave" || nodes === null || seconds <= 0) {
    return verdict;
  }
  const state = await api.state().catch(() => null);
  const there = state?.nodes.find(({ local }) => !local);
  const role = there?.modules.find(({ name }) => name === module)?.role;
  const serves = there?.reachable === true &&
    (role === "SECOND" || role === "PRIM" || role === "ALONE");
  return judgeLeave(nodes, {
    ...{ self, seconds },
    peer: serves ? there.name : null,
  });
}

/** Judges and works until nothing is left to do twice in a row: controllers may have made a pod meanwhile. */
async function repeat(
  station: Station,
  limitMs: () => number,
  look: () => Promise<Verdict>,
  ended: () => void,
): Promise<void> {
  const { now, sleep } = (station.world ?? MACHINE).clock;
  const began = now();
  let last = "";
  let clean = 0;
  for (;;) {
    const verdict = await look().catch((error): Verdict => ({
      kind: "wait",
      reason: messageOf(error),
    }));
    if (verdict.kind === "leave") {
      station.say(`Left alone: ${verdict.reason}`);
      return;
    }
    if (verdict.kind === "wait" && verdict.reason !== last) {
      last = verdict.reason;
      station.say(`Waits: ${last}`);
    }
    if (verdict.kind === "act") {
      clean = verdict.work.length === 0 ? clean + 1 : 0;
      if (clean === 2) return ended();
      for (const work of verdict.work) await done(station, work);
    }
    const passed = now() - began;
    if (passed > limitMs()) {
      station.say(
        `Given up after ${Math.round(limitMs() / 60_000)} min: ${last}`,
      );
      return;
    }
    await sleep(passed < LOST_MS ? LOOK_EVERY_MS : LOOK_SELDOM_MS);
  }
}

async function done(
  station: Pick<Station, "say" | "world">,
  work: Work,
): Promise<boolean> {
  const args = kubectlArguments(work);
  const timeoutMs = KUBECTL_MS + ("seconds" in work ? work.seconds * 1000 : 0);
  const { kubectl } = station.world ?? MACHINE;
  const { code, stderr } = await kubectl(args, timeoutMs);
  const why = stderr.trim().split("\n").at(-1) ?? "";
  station.say(
    `kubectl ${args.slice(0, 4).join(" ")}${code === 0 ? "" : `: ${why}`}`,
  );
  return code === 0;
}

type List = ReturnType<typeof listOf>;

/** Objects of one kind. Null: no answer, or not this one. */
function listOf({ kubectl }: World) {
  return async <T>(...args: readonly string[]): Promise<T[] | null> => {
    const { code, stdout } = await kubectl([...args, "-o", "json"], KUBECTL_MS);
    if (code !== 0) return null;
    try {
      return (JSON.parse(stdout) as { items?: T[] }).items ?? null;
    } catch {
      return null;
    }
  };
}

/** Those of the addresses where there is a machine. */
export async function answering(
  addresses: readonly string[],
): Promise<string[]> {
  const found = await Promise.all(addresses.map(async (address) => {
    const probes = PORTS.map((port) => knock(address, port));
    return (await Promise.all(probes)).some(Boolean) ? address : null;
  }));
  return found.filter((address) => address !== null);
}

async function knock(hostname: string, port: number): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(PROBE_MS);
    (await Deno.connect({ hostname, port, signal })).close();
    return true;
  } catch (error) {
    return error instanceof Deno.errors.ConnectionRefused;
  }
}
