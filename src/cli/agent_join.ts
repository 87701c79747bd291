/** `hakit agent-join`: a further machine runs pods, too; the volumes are exported to it. */
import { isIP } from "node:net";
import { readKept } from "../cluster/kept.ts";
import { vipOf } from "../cluster/network.ts";
import { places } from "../cluster/places.ts";
import { agentScript } from "../k3s/agent_script.ts";
import { agentsWith, readAgents, writeAgents } from "../k3s/agents.ts";
import { installedFiles } from "../k3s/install.ts";
import { localModule } from "../k3s/member.ts";
import { runModuleScript } from "../k3s/module_script.ts";
import { loadInstalled } from "../module/catalog.ts";
import { canonical } from "../system/address.ts";
import { readIfPresent } from "../system/files.ts";
import { paths } from "../system/paths.ts";
import type { AgentApi } from "./agent_api.ts";
import { type Call, type Command, JSON_FLAG, UsageError } from "./command.ts";
import { EXIT } from "./report.ts";

const EXPORT_MS = 60_000;

export function agentJoinCommand(connect: () => AgentApi): Command {
  return {
    name: "agent-join",
    summary: "Let a further machine run pods as an agent of K3s",
    group: "Set up",
    args: [{
      name: "ADDRESS",
      summary: "the machine's address; without it: those that may",
      optional: true,
    }],
    flags: {
      remove: {
        type: "boolean",
        summary: "volumes are exported to it no longer",
      },
      json: JSON_FLAG,
    },
    details: `\
On the primary. Exports the volumes to the machine, and prints a script for it:
  hakit agent-join 10.0.0.7 | ssh root@10.0.0.7 sh
Where root may not log in: keep it in a file, take that there, "sudo sh FILE".
The script holds the cluster's token. It needs K3s' executable and nfs-common
there and says how to get them. Firewalls: "hakit doctor --fix firewall" on both
nodes lets it in.`,
    run: (call) => agentJoin(call, connect),
  };
}

async function agentJoin(
  call: Call,
  connect: () => AgentApi,
): Promise<number> {
  const at = places(paths());
  const settings = await readIfPresent(at.settings);
  if (settings === null) {
    throw new UsageError('There is no cluster here: "hakit first" makes one');
  }
  const kept = readKept(settings, at.settings);
  const agents = await readAgents(kept.storage);
  const [given] = call.args;
  if (given === undefined) {
    if (call.on("json")) call.out.json({ agents });
    else for (const agent of agents) call.out.line(agent);
    return EXIT.done;
  }
  if (isIP(given) === 0) {
    throw new UsageError(
      `"${given}" is no IP address, expected one such as 10.0.0.7`,
    );
  }
  const address = canonical(given);
  if ([vipOf(kept), ...kept.node1, ...kept.node2].includes(address)) {
    throw new UsageError(`${address} is a node of the cluster already`);
  }
  await mustBePrimary(connect());
  const next = agentsWith(address, agents, { remove: call.on("remove") });
  await writeAgents(kept.storage, next);
  await exportAgain();
  if (call.on("remove")) {
    if (call.on("json")) call.out.json({ agents: next });
    else {
      call.out.line(
        `${address} gets no volumes any more. On it: systemctl disable --now k3s-agent; here: k3s kubectl delete node NAME`,
      );
    }
    return EXIT.done;
  }
  const files = await installedFiles(at.k3sFiles);
  const sha256 = files.find(({ name }) => name === "k3s")?.sha256;
  const token = (await readIfPresent(at.k3sToken))?.trim();
  if (!sha256 || !token) {
    throw new Error('K3s is not installed here: run "hakit first" again');
  }
  const script = agentScript({ kept, address, token, sha256 });
  if (call.on("json")) call.out.json({ agents: next, script });
  else {
    call.out.error(
      `Volumes are exported to ${address}. On that machine, as root, runs:`,
    );
    call.out.line(script.trimEnd());
  }
  return EXIT.done;
}

/** Elsewhere the list is the other node's copy, which nobody may write to. */
async function mustBePrimary(api: AgentApi): Promise<void> {
  const state = await api.state();
  const here = localModule(state);
  if (here && ["PRIM", "ALONE"].includes(here.module.role)) return;
  const primary = state.nodes.find(({ modules }) =>
    modules.some(({ name, role }) =>
      name === "k3s" && ["PRIM", "ALONE"].includes(role)
    )
  );
  throw new UsageError(
    primary
      ? `Run it on ${primary.name}, which is primary now`
      : "No node is primary now: volumes cannot be exported (hakit state)",
  );
}

/** By the module's own script, so that an export looks the same after a failover. */
async function exportAgain(): Promise<void> {
  const where = paths();
  const module = await loadInstalled(where, "k3s");
  const folder = places(where).module;
  await runModuleScript({ folder, module }, ["export_volume"], {
    timeoutMs: EXPORT_MS,
  });
}
