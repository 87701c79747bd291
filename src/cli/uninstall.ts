/** `hakit uninstall`: takes hakit off this server; packages stay, and data does unless --data is given. */
import { join } from "node:path";
import type { ClusterState } from "../api/state.ts";
import { checkMachine } from "../cluster/checks.ts";
import { gatherFacts } from "../cluster/facts.ts";
import { readKept } from "../cluster/kept.ts";
import { places } from "../cluster/places.ts";
import { runSteps } from "../cluster/step.ts";
import { closeFirewall, hasOwnRules } from "../doctor/firewall_apply.ts";
import { clusterNeeds } from "../doctor/firewall_needs.ts";
import { readAgents } from "../k3s/agents.ts";
import { uninstallSteps } from "../k3s/uninstall.ts";
import { type Own, ownOn } from "../k3s/uninstall_data.ts";
import { readIfPresent } from "../system/files.ts";
import { paths } from "../system/paths.ts";
import { salvageNames } from "./salvage.ts";
import { connect } from "./agent_client.ts";
import type { Command } from "./command.ts";
import { UsageError } from "./command.ts";
import { EXIT } from "./report.ts";
import { finish, RUN_FLAGS, tell } from "./setup.ts";

export const command: Command = {
  name: "uninstall",
  summary: "Take hakit off this server; data stays unless --data is given",
  group: "Set up",
  flags: {
    data: {
      type: "boolean",
      summary: "also remove the database, the volume and K3s' state here",
    },
    yes: { type: "boolean", summary: "do not ask before data is removed" },
    ...RUN_FLAGS,
  },
  details:
    "Modules are stopped first, so the other node takes over. Packages that prereq installed stay, and so does this executable.",
  async run(call) {
    const where = paths();
    const at = places(where);
    const facts = await gatherFacts([]);
    if (tell(call, checkMachine(facts))) return EXIT.failed;
    const settings = await readIfPresent(at.settings);
    const kept = settings === null ? null : readKept(settings, at.settings);
    const own = await ownOn(at, kept);
    const data = call.on("data");
    if (data) {
      const state = await connect().state().catch(() => null);
      const problem = state && onlyCopy(state);
      if (problem) {
        tell(call, { problems: [problem], warnings: [] });
        return EXIT.failed;
      }
    }
    const parted = data ? await partedText(join(where.state, "salvage")) : null;
    const asks = data && !call.on("yes") && !call.on("dry-run");
    if (parted && !asks) {
      tell(call, { problems: [], warnings: [`Removes ${parted}`] });
    }
    if (asks) {
      if (!Deno.stdin.isTerminal()) {
        throw new UsageError(
          "uninstall --data removes this server's copy of all data: add --yes to say that this is meant",
        );
      }
      if (!confirm(question({ data: own.data, parted }))) {
        call.out.line("Nothing was changed.");
        return EXIT.failed;
      }
    }
    const peers = kept ? [...kept.node1, ...kept.node2] : [];
    const agents = kept ? await readAgents(kept.storage).catch(() => []) : [];
    const needs = clusterNeeds({
      peers,
      agents,
      ...(kept ? { networks: [kept.pods, kept.services] } : {}),
    });
    const results = await runSteps(
      uninstallSteps({
        paths: where,
        at,
        kept,
        own,
        api: connect(),
        firewall: {
          hasRules: () => hasOwnRules(needs),
          close: () => closeFirewall(needs),
        },
        data,
      }),
      { out: call.out, dryRun: call.on("dry-run"), quiet: call.on("json") },
    );
    finish(call, results, {
      lines: [
        ...(data ? [] : [
          ...(own.data
            ? [
              `The data stays: /var/lib/mysql, ${
                own.storage ?? "the storage folder"
              }, /var/lib/rancher, and its secrets in /etc/hakit.`,
            ]
            : []),
          "Modules other than k3s stay in /etc/hakit/modules.",
        ]),
        ...(own.k3s
          ? [
            "Until a reboot the interfaces cni0 and flannel.1 and the firewall rules KUBE-* and CNI-* of Kubernetes stay.",
          ]
          : []),
      ],
    });
    return EXIT.done;
  },
};

/** Why this server's copy must not go now, or null. Without an agent, or with a peer that is lost, nobody can tell. Pure. */
export function onlyCopy({ nodes }: ClusterState): string | null {
  const here = nodes.find(({ local }) => local);
  const there = nodes.find(({ local }) => !local);
  if (!there?.reachable) return null;
  const module = here?.modules.find(({ name, upToDate }) =>
    upToDate &&
    there.modules.some((other) => other.name === name && !other.upToDate)
  );
  if (!module) return null;
  return `The copy of ${module.name} on ${there.name} is not up to date: this server's is the only good one. ` +
    `Bring that one up to date first ("hakit state"), or run "hakit uninstall" without --data, which keeps this one`;
}

/** What a split brain left here, in words; null: nothing. */
export async function partedText(salvage: string): Promise<string | null> {
  const names = await salvageNames(salvage);
  return names.length === 0
    ? null
    : `what only this server wrote in a split brain: ${names.join(", ")} ` +
      `("hakit salvage export" makes a copy)`;
}

export function question(
  { data, parted }: Pick<Own, "data"> & { readonly parted: string | null },
): string {
  const more = parted === null ? "" : `, and ${parted}`;
  return data
    ? `Remove this server's copy of the database and the volume, K3s' state, and all of /etc/hakit with modules of your own${more}?`
    : `No cluster was made here. Remove all of /etc/hakit and /var/lib/hakit, with modules of your own${more}?`;
}
