/** For the scripts of the module k3s: what bash cannot do. Not for people. */
import { MODULE } from "../k3s/files.ts";
import type { AgentApi } from "./agent_api.ts";
import { type Call, type Command, UsageError } from "./command.ts";
import type { Station } from "../k3s/node_work.ts";
import { places } from "../cluster/places.ts";
import { loadInstalled } from "../module/catalog.ts";
import { paths } from "../system/paths.ts";
import type { Fence, Policy } from "../k3s/pods.ts";

type Action = (call: Call, api: () => AgentApi) => Promise<void>;

const ACTIONS: { readonly [name: string]: Action } = {
  forget,
  tickle,
  lost: async (call, api) => {
    const { lost } = await import("../k3s/node_work.ts");
    await lost(station(call, api), { fence: fence(), policy: policy() });
  },
  back: async (call, api) => {
    const { back } = await import("../k3s/node_work.ts");
    await back(station(call, api));
    const { renewKubeconfig } = await import("../k3s/kubernetes.ts");
    const to = places(paths()).kubeconfig;
    if (await renewKubeconfig({ to, vip: variable("HAKIT_VIP") })) {
      call.out.line(`${to} is written anew`);
    }
  },
  leave: async (call, api) => {
    const { leave } = await import("../k3s/node_work.ts");
    await leave(station(call, api), Number(variable("DRAIN_SECONDS")));
  },
  unpack: async ({ out }) => {
    const { unpack } = await import("../k3s/unpack.ts");
    if (await unpack()) out.line("K3s' programs are unpacked and on the disk");
  },
  // Run by systemd, not by the agent: nothing is in the environment.
  shutdown: async ({ out }, api) => {
    const { endPodsMs, shutdown } = await import("../k3s/shutdown.ts");
    const { runModuleScript } = await import("../k3s/module_script.ts");
    const module = await loadInstalled(paths(), MODULE);
    const folder = places(paths()).module;
    const self = (await Deno.readTextFile(places(paths()).node)).trim();
    const say = (text: string) => out.line(text);
    await shutdown(
      { api: api(), module: MODULE, self, say },
      module.variables,
      {
        endPods: (seconds) =>
          runModuleScript({ folder, module }, ["end_pods", `${seconds}`], {
            timeoutMs: endPodsMs(seconds),
          }),
      },
    );
  },
};

export function k3sNodeCommand(api: () => AgentApi): Command {
  return {
    name: "k3s-node",
    summary: "Work of the module k3s' scripts",
    group: "Other",
    hidden: true,
    args: [
      { name: "ACTION", summary: Object.keys(ACTIONS).join(", ") },
      {
        name: "PATH",
        summary: "forget, tickle: of the NFS server's memory",
        optional: true,
      },
    ],
    async run(call) {
      const action = ACTIONS[call.args[0]!];
      if (!action) {
        throw new UsageError(`k3s-node is for the scripts of module k3s`);
      }
      await action(call, api);
      return 0;
    },
  };
}

/** The dead node's NFS client, so that the grace period need not wait for it. One that may live keeps what it holds. */
async function forget(call: Call, api: () => AgentApi): Promise<void> {
  const { forgetClient } = await import("../k3s/nfs_clients.ts");
  const peer = (await api().state()).nodes.find(({ local }) => !local);
  const node = peer && !peer.reachable ? peer.name : null;
  const { forgotten, left } = await forgetClient(call.args[1]!, node);
  call.out.line(
    `NFS clients: ${left} may reclaim, ${forgotten} of ${
      node ?? "no node"
    } forgotten`,
  );
}

async function tickle(call: Call): Promise<void> {
  const { readPeers, tickle } = await import("../k3s/tickle.ts");
  const peers = readPeers(await Deno.readTextFile(call.args[1]!));
  await tickle({ address: variable("HAKIT_VIP"), port: 2049 }, peers);
  call.out.line(`NFS clients waked: ${peers.length}`);
}

function station({ out }: Call, api: () => AgentApi): Station {
  return {
    api: api(),
    module: variable("HAKIT_MODULE"),
    self: variable("HAKIT_NODE"),
    say: (text) => out.line(text),
  };
}

function fence(): Fence {
  const said = variable("HAKIT_ARBITER");
  return said === "witness" || said === "ping" || said === "person"
    ? said
    : "none";
}

function policy(): Policy {
  const said = variable("PODS_OF_LOST_NODE");
  return said === "always" || said === "never" ? said : "fenced";
}

/** Set by the agent for each script. */
function variable(name: string): string {
  return Deno.env.get(name) ?? "";
}
