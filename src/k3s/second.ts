/** `hakit second`: the steps of the server that joins, from the token alone, until the copy is complete. */
import type { AgentApi } from "../cli/agent_api.ts";
import type { Output } from "../cli/output.ts";
import type { ClusterState, ModuleState } from "../api/state.ts";
import { adoptCluster } from "../cluster/adopt.ts";
import { existingCluster, missingFiles } from "../cluster/create.ts";
import type { Kept } from "../cluster/kept.ts";
import type { Places } from "../cluster/places.ts";
import type { Step } from "../cluster/step.ts";
import type { Welcome } from "../cluster/welcome.ts";
import { sleep } from "../system/clock.ts";
import { exists } from "../system/files.ts";
import type { Paths } from "../system/paths.ts";
import { foreignDatabases } from "./database.ts";
import { MODULE } from "./files.ts";
import { kubeconfigStep, lacksTools, linkTools } from "./first.ts";
import {
  installedFiles,
  installFiles,
  lackingFiles,
  type Source,
} from "./install.ts";
import {
  agentStep,
  configurationStep,
  localModule,
  moduleStep,
  servicesStep,
} from "./member.ts";
import { executableStep } from "./own_executable.ts";
import { k3sReadyStep, onDiskStep, otherNode } from "./ready.ts";
import { drainStep } from "./shutdown.ts";
import { DATABASE_FOLDER } from "./texts.ts";
import type { Member } from "./written.ts";

export interface SecondOptions {
  readonly paths: Paths;
  readonly at: Places;
  readonly kept: Kept;
  readonly member: Member;
  readonly api: AgentApi;
  readonly out: Output;
  /** Null: this node is a member already and has all files. */
  readonly welcome: Welcome | null;
  /** Where K3s' files come from; null: they are here already. */
  readonly source: Source | null;
}

/** A first copy may take hours; one that does not move for this long is stuck. */
const STUCK_MS = 10 * 60_000;
/** An agent that did not answer once in this time has died. */
const SILENT_MS = 3 * 60_000;
const POLL_MS = 500;
/** From "start" to the first role on a busy machine. */
const START_MS = 30_000;

export function secondSteps(options: SecondOptions): Step[] {
  const { paths, at, kept, member, api, out } = options;
  return [
    executableStep(),
    clusterStep(options),
    servicesStep(at),
    moduleStep(paths, kept),
    configurationStep(at, kept, member),
    k3sFilesStep(options),
    agentStep(api),
    drainStep(at),
    copyStep(api, out),
    k3sReadyStep(member, { others: () => otherNode(api) }),
    onDiskStep(at),
    kubeconfigStep(at, kept),
  ];
}

/** What would be lost by the first copy, as problems; nothing once this node has held data of the cluster. */
export async function dataProblems(
  at: Places,
  storage: string,
): Promise<string[]> {
  if (await exists(at.identity)) return [];
  const problems: string[] = [];
  const databases = await foreignDatabases(DATABASE_FOLDER);
  if (databases.length > 0) {
    problems.push(
      `${DATABASE_FOLDER} has databases of its own (${
        databases.join(", ")
      }): the first copy would replace them; save them and drop them first`,
    );
  }
  if (await exists(storage)) {
    for await (const { name } of Deno.readDir(storage)) {
      if (name === ".hakit") continue;
      problems.push(
        `${storage} is not empty (${name}): the first copy would replace what is there; move it away first`,
      );
      break;
    }
  }
  return problems;
}

function clusterStep({ paths, welcome }: SecondOptions): Step {
  return {
    name: "Cluster",
    async done() {
      const cluster = await existingCluster(paths);
      if (!cluster || (await missingFiles(paths)).length > 0) return null;
      return `${cluster.cluster}: ${
        cluster.nodes.map(({ name }) => name).join(" and ")
      }`;
    },
    async do(say) {
      if (!welcome) {
        throw new Error("its files vanished meanwhile: run this again");
      }
      await adoptCluster(paths, welcome);
      say(`this is ${welcome.node}`);
    },
  };
}

