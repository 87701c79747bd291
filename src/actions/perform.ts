/** The one switch over what a plan can ask for. Each resolves when it is done, or rejects with one line that says what was wrong. */
import { basename } from "node:path";
import { now } from "../system/clock.ts";
import type { PlanAction } from "../machine/action.ts";
import type { Command } from "../replication/control.ts";
import { runScript, type ScriptRun } from "./script.ts";

/** A plan's surroundings: one module on this node. */
export interface Surroundings {
  replicator(command: Command, signal: AbortSignal): Promise<void>;
  takeAddresses(signal: AbortSignal): Promise<void>;
  releaseAddresses(): Promise<void>;
  freezeServices(): Promise<void>;
  thawServices(): Promise<void>;
  /** Folder, environment and log folder of the module's scripts. */
  readonly scripts: Pick<ScriptRun, "folder" | "env" | "logFolder" | "group">;
  readonly startTimeoutMs: number;
  readonly stopTimeoutMs: number;
  warn(text: string): void;
  /** For whoever measures afterwards what took how long. */
  note(text: string): void;
}

const seconds = (ms: number) => (ms / 1000).toFixed(ms < 10_000 ? 2 : 0);

export async function perform(
  action: PlanAction,
  world: Surroundings,
  signal: AbortSignal,
): Promise<void> {
  switch (action.do) {
    case "replicator": {
      const start = now();
      await world.replicator(action.command, signal);
      if (action.command.command === "primary") {
        world.note(`directories mounted after ${seconds(now() - start)} s`);
      }
      return;
    }
    case "take-addresses":
      await world.thawServices();
      return await world.takeAddresses(signal);
    case "release-addresses":
      return await world.releaseAddresses();
    case "freeze-services":
      return await world.freezeServices();
    case "script":
      // It would stand still with them, and what it stops could not obey.
      await world.thawServices();
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
  const name = `${action.script}${action.force ? " force" : ""}`;
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
    onBegin: (log) =>
      world.note(`${name} begins${log ? `, ${basename(log)}` : ""}`),
  });
  if (result?.ok) world.note(`${name} ended after ${seconds(result.ms)} s`);
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
