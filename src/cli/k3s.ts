/** `hakit k3s`: which K3s runs where, and a newer one, node by node. */
import { z } from "zod";
import { k3sAnswer, okAnswer } from "../api/schemas.ts";
import { readKept } from "../cluster/kept.ts";
import { places } from "../cluster/places.ts";
import {
  resolveSettings,
  SETTING_FLAGS,
  settingsSchema,
} from "../cluster/settings.ts";
import { readAgents } from "../k3s/agents.ts";
import { downloadSource } from "../k3s/download.ts";
import { folderSource, type Source } from "../k3s/install.ts";
import { kubeletNodes } from "../k3s/kubernetes.ts";
import { K3S_RELEASE, VERSION_FORM } from "../k3s/release.ts";
import { stage } from "../k3s/staging.ts";
import {
  obstacle,
  rolesIn,
  upgradeSteps,
  type UpgradeWorld,
} from "../k3s/upgrade.ts";
import { k3sVersion } from "../k3s/version.ts";
import { sleep } from "../system/clock.ts";
import { readIfPresent } from "../system/files.ts";
import { paths } from "../system/paths.ts";
import { actionOf } from "./actions.ts";
import type { AgentApi } from "./agent_api.ts";
import type { Ask } from "./ask.ts";
import { type Call, type Command, UsageError } from "./command.ts";
import { EXIT } from "./report.ts";
import { bundleK3s, openedBundle } from "./from_bundle.ts";
import { finish, perform, RUN_FLAGS, sourcesOf } from "./setup.ts";

const ACTIONS = ["status", "upgrade"] as const;
/** Files that cross a slow network. */
const LONG_MS = 11 * 60_000;

export function k3sCommand(ask: Ask, connect: () => AgentApi): Command {
  return {
    name: "k3s",
    summary: "Which K3s runs where; upgrade it node by node",
    group: "Operate",
    args: [
      { name: "ACTION", summary: ACTIONS.join(", "), words: ACTIONS },
      {
        name: "DIR|VERSION",
        summary:
          `upgrade: a folder with k3s and images, or a version to download ("hakit first" takes ${K3S_RELEASE.version})`,
        optional: true,
      },
    ],
    flags: {
      proxy: {
        ...SETTING_FLAGS.proxy,
        summary: "for a download (default: the cluster's own)",
      },
      releases: SETTING_FLAGS.releases,
      bundle: {
        ...SETTING_FLAGS.bundle,
        summary: 'upgrade: from "hakit bundle create", instead of DIR',
      },
      key: SETTING_FLAGS.key,
      config: SETTING_FLAGS.config,
      ...RUN_FLAGS,
    },
    details: `\
The secondary first; when its K3s is Ready the two change places, then the other
one. Pods go on while their node's K3s restarts; the datastore is away as long
as a swap takes. It stops at the first failure, with the other node untouched,
and goes on from there when it is run again.`,
    async run(call) {
      const action = actionOf("k3s", call, ACTIONS);
      const api = connect();
      if (action === "status") return await status(call, api);
      return await upgrade(call, { ask, api });
    },
  };
}

async function status(call: Call, api: AgentApi): Promise<number> {
  const state = await api.state();
  const known = await kubeletNodes();
  const nodes = state.nodes.map(({ name, modules }) => {
    const k3s = known.find((node) => node.name === name);
    return {
      node: name,
      role: modules.find((module) => module.name === "k3s")?.role ?? "unknown",
      version: k3s?.version ?? "unknown",
      ready: k3s?.ready ?? false,
    };
  });
  if (call.on("json")) call.out.json({ nodes });
  else {
    call.out.table([
      ["NODE", "ROLE", "K3S", "READY"],
      ...nodes.map(({ node, role, version, ready }) => [
        node,
        role,
        version,
        ready ? "yes" : "no",
      ]),
    ]);
  }
  return EXIT.done;
}