function k3sFilesStep({ at, source, out }: SecondOptions): Step {
  return {
    name: "K3s",
    async done() {
      const installed = await installedFiles(at.k3sFiles);
      if (installed.length === 0 || await lacksTools()) return null;
      return (await lackingFiles(installed)).length === 0
        ? `${installed.length} files`
        : null;
    },
    async do(say) {
      if (!source) {
        // A member whose files are all here: only links are missing.
        await linkTools();
        return;
      }
      const progress = out.progress("K3s");
      const bytes = await installFiles(source, { list: at.k3sFiles, progress });
      progress.end();
      await linkTools();
      say(
        `${source.files.length} files, ${
          Math.round(bytes / 2 ** 20)
        } MiB copied`,
      );
    },
  };
}

/** Exported for its test. */
export function copyStep(
  api: Pick<AgentApi, "state" | "role">,
  out: Pick<Output, "progress">,
  { wait = sleep }: { readonly wait?: (ms: number) => Promise<void> } = {},
): Step {
  return {
    name: "Identical copy",
    async done() {
      const found = localModule(
        await api.state().catch(() => ({ nodes: [] }) as never),
      );
      return found && isLevel(found.module)
        ? `${found.module.role} on ${found.node.name}`
        : null;
    },
    async do(say) {
      const progress = out.progress("First copy");
      let asked: number | null = null;
      let moved = performance.now();
      let heard = moved;
      let last = "";
      for (;;) {
        let state: ClusterState;
        try {
          state = await api.state();
          heard = performance.now();
        } catch (error) {
          // A server that copies may be busy, and its agent may begin again: hours of copying do not end for that.
          if (performance.now() - heard > SILENT_MS) throw error;
          await wait(POLL_MS);
          continue;
        }
        const found = localModule(state);
        const module = found?.module;
        if (found && isLevel(found.module)) {
          const sent = found.module.lastResync?.bytesSent;
          progress.end("complete");
          say(
            `${found.module.role} on ${found.node.name}` +
              (sent
                ? `, ${Math.round(sent / 2 ** 20)} MiB crossed the network`
                : ""),
          );
          return;
        }
        if (module?.role === "STOP") {
          if (asked === null) {
            asked = performance.now();
            await api.role({ module: MODULE, command: "start", wait: false });
          } else if (performance.now() - asked > START_MS) {
            throw new Error(
              `the module stopped again: "hakit log ${MODULE}" says why`,
            );
          }
        }
        // Progress is known on the side that copies: the peer's, as this agent heard it.
        const resync = module?.resync ??
          state.nodes.find(({ local }) => !local)?.modules
            .find(({ name }) => name === MODULE)?.resync ??
          null;
        if (resync) {
          progress.update({
            done: resync.bytesDone,
            total: resync.bytesTotal,
            bytesPerSecond: resync.bytesPerSecond,
            secondsLeft: resync.secondsLeft,
            text: resync.stage,
          });
        }
        const sign = `${module?.role} ${resync?.stage} ${resync?.bytesDone}`;
        if (sign !== last) {
          last = sign;
          moved = performance.now();
        } else if (performance.now() - moved > STUCK_MS) {
          throw new Error(
            `nothing moved for ${STUCK_MS / 60_000} min; the module is ${
              module?.role ?? "unknown"
            }${module?.reason ? `: ${module.reason}` : ""}`,
          );
        }
        await wait(POLL_MS);
      }
    },
  };
}

/** In whichever role: after a failover a repeated `second` finds this node primary, and that is well. */
function isLevel(module: ModuleState): boolean {
  if (module.status !== "Ready") return false;
  if (module.role === "PRIM" || module.role === "ALONE") return true;
  return module.role === "SECOND" && module.upToDate;
}
