/** What prereq, first and second share: settings from all sources, findings as lines, the end of a run. */
import { join } from "node:path";
import { readIfPresent } from "../system/files.ts";
import type { Findings } from "../doctor/before.ts";
import { K3S } from "../k3s/files.ts";
import { inheritedProxy } from "../k3s/proxy.ts";
import { DATABASE_FOLDER } from "../k3s/texts.ts";
import {
  flagSource,
  type PrereqSettings,
  type Sources,
} from "../cluster/settings.ts";
import {
  runSteps,
  type Step,
  type StepResult,
  summary,
} from "../cluster/step.ts";
import { command } from "../system/command.ts";
import { createLog } from "../system/log.ts";
import { paths } from "../system/paths.ts";
import { VERSION } from "../system/version.ts";
import { type Call, type Flag, JSON_FLAG, UsageError } from "./command.ts";

export const RUN_FLAGS = {
  "dry-run": {
    type: "boolean",
    summary: "check and print what would be done; change nothing",
  },
  json: JSON_FLAG,
} as const satisfies { readonly [name: string]: Flag };

export const ADOPT_FLAG = {
  type: "boolean",
  summary:
    "take databases, NFS exports and files that are here already into the cluster",
} as const satisfies Flag;

/** What the module mirrors, mounts and exports. */
export function ownFolders(
  { storage, export: exported }: Pick<PrereqSettings, "storage" | "export">,
): readonly string[] {
  return [DATABASE_FOLDER, storage, exported];
}

/** Where there must be room: K3s' images and its containers' own files may be on a disk of their own. */
export function roomFolders(
  { storage }: Pick<PrereqSettings, "storage">,
): readonly string[] {
  return [DATABASE_FOLDER, storage, K3S.data];
}

const INSTALL_LOG = "install.log";

/** Flags, environment and --config of this call. */
export async function sourcesOf(
  call: Pick<Call, "text" | "list">,
): Promise<Sources> {
  const name = call.text("config");
  const text = name === undefined ? null : await readIfPresent(name);
  if (name !== undefined && text === null) {
    throw new UsageError(`Cannot read "${name}" (--config): it does not exist`);
  }
  return {
    flags: flagSource(call),
    environment: Deno.env.toObject(),
    ...(name !== undefined && text !== null ? { file: { name, text } } : {}),
  };
}

/** The variable by which systemd gives all services of this server a proxy; null: none, or it does not say. */
export async function systemdProxy(): Promise<string | null> {
  const { stdout } = await command(["systemctl", "show-environment"], {
    anyCode: true,
  }).catch(() => ({ stdout: "" }));
  return inheritedProxy(stdout);
}

/** Prints findings; true when there is a reason not to begin. */
export function tell(call: Call, { problems, warnings }: Findings): boolean {
  for (const warning of warnings) {
    call.out.error(`${call.out.style("yellow", "!")} ${warning}`);
  }
  for (const problem of problems) {
    call.out.error(`${call.out.style("red", "x")} ${problem}`);
  }
  if (problems.length > 0) call.out.error("Nothing was changed.");
  return problems.length > 0;
}

/** The steps of one command, with a log of the run; a dry run looks only and writes none. */
export async function perform(
  call: Call,
  name: string,
  steps: readonly Step[],
): Promise<readonly StepResult[]> {
  const dryRun = call.on("dry-run");
  const log = dryRun ? undefined : createLog(join(paths().log, INSTALL_LOG));
  const shared = { out: call.out, dryRun, quiet: call.on("json"), log };
  // Arguments are left out: a token and a password are among them.
  log?.info(`hakit ${name} begins: version ${VERSION}, process ${Deno.pid}`);
  try {
    const results = await runSteps(steps, shared);
    log?.info(`hakit ${name}: ${summary(results)}`);
    return results;
  } catch (error) {
    if (log) {
      call.out.error(
        `Stopped; what is done stays done, and the same command goes on from here. Log: ${log.path}`,
      );
    }
    throw error;
  }
}

/** Lines to whom they belong: with --json standard output is the object's. */
export function finish(
  call: Call,
  results: readonly StepResult[],
  { lines = [], object = {} }: {
    readonly lines?: readonly string[];
    readonly object?: { readonly [name: string]: unknown };
  } = {},
): void {
  if (call.on("json")) {
    call.out.json({ steps: results, ...object });
    return;
  }
  call.out.line();
  call.out.line(summary(results));
  for (const line of lines) call.out.line(line);
}
