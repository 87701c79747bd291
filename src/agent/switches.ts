/** Maintenance switches of a module on this node: STATE/MODULE/switches.json, kept until a person changes them. */
import { dirname, join } from "node:path";
import { z } from "zod";
import type { Module } from "../module/schema.ts";
import { type Switch, SWITCHES, type SwitchValue } from "../module/switch.ts";
import { readIfPresent, writeDurably } from "../system/files.ts";
import type { Paths } from "../system/paths.ts";

const onOff = z.enum(["on", "off"]).optional();
/** Only what a person has said; what is absent is as module.yaml says. */
const schema = z.object({
  errd: onOff,
  checker: onOff,
  failover: onOff,
  boot: onOff,
});
export type Switches = z.infer<typeof schema>;

function fileOf(paths: Paths, module: string): string {
  return join(paths.state, module, "switches.json");
}

/** Throws with one line when the file cannot be understood. */
export async function readSwitches(
  paths: Paths,
  module: string,
): Promise<Switches> {
  const file = fileOf(paths, module);
  const text = await readIfPresent(file);
  if (text === null) return {};
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw new Error(`Cannot read "${file}": it holds no switches`, { cause });
  }
}

export async function writeSwitches(
  paths: Paths,
  module: string,
  switches: Switches,
): Promise<void> {
  const file = fileOf(paths, module);
  await Deno.mkdir(dirname(file), { recursive: true, mode: 0o750 });
  await writeDurably(file, JSON.stringify(switches) + "\n", { mode: 0o640 });
}

/** What is remembered after a person has said so: nothing, where it is what module.yaml says. Pure. */
export function switched(
  module: Module,
  switches: Switches,
  { name, value }: { readonly name: Switch; readonly value: SwitchValue },
): Switches {
  const { [name]: _, ...rest } = switches;
  return value === "auto" || value === configured(module, name)
    ? rest
    : { ...rest, [name]: value };
}

/** What module.yaml says of a switch. Pure. */
export function configured(
  module: Module,
  name: Switch,
): "on" | "off" | "auto" {
  if (name === "failover") return module.failover;
  return name === "boot" ? module.boot : "on";
}

/** "checker off": each that is not as module.yaml says. Pure. */
export function deviations(module: Module, switches: Switches): string[] {
  return SWITCHES.flatMap((name) => {
    const now = switches[name];
    return now === undefined || now === configured(module, name)
      ? []
      : [`${name} ${now}`];
  });
}
