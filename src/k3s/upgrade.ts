/**
 * `hakit k3s upgrade`: node by node, and the pair is whole before each: the secondary first, then the two change places, then the
 * other one. Whatever was done is found done by a repeated run; the first failure ends it with both nodes serving as they did.
 */
import type { ClusterState } from "../api/state.ts";
import type { Step } from "../cluster/step.ts";
import type { K3sFile } from "../cluster/welcome.ts";
import { MODULE } from "./files.ts";
import type { KubeletNode } from "./kubernetes.ts";
import { messageOf } from "../system/message.ts";

export interface NodeFiles {
  readonly installed: readonly K3sFile[];
  readonly staged: readonly K3sFile[];
}

/** What an upgrade asks of the cluster. */
export interface UpgradeWorld {
  state(): Promise<ClusterState>;
  files(node: string): Promise<NodeFiles>;
  nodes(): Promise<readonly KubeletNode[]>;
  /** Puts the new files beside the old ones, on this node. */
  stage(): Promise<void>;
  /** The same on the other node, from this one. */
  fetch(node: string): Promise<void>;
  /** Puts them in place and restarts K3s; pods go on. */
  install(node: string): Promise<void>;
  swap(): Promise<void>;
  sleep(ms: number): Promise<void>;
}

export interface Wanted {
  readonly version: string;
  readonly files: readonly K3sFile[];
}

/** K3s unpacks itself and its images, migrates its datastore. */
const READY_MS = 30 * 60_000;
const POLL_MS = 2000;

export function upgradeSteps(
  { world, wanted, me, roles }: {
    readonly world: UpgradeWorld;
    readonly wanted: Wanted;
    readonly me: string;
    readonly roles: { readonly primary: string; readonly secondary: string };
  },
): Step[] {
  const { primary, secondary } = roles;
  const other = me === primary ? secondary : primary;
  const staging = (
    node: string,
    { has, bring }: {
      readonly has: () => Promise<boolean>;
      readonly bring: () => Promise<void>;
    },
  ): Step => ({
    name: `Files of ${wanted.version} on ${node}`,
    async done() {
      return await has() ? `${wanted.files.length} files` : null;
    },
    do: bring,
  });
  const here = async (node: string) => {
    const { staged, installed } = await world.files(node);
    return same(staged, wanted.files) || includes(installed, wanted.files);
  };
  return [
    staging(me, {
      // The other node takes what waits here, not what runs here.
      has: async () =>
        same((await world.files(me)).staged, wanted.files) ||
        await here(me) && await here(other),
      bring: () => world.stage(),
    }),
    staging(other, {
      has: () => here(other),
      bring: () => world.fetch(other),
    }),
    nodeStep(world, { node: secondary, wanted }),
    {
      name: `${secondary} becomes primary`,
      async done() {
        if (await upgraded(world, primary, wanted)) return "not needed";
        const now = rolesIn(await world.state());
        return "primary" in now && now.primary === secondary ? "it is" : null;
      },
      async do() {
        await whole(world);
        await world.swap();
        await until(world, async () => {
          const now = rolesIn(await world.state());
          if ("problem" in now) return now.problem;
          return now.primary === secondary ? null : `${now.primary} is primary`;
        });
      },
    },
    nodeStep(world, { node: primary, wanted }),
  ];
}

function nodeStep(
  world: UpgradeWorld,
  { node, wanted }: { readonly node: string; readonly wanted: Wanted },
): Step {
  return {
    name: `K3s on ${node}`,
    async done() {
      return await upgraded(world, node, wanted) ? wanted.version : null;
    },
    async do(say) {
      const now = await whole(world);
      if (now.primary === node) {
        throw new Error(
          `${node} is primary by now: run the same command again, which begins with the other node`,
        );
      }
      const { staged, installed } = await world.files(node);
      // In place, but K3s did not become Ready in time: it only needs longer, or was mended since. Files that still wait
      // stand for a K3s that was not restarted.
      if (
        !includes(installed, wanted.files) || same(staged, wanted.files)
      ) await world.install(node);
      await until(world, async () => {
        const found = (await world.nodes()).find(({ name }) => name === node);
        if (!found) return "K3s does not know the node";
        if (found.version !== wanted.version) return `it runs ${found.version}`;
        return found.ready ? null : "it is not Ready";
      });
      // Before the next node is touched the pair must be whole again.
      await until(world, async () => {
        const roles = rolesIn(await world.state());
        return "problem" in roles ? roles.problem : null;
      });
      say(wanted.version);
    },
  };
}

