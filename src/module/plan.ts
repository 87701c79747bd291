/**
 * What a new configuration changes: which files, and for each part of module.yaml whether it applies while the service runs. What is
 * not in the table below needs a stop: a key that is added to the schema is safe before somebody has thought about it. Pure.
 */
import { equalBytes } from "../system/bytes.ts";
import type { ArchiveFile } from "./archive.ts";
import { type DiffLine, diffLines } from "./diff.ts";
import type { Module } from "./schema.ts";

/** live: at once, nothing stops. next: when a script runs the next time. stop: only while the module is stopped on both nodes. */
export type How = "live" | "next" | "stop";

export interface Effect {
  /** Key of module.yaml, or path of a file. */
  readonly part: string;
  readonly how: How;
  readonly text: string;
}

export interface FileChange {
  readonly path: string;
  readonly change: "added" | "removed" | "changed";
  /** Empty for what is no text, or only changed its right to be run. */
  readonly lines: readonly DiffLine[];
}

export interface Plan {
  readonly files: readonly FileChange[];
  readonly effects: readonly Effect[];
  /** The worst of the effects; null: nothing changes. */
  readonly how: How | null;
}

const TEXT = new TextDecoder("utf-8", { fatal: true });

interface Meaning {
  readonly how: How;
  readonly text: string;
}

const KEYS: Readonly<{ [key in keyof Module]?: Meaning }> = {
  title: { how: "live", text: "shown from now on" },
  boot: { how: "live", text: "counts at the next boot" },
  boot_delay: { how: "live", text: "counts at the next boot" },
  failover: { how: "live", text: "counts from now on" },
  default_primary: {
    how: "live",
    text:
      "counts when the nodes are level the next time: then a primary that is not where it belongs changes places by itself",
  },
  max_restarts: { how: "live", text: "counts from now on" },
  restart_period: { how: "live", text: "counts from now on" },
  resync: { how: "live", text: "the limit counts from now on" },
  verify: { how: "live", text: "the rate counts from now on" },
  scripts: { how: "next", text: "counts for scripts that begin from now on" },
  variables: {
    how: "next",
    text:
      "scripts get it when they run the next time; checkers that use it at once",
  },
  checkers: {
    how: "live",
    text: "checkers that changed begin anew, the others go on",
  },
  processes: {
    how: "live",
    text: "those that changed are looked at anew, the others go on",
  },
  rules: { how: "live", text: "count from now on, each with its full hold" },
  hold: { how: "live", text: "counts from now on" },
};

const NEEDS_STOP: Meaning = {
  how: "stop",
  text: "only while the module is stopped on both nodes",
};

export interface Version {
  readonly module: Module | null;
  readonly files: readonly ArchiveFile[];
}

export function planChange(before: Version, after: Version): Plan {
  const files = fileChanges(before.files, after.files);
  const effects = [
    ...keyEffects(before.module, after.module),
    ...files.filter(({ path }) => path !== "module.yaml").map(fileEffect),
  ];
  // A comment in module.yaml is a change, too.
  const how = worstOf(effects) ?? (files.length > 0 ? "live" : null);
  return { files, effects, how };
}

export function worstOf(effects: readonly Effect[]): How | null {
  const order: readonly How[] = ["stop", "next", "live"];
  return order.find((how) => effects.some((one) => one.how === how)) ?? null;
}

function keyEffects(before: Module | null, after: Module | null): Effect[] {
  if (before === null || after === null) {
    return [{ part: "module.yaml", ...NEEDS_STOP }];
  }
  const keys = Object.keys({ ...before, ...after }) as (keyof Module)[];
  return keys.filter((key) => !same(before[key], after[key]))
    .map((key) => ({ part: key, ...(KEYS[key] ?? NEEDS_STOP) }));
}

function fileEffect({ path, change }: FileChange): Effect {
  const script = path.startsWith("bin/");
  const text = change === "removed"
    ? "is gone from now on"
    : script
    ? "runs in its new form the next time"
    : "read in its new form by scripts that run from now on";
  return { part: path, how: "next", text };
}

export function fileChanges(
  before: readonly ArchiveFile[],
  after: readonly ArchiveFile[],
): FileChange[] {
  const old = new Map(before.map((file) => [file.path, file]));
  const fresh = new Map(after.map((file) => [file.path, file]));
  const paths = [...new Set([...old.keys(), ...fresh.keys()])].sort();
  return paths.flatMap((path): FileChange[] => {
    const [was, is] = [old.get(path), fresh.get(path)];
    if (was && is && sameFile(was, is)) return [];
    const change = !was ? "added" : !is ? "removed" : "changed";
    return [{ path, change, lines: linesOf(was, is) }];
  });
}

function linesOf(was?: ArchiveFile, is?: ArchiveFile): DiffLine[] {
  try {
    const text = (file?: ArchiveFile) => file ? TEXT.decode(file.content) : "";
    return diffLines(text(was), text(is));
  } catch {
    return [];
  }
}

function sameFile(one: ArchiveFile, other: ArchiveFile): boolean {
  return one.executable === other.executable &&
    equalBytes(one.content, other.content);
}

export function same(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}
