/** `hakit uninstall`: takes hakit off this server; packages stay, and data does unless --data is given. */
import { join } from "node:path";
import { serves, standing } from "../api/standing.ts";
import type { ClusterState, ModuleState } from "../api/state.ts";
import { checkMachine } from "../doctor/before.ts";
import { gatherFacts } from "../cluster/facts.ts";
import { hasHeldData } from "../cluster/held_data.ts";
import { readKept } from "../cluster/kept.ts";
import { places } from "../cluster/places.ts";
import { runSteps } from "../cluster/step.ts";
import { closeFirewall, hasOwnRules } from "../doctor/firewall_apply.ts";
import { clusterNeeds } from "../doctor/firewall_needs.ts";
import { readAgents } from "../k3s/agents.ts";
import { MODULE } from "../k3s/files.ts";
import { uninstallSteps } from "../k3s/uninstall.ts";
import { type Own, ownOn } from "../k3s/uninstall_data.ts";
import { exists, readIfPresent } from "../system/files.ts";
import { paths } from "../system/paths.ts";
import { WITNESS_UNIT_FILE } from "../witness/unit.ts";
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
    "last-copy": {
      type: "boolean",
      summary:
        "with --data: also where nothing shows that the other node holds a good copy",
    },
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
    const own = await ownOn(at, kept, {
      witness: await exists(WITNESS_UNIT_FILE),
    });
    const data = call.on("data");
    const asks = data && !call.on("yes") && !call.on("dry-run");
    if (asks && !Deno.stdin.isTerminal()) {
      throw new UsageError(
        "uninstall --data removes this server's copy of all data: add --yes to say that this is meant",
      );
    }
    if (data) {
      const last = onlyCopy(await connect().state().catch(() => null), {
        // Without the cluster's files it is an uninstall's rest: what this copy was is not known any more.
        used: own.data && (kept === null || await hasHeldData(at.identity)),
      });
      if (last && !call.on("last-copy")) {
        const problem =
          `${last} "hakit uninstall" without --data keeps it; to remove it nevertheless add --last-copy`;
        tell(call, { problems: [problem], warnings: [] });
        return EXIT.failed;
      }
      if (last) tell(call, { problems: [], warnings: [last] });
    }
    const parted = data ? await partedText(join(where.state, "salvage")) : null;
    if (parted && !asks) {
      tell(call, { problems: [], warnings: [`Removes ${parted}`] });
    }
    if (asks && !confirm(question({ data: own.data, parted }))) {
      call.out.line("Nothing was changed.");
      return EXIT.failed;
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
        ...(own.witness
          ? [
            `The witness that other clusters ask stays, with its memory in ${where.state}/witness: "hakit witness uninstall" ends it.`,
          ]
          : []),
        ...(own.k3s
          ? [
            "Until a reboot kernel settings that K3s made stay.",
          ]
          : []),
      ],
    });
    return EXIT.done;
  },
};

/**
 * Why this server's copy may be the only good one, or null. `used`: its own disk knows of data, or cannot tell. A node that is lost may be lost for good, and an outdated copy is better than none. Pure.
 */
export function onlyCopy(
  state: ClusterState | null,
  { used }: { readonly used: boolean },
): string | null {
  if (state === null) {
    return used
      ? "The agent does not answer here, so nobody can tell whether the other node holds a good copy: this one may be the only one."
      : null;
  }
  const here = state.nodes.find(({ local }) => local);
  const there = state.nodes.find(({ local }) => !local);
  const copies =
    here?.modules.filter(({ identity }) => identity.current !== null) ?? [];
  if (used && !copies.some(({ name }) => name === MODULE)) {
    // Until a replicator has reported once its agent shows an empty copy.
    return "The agent here does not know its own copy yet, which may be the only good one: run this again in a moment.";
  }
  if (!there || copies.length === 0) return null;
  if (!there.reachable) {
    return `${there.name} is not reachable, so nobody can tell whether it holds a good copy: this one may be the only one.`;
  }
  for (const mine of copies) {
    const theirs = there.modules.find(({ name }) => name === mine.name);
    const why = lacks(there.name, mine, theirs);
    if (why !== null) return why;
  }
  return null;
}

/** Why the other node's copy does not make up for this one, or null. Its own "up to date" does not count: see standing(). */
function lacks(
  node: string,
  mine: ModuleState,
  theirs: ModuleState | undefined,
): string | null {
  const { name } = mine;
  if (!theirs) {
    return `${node} has no copy of ${name}: this server's is the only one.`;
  }
  // Both serve: they were parted, and each has written alone.
  const worth = serves(mine) && serves(theirs)
    ? "apart"
    : standing(theirs, mine);
  switch (worth) {
    case "newest":
    case "equal":
    case "newer":
      return null;
    case "behind":
      return theirs.role === "STOP"
        ? `${node}'s copy of ${name} lacks what was written since it stopped (STOP): this server's is the only newest one; "hakit start ${name} --node ${node}", wait for PRIM and SECOND Ready, then again.`
        : `${node}'s copy of ${name} is not up to date: this server's is the only newest one; wait for PRIM and SECOND Ready ("hakit state"), then again.`;
    case "apart":
      return `${node}'s copy of ${name} lacks what only this server wrote, which is nowhere else ("hakit state").`;
    case "doubtful":
    case "unknown":
      return `${node}'s copy of ${name} is not up to date, or cannot be told to be: this server's may be the only good one. Bring that one up to date first ("hakit state").`;
    default:
      return worth satisfies never;
  }
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
