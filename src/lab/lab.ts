/** A two-node cluster on this one machine: up, down, and what can be done to it in between. */
import type { ClusterState, ModuleState } from "../api/state.ts";
import { connect } from "../cli/agent_client.ts";
import { command } from "../system/command.ts";
import { sleep } from "../system/clock.ts";
import {
  createFiles,
  hasServed,
  type LabModule,
  labModule,
  markServed,
  removeFiles,
} from "./files.ts";
import { buildNetwork, networkIsUp, removeNetwork } from "./network.ts";
import { firstProcess, killNode, startNode, stopNode } from "./node.ts";
import { killWitness } from "./witness.ts";
import { home, type LabNode, nodeName, NODES } from "./topology.ts";

/** First start of a database on a slow machine, with room. */
const READY_LIMIT_MS = 180_000;
const LOOK_EVERY_MS = 100;

/** What the lab cannot do without; one line a missing thing. */
export async function obstacles(): Promise<string[]> {
  const found: string[] = [];
  if (Deno.uid() !== 0) return ["run it as root: sudo hakit lab"];
  for (
    const [program, hint] of [
      ["ip", "iproute2"],
      ["unshare", "util-linux"],
      ["nsenter", "util-linux"],
      ["mount", "mount"],
    ] as const
  ) {
    if (!await installed(program)) found.push(`install ${hint} (${program})`);
  }
  const fuse = await Deno.stat("/dev/fuse").catch(() => null);
  if (!fuse) found.push("load the kernel's FUSE module: modprobe fuse");
  return found;
}

export async function installed(program: string): Promise<boolean> {
  const { code } = await command(
    ["sh", "-c", `command -v "$0" >/dev/null`, program],
    { anyCode: true },
  );
  return code === 0;
}

/** mariadb where it is installed (10.3 has the old names only, as the module knows), else the built-in counter. */
export async function chooseModule(
  has: (program: string) => Promise<boolean> = installed,
): Promise<LabModule> {
  const server = await has("mariadbd") || await has("mysqld");
  const client = await has("mariadb") || await has("mysql");
  return server && client ? "mariadb" : "counter";
}

/** From anything to two Ready nodes; `tell` gets what is being done. */
export async function labUp(
  wanted: LabModule | null,
  tell: (text: string) => void,
): Promise<ClusterState> {
  const existing = await labModule();
  if (existing !== null && wanted !== null && existing !== wanted) {
    throw new Error(
      `The lab runs the module ${existing}: "hakit lab down" first, then "hakit lab up --module ${wanted}"`,
    );
  }
  const module = existing ?? wanted ?? await chooseModule();
  if (existing === null) {
    // A rest of an earlier lab whose folder was removed by hand.
    for (const node of NODES) await killNode(node);
  }
  if (!await networkIsUp()) {
    tell("Making two nodes and their client: four network namespaces");
    await buildNetwork();
  }
  await createFiles(module);
  for (const node of NODES) {
    if (await firstProcess(node) === null) {
      tell(`Starting ${nodeName(node)}`);
      await startNode(node);
    }
  }
  for (const node of NODES) await agentAnswers(node);
  const api = connect(home(1));
  const first = await until(
    () => api.state(),
    (state) =>
      roles(state, module).some((entry) => entry?.role !== "STOP") || null,
  );
  // Not by `existing`: a run that was cut off made the files and never came here.
  if (!await hasServed(module) && isUnused(roles(first, module))) {
    tell(`First start: ${nodeName(1)}'s data is the good one`);
    await api.role({ module, command: "prim", wait: true });
  }
  await markServed();
  tell("Waiting until both nodes hold the same data");
  return await bothReady(module, READY_LIMIT_MS);
}

/** On no node is there data, or a first start under way. Pure. */
export function isUnused(
  modules: readonly (Pick<ModuleState, "role" | "identity"> | undefined)[],
): boolean {
  return modules.every((module) =>
    module === undefined ||
    module.identity.current === null &&
      (module.role === "STOP" || module.role === "WAIT")
  );
}

/** Gone without a trace. */
export async function labDown(): Promise<void> {
  for (const node of NODES) await killNode(node);
  await killWitness();
  await removeNetwork();
  await removeFiles();
}

/** The cluster as a living node sees it; the primary's word counts most. */
export async function labState(): Promise<ClusterState> {
  let answer: ClusterState | null = null;
  let failure: unknown = new Error(
    'The lab is not up: "hakit lab up" makes one',
  );
  for (const node of NODES) {
    if (await firstProcess(node) === null) continue;
    try {
      const state = await connect(home(node)).state();
      answer ??= state;
      const own = state.nodes.find((entry) => entry.local);
      if (
        own?.modules.some(({ role }) => role === "PRIM" || role === "ALONE")
      ) {
        return state;
      }
    } catch (error) {
      failure = error;
    }
  }
  if (answer === null) throw failure;
  return answer;
}

/** Waits for one primary and one secondary, both Ready. */
export async function bothReady(
  module: LabModule,
  limitMs: number,
): Promise<ClusterState> {
  return await until(
    labState,
    (state) => {
      const [a, b] = roles(state, module);
      const pair = [a?.role, b?.role].sort().join();
      return pair === "PRIM,SECOND" && a!.status === "Ready" &&
          b!.status === "Ready" || null;
    },
    limitMs,
  );
}

export async function switchOn(node: LabNode): Promise<void> {
  await requireLab();
  await startNode(node);
  await agentAnswers(node);
}

export async function switchOff(
  node: LabNode,
  how: "kill" | "stop",
): Promise<void> {
  await requireLab();
  await (how === "kill" ? killNode(node) : stopNode(node));
}

export async function requireLab(): Promise<LabModule> {
  const module = await labModule();
  if (module !== null && await networkIsUp()) return module;
  throw new Error('The lab is not up: "hakit lab up" makes one');
}

/** The module on each node, in the order of the cluster. */
export function roles(
  state: ClusterState,
  module: LabModule,
): (ModuleState | undefined)[] {
  return state.nodes.map((node) =>
    node.modules.find((entry) => entry.name === module)
  );
}

async function agentAnswers(node: LabNode): Promise<void> {
  await until(() => connect(home(node)).state(), () => true, 30_000);
}

/** Asks until `enough`; at the limit it says what was last seen. */
async function until(
  ask: () => Promise<ClusterState>,
  enough: (state: ClusterState) => true | null,
  limitMs = 30_000,
): Promise<ClusterState> {
  const end = performance.now() + limitMs;
  let last: unknown;
  for (;;) {
    try {
      const state = await ask();
      if (enough(state)) return state;
      last = new Error(
        `Not so after ${
          limitMs / 1000
        } s: ${state.sentence} (see "hakit lab exec 1 -- hakit log")`,
      );
    } catch (error) {
      last = error;
    }
    if (performance.now() > end) throw last;
    await sleep(LOOK_EVERY_MS);
  }
}