async function upgrade(
  call: Call,
  { ask, api }: { readonly ask: Ask; readonly api: AgentApi },
): Promise<number> {
  const state = await api.state();
  const roles = rolesIn(state);
  if ("problem" in roles) {
    throw new Error(`An upgrade begins with a whole pair: ${roles.problem}`);
  }
  const me = state.nodes.find(({ local }) => local)!.name;
  const { source, version } = await sourceOf(call);
  const world = worldOf(call, { ask, api, source });
  const wanted = { version, files: source.files };
  const problem = await obstacle(world, wanted, roles);
  if (problem) throw new UsageError(problem);
  try {
    const results = await perform(
      call,
      "k3s upgrade",
      upgradeSteps({ world, wanted, me, roles }),
    );
    finish(call, results, { lines: furtherMachines(await agents()) });
  } catch (error) {
    // What holds now matters more than what failed.
    if (!call.on("json")) await status(call, api).catch(() => {});
    throw error;
  }
  return EXIT.done;
}

/** That run K3s' agent; they are no business of an upgrade's failure. */
async function agents(): Promise<string[]> {
  const { settings } = places(paths());
  const text = await readIfPresent(settings);
  if (text === null) return [];
  return await readAgents(readKept(text, settings).storage).catch(() => []);
}

/** What an upgrade leaves to a person. Exported for its test. */
export function furtherMachines(addresses: readonly string[]): string[] {
  return addresses.length === 0 ? [] : [
    `K3s of further machines stays as it is (${
      addresses.join(", ")
    }): for each say "hakit agent-join ADDRESS | ssh root@ADDRESS sh" again, on the primary; it names what is to be copied there`,
  ];
}

/** What an upgrade goes to; nothing of it is fetched, or taken, yet. Exported for its test. */
export async function sourceOf(
  call: Call,
): Promise<{ readonly source: Source; readonly version: string }> {
  const given = call.args[1];
  const bundle = call.text("bundle");
  if ((given === undefined) === (bundle === undefined)) {
    throw new UsageError(
      "hakit k3s upgrade: name one of a folder with k3s, a version such as v1.33.5+k3s1, and --bundle FILE",
    );
  }
  if (bundle !== undefined) return await inBundle(call, bundle);
  return await named(call, given!);
}

async function inBundle(call: Call, file: string) {
  const key = call.text("key");
  const opened = await openedBundle(call, paths(), { file, key });
  const source = bundleK3s(opened);
  const version = opened.bundle.manifest.k3s;
  if (!source || version === null) {
    throw new UsageError(
      `The bundle "${file}" has no K3s: "hakit bundle create FILE" takes it along unless it is told --k3s none`,
    );
  }
  return { source, version };
}

async function named(call: Call, given: string) {
  if (VERSION_FORM.test(given)) {
    const source = await downloadSource(given, await downloadSettings(call));
    return { source, version: given.split("@")[0]! };
  }
  const source = await folderSource(given);
  const version = await k3sVersion(source.pathOf("k3s"), paths().state);
  return { source, version };
}

/** The proxy that "first" was told is this cluster's, whoever upgrades it. Exported for its test. */
export async function downloadSettings(call: Pick<Call, "text" | "list">) {
  const { settings } = places(paths());
  const text = await readIfPresent(settings);
  const { proxy } = text === null ? {} : readKept(text, settings);
  return resolveSettings(
    z.object({
      proxy: settingsSchema.shape.proxy,
      releases: settingsSchema.shape.releases,
    }),
    { ...await sourcesOf(call), saved: { proxy } },
  );
}

function worldOf(
  call: Call,
  { ask, api, source }: {
    readonly ask: Ask;
    readonly api: AgentApi;
    readonly source: Source;
  },
): UpgradeWorld {
  const query = (node: string) => `?node=${encodeURIComponent(node)}`;
  const act = async (action: "fetch" | "install", node: string) => {
    await ask(`/api/k3s/${action}`, {
      method: "POST",
      body: { node },
      answer: okAnswer,
      timeoutMs: LONG_MS,
    });
  };
  return {
    state: () => api.state(),
    files: (node) => ask(`/api/k3s${query(node)}`, { answer: k3sAnswer }),
    nodes: kubeletNodes,
    async stage() {
      const progress = call.out.progress("K3s");
      await stage(paths(), source, progress);
      progress.end();
    },
    fetch: (node) => act("fetch", node),
    install: (node) => act("install", node),
    async swap() {
      await api.role({ module: "k3s", command: "swap", wait: true });
    },
    sleep,
  };
}
