/** `hakit uninstall`: takes hakit off this server; packages stay, and data does unless --data is given. */
import { checkMachine } from "../cluster/checks.ts";
import { gatherFacts } from "../cluster/facts.ts";
import { readKept } from "../cluster/kept.ts";
import { places } from "../cluster/places.ts";
import { runSteps } from "../cluster/step.ts";
import { closeFirewall, hasOwnRules } from "../doctor/firewall_apply.ts";
import { clusterNeeds } from "../doctor/firewall_needs.ts";
import { readAgents } from "../k3s/agents.ts";
import { uninstallSteps } from "../k3s/uninstall.ts";
import { ownOn } from "../k3s/uninstall_data.ts";
import { readIfPresent } from "../system/files.ts";
import { paths } from "../system/paths.ts";
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
    if (data && !call.on("yes") && !call.on("dry-run")) {
      if (!Deno.stdin.isTerminal()) {
        throw new UsageError(
          "uninstall --data removes this server's copy of all data: add --yes to say that this is meant",
        );
      }
      if (
        !confirm(
          own.data
            ? "Remove this server's copy of the database and the volume, K3s' state, and all of /etc/hakit with modules of your own?"
            : "No cluster was made here. Remove all of /etc/hakit and /var/lib/hakit, with modules of your own?",
        )
      ) {
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
