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

/** The first setting that would differ from what the cluster was made with, as a line; null: none. */
export function changed(
  kept: Kept,
  wanted: Readonly<{ [name: string]: unknown }>,
): string | null {
  for (const [key, value] of Object.entries(kept)) {
    const other = wanted[key];
    if (other === undefined || same(other, value)) continue;
    return `${key} is ${show(value)} here and ${show(other)} was given`;
  }
  return null;
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function show(value: unknown): string {
  return Array.isArray(value) ? value.join(",") : String(value);
}
