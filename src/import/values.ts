/** Values and elements of userconfig.xml as this product has them. Pure. */
import type { Element } from "./userconfig.ts";

/** A part of module.yaml. */
export type Draft = { [key: string]: unknown };

export function set(draft: Draft, key: string, value: unknown): void {
  if (value !== undefined) draft[key] = value;
}

export function children(element: Element, name: string): Element[] {
  return element.children.filter((child) => child.name === name);
}

/** At whatever depth below. */
export function descend(element: Element, name: string): Element[] {
  return element.children.flatMap((child) =>
    child.name === name ? [child] : descend(child, name)
  );
}

/** "30", "30s", "1500ms" as this product writes times; a bare number has the attribute's own unit. */
export function time(
  text: string | undefined,
  unit: string,
): string | undefined {
  const match = /^(\d+)\s*(d|h|m|s|ms|us)?$/.exec(text?.trim() ?? "");
  if (!match) return text === undefined ? undefined : text;
  const [, digits, given = unit] = match;
  return given === "us"
    ? `${Math.max(1, Math.round(Number(digits) / 1000))}ms`
    : `${Number(digits)}${given}`;
}

export function number(text: string | undefined): number | undefined {
  return text !== undefined && /^-?\d{1,9}$/.test(text.trim())
    ? Number(text)
    : undefined;
}

/** "255.255.255.0" → 24; null: none, or it is no netmask. */
export function prefixOf(netmask: string | undefined): number | null {
  const parts = netmask?.split(".").map(Number) ?? [];
  if (parts.length !== 4) {
    return /^\d{1,3}$/.test(netmask ?? "") ? Number(netmask) : null;
  }
  const bits = parts.map((part) => part.toString(2).padStart(8, "0")).join("");
  return /^1*0*$/.test(bits) ? bits.lastIndexOf("1") + 1 : null;
}

export function identifier(text: string): string {
  const name = text.replaceAll(/[^A-Za-z0-9_-]/g, "_").slice(0, 31);
  return /^[A-Za-z]/.test(name) ? name : `x${name}`.slice(0, 31);
}
