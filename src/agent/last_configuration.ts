/** What a module was configured as when its module.yaml could still be read: for an agent that finds one that cannot be. */
import { parseModule } from "../module/load.ts";
import type { Module } from "../module/schema.ts";
import type { Paths } from "../system/paths.ts";
import { ConfigHistory } from "./config_history.ts";

export interface LastConfiguration {
  readonly module: Module;
  /** Its number in the history. */
  readonly number: number;
}

/** The newest configuration that was in force and can be read; null: none is kept. */
export async function lastConfiguration(
  paths: Paths,
  name: string,
): Promise<LastConfiguration | null> {
  const history = new ConfigHistory(paths, name);
  for (const { number } of await history.list()) {
    const files = await history.files(number).catch(() => null);
    const file = files?.find(({ path }) => path === "module.yaml");
    if (!file) continue;
    try {
      const text = new TextDecoder().decode(file.content);
      const module = parseModule(text, `configuration ${number}`);
      if (module.name === name) return { module, number };
    } catch {
      // An older one may be better than none.
    }
  }
  return null;
}
