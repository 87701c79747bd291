/** Settings that `first` keeps in k3s.yaml: the same on both nodes, no secrets, no folders of one machine. Pure. */
import { parse, stringify } from "yaml";
import { z } from "zod";
import { SettingError, type Settings, settingsSchema } from "./settings.ts";

const keptSchema = z.strictObject({
  ...settingsSchema.shape,
  name1: z.string(),
}).omit({
  password: true,
  k3s: true,
  releases: true,
  packages: true,
  bundle: true,
  key: true,
});
export type Kept = z.infer<typeof keptSchema>;

export function keptText(settings: Settings & { readonly name1: string }) {
  const {
    password: _p,
    k3s: _k,
    releases: _r,
    packages: _d,
    bundle: _b,
    key: _f,
    ...kept
  } = settings;
  return "# Written by hakit first; the same on both nodes.\n" +
    stringify(kept);
}

export function readKept(text: string, file: string): Kept {
  const result = keptSchema.safeParse(parse(text));
  if (result.success) return result.data;
  throw new SettingError(
    `${file}: ${z.prettifyError(result.error).split("\n")[0]}`,
  );
}

/** Not in force by being kept: where each is changed once the cluster is made. */
const ELSEWHERE: Readonly<{ [key: string]: (wanted: string) => string }> = {
  detection: (wanted) =>
    `it is "heartbeat: { timeout: ${wanted} }" in /etc/hakit/cluster.yaml, on both nodes, and is read when the agents start`,
  size: (wanted) =>
    `"hakit volume grow ${wanted}" on the node that is primary makes it larger, and nothing makes it smaller`,
  interface: (wanted) =>
    `"hakit module config k3s --set virtual_addresses.0.interface=${wanted}" changes it`,
};
/** What a later run may add: it writes all that follows from them. */
const ADDED_LATER = ["proxy", "network"] as const;

/** The first setting that would differ from what the cluster was made with, as a line; null: none. */
export function changed(
  kept: Kept,
  wanted: Readonly<{ [name: string]: unknown }>,
  /** Before cluster.yaml is there a run that goes on may still add to them. */
  { made = true }: { readonly made?: boolean } = {},
): string | null {
  const before: Readonly<{ [name: string]: unknown }> = kept;
  for (const [key, other] of Object.entries(wanted)) {
    if (!(key in keptSchema.shape)) continue;
    const value = before[key];
    if (other === undefined || same(other, value)) continue;
    if (
      value === undefined && (!made || ADDED_LATER.some((one) => one === key))
    ) continue;
    const where = (made ? ELSEWHERE[key]?.(show(other)) : null) ??
      'leave it out, or "hakit uninstall" first';
    return `${key} is ${
      value === undefined ? "not set" : show(value)
    } here and ${show(other)} was given; ${where}`;
  }
  return null;
}

/** Those that were given now and not when the cluster was made. */
export function addedTo(kept: Kept, wanted: Kept): string[] {
  return ADDED_LATER.filter((key) =>
    kept[key] === undefined && wanted[key] !== undefined
  );
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function show(value: unknown): string {
  return Array.isArray(value) ? value.join(",") : String(value);
}
