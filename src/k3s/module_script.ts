/** Runs a script of an installed module outside the agent, with the environment that the agent would give it. */
import { join } from "node:path";
import type { Module } from "../module/schema.ts";
import { command, type CommandResult } from "../system/command.ts";

export async function runModuleScript(
  { folder, module }: { readonly folder: string; readonly module: Module },
  [script, ...words]: readonly [script: string, ...words: string[]],
  options: { readonly timeoutMs: number; readonly anyCode?: boolean },
): Promise<CommandResult> {
  // Not as words of "env": variables may be passwords, which a list of processes or a failure's message would show.
  return await command([join(folder, "bin", script), ...words], {
    ...options,
    env: {
      ...module.variables,
      HAKIT_MODULE: module.name,
      HAKIT_MODULE_DIR: folder,
      HAKIT_VIP: module.virtual_addresses[0]?.address.split("/")[0] ?? "",
    },
  });
}
