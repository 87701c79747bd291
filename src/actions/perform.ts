/** The one switch over what a plan can ask for. Each resolves when it is done, or rejects with one line that says what was wrong. */
import type { PlanAction } from "../machine/action.ts";
import type { Command } from "../replication/control.ts";
import { runScript, type ScriptRun } from "./script.ts";

/** A plan's surroundings: one module on this node. */
export interface Surroundings {
  replicator(command: Command, signal: AbortSignal): Promise<void>;
  takeAddresses(signal: AbortSignal): Promise<void>;
  releaseAddresses(): Promise<void>;
  /** Folder, environment and log folder of the module's scripts. */
  readonly scripts: Pick<ScriptRun, "folder" | "env" | "logFolder">;
  readonly startTimeoutMs: number;
  readonly stopTimeoutMs: number;
  warn(text: string): void;
}

export async function perform(
  action: PlanAction,
  world: Surroundings,
  signal: AbortSignal,
): Promise<void> {
  switch (action.do) {
    case "replicator":
      return await world.replicator(action.command, signal);
    case "take-addresses":
      return await world.takeAddresses(signal);
    case "release-addresses":
      return await world.releaseAddresses();
    case "script":
      return await script(action, world, signal);
    default:
      return action satisfies never;
  }
}

async function script(
  action: PlanAction & { do: "script" },
  world: Surroundings,
  signal: AbortSignal,
): Promise<void> {
  const starts = action.script.startsWith("start_");
  // Only what must be there for the service may end a plan: a failing stop is followed by its forced twin, and by the unmount.
  const needed = starts || action.script === "prestart";
  const result = await runScript({
    ...world.scripts,
    script: action.script,
    args: [
      ...(action.force ? ["force"] : []),
      action.current,
      action.next,
      action.action,
    ],
    env: { ...world.scripts.env, HAKIT_ROLE: action.next },
    timeoutMs: starts ? world.startTimeoutMs : world.stopTimeoutMs,
    signal,
  });
  if (result === null || result.ok) return;
  const how = result.timedOut
    ? `took longer than ${
      (starts ? world.startTimeoutMs : world.stopTimeoutMs) / 1000
    } s and was ended`
    : `exit code ${result.code}`;
  const text = how + (result.log ? `, see "${result.log}"` : "");
  if (needed) throw new Error(text);
  if (!signal.aborted) world.warn(`${action.script}: ${text}`);
}