async function upgraded(
  world: UpgradeWorld,
  node: string,
  wanted: Wanted,
): Promise<boolean> {
  const { installed } = await world.files(node);
  if (!includes(installed, wanted.files)) return false;
  const found = (await world.nodes()).find(({ name }) => name === node);
  return found?.ready === true && found.version === wanted.version;
}

/**
 * Why an upgrade cannot begin; null: it can. A node on which an upgrade failed is no reason, or it could neither be repeated nor taken
 * back to what the other node runs.
 */
export async function obstacle(
  world: Pick<UpgradeWorld, "files" | "nodes">,
  wanted: Wanted,
  { primary, secondary }: {
    readonly primary: string;
    readonly secondary: string;
  },
): Promise<string | null> {
  const running = await world.nodes();
  for (const name of [primary, secondary]) {
    const node = running.find((each) => each.name === name);
    if (!node?.ready) {
      const { staged, installed } = await world.files(name);
      if (
        same(staged, wanted.files) || includes(installed, wanted.files)
      ) continue;
      const serves = running.find((each) => each.name === primary);
      if (
        name === secondary && serves?.version === wanted.version &&
        includes((await world.files(primary)).installed, wanted.files)
      ) continue;
      return `K3s on ${name} is ${
        node ? "not Ready" : "not known"
      }: mend that first (journalctl -u k3s there)`;
    }
    const problem = versionProblem(node.version, wanted.version);
    if (problem) return problem;
  }
  return null;
}

async function whole(world: UpgradeWorld) {
  const roles = rolesIn(await world.state());
  if ("problem" in roles) {
    throw new Error(`the pair is not whole: ${roles.problem}`);
  }
  return roles;
}

async function until(
  world: UpgradeWorld,
  hindrance: () => Promise<string | null>,
): Promise<void> {
  let left = READY_MS / POLL_MS;
  for (;;) {
    const problem = await hindrance().catch((error: unknown) =>
      messageOf(error)
    );
    if (problem === null) return;
    if (left-- <= 0) {
      throw new Error(`not within ${READY_MS / 60_000} min: ${problem}`);
    }
    await world.sleep(POLL_MS);
  }
}

/** Who is what, or why an upgrade must not begin (or go on). Pure. */
export function rolesIn(
  state: Pick<ClusterState, "nodes">,
):
  | { readonly primary: string; readonly secondary: string }
  | { readonly problem: string } {
  const found = state.nodes.map((node) => ({
    node: node.name,
    module: node.modules.find(({ name }) => name === MODULE),
  }));
  const named = (role: string) =>
    found.find(({ module }) => module?.role === role);
  const [primary, secondary] = [named("PRIM"), named("SECOND")];
  if (!primary || !secondary) {
    const roles = found.map(({ node, module }) =>
      `${node} ${module?.role ?? "does not answer"}`
    );
    return { problem: `${roles.join(", ")}; expected PRIM and SECOND` };
  }
  for (const { node, module } of [primary, secondary]) {
    if (module!.status !== "Ready") {
      return { problem: `${node} is ${module!.role}, ${module!.status}` };
    }
  }
  return secondary.module!.upToDate
    ? { primary: primary.node, secondary: secondary.node }
    : { problem: `${secondary.node} has no complete copy` };
}

/** Why K3s does not go from one version to the other; null: it does. Kubernetes' rule: one minor version at a time, never back. Pure. */
export function versionProblem(from: string, to: string): string | null {
  const parts = (text: string) =>
    /^v(\d+)\.(\d+)\.(\d+)(?:\+k3s(\d+))?/.exec(text)?.slice(1).map((part) =>
      Number(part ?? 0)
    );
  const [a, b] = [parts(from), parts(to)];
  if (!a || !b) return null;
  for (const [index, part] of b.entries()) {
    if (part > a[index]!) break;
    if (part < a[index]!) {
      return `${to} is older than ${from}, which runs: its datastore cannot go back`;
    }
  }
  return a[0] === b[0] && b[1]! - a[1]! <= 1
    ? null
    : `${to} is more than one minor version after ${from}: go by v${a[0]}.${
      a[1]! + 1
    } first`;
}

function same(a: readonly K3sFile[], b: readonly K3sFile[]): boolean {
  return a.length === b.length && includes(a, b);
}

/** Beside them a node may have archives of other images, which stay. */
function includes(a: readonly K3sFile[], b: readonly K3sFile[]): boolean {
  return b.every((file) =>
    a.some(({ name, sha256 }) => name === file.name && sha256 === file.sha256)
  );
}
