/** Reads cluster.yaml and module.yaml: what is wrong is said with file, line and column, and what was expected. */
import {
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
} from "yaml";
import type { Document } from "yaml";
import type { z } from "zod";
import {
  type Cluster,
  clusterSchema,
  type Module,
  moduleSchema,
} from "./schema.ts";
import { readIfPresent } from "../system/files.ts";
import { messageOf } from "../system/message.ts";

/** A configuration file may be this large: more is a mistake or an attack (YAML can be slow). */
const MAX_BYTES = 256 * 1024;

/** A configuration that cannot be used: where, what is wrong, what was expected. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  constructor(
    message: string,
    readonly file: string,
    readonly line: number | null = null,
    readonly column: number | null = null,
    options?: ErrorOptions,
  ) {
    const place = line === null ? file : `${file}:${line}:${column}`;
    super(`${place}: ${message}`, options);
  }
}

export function parseModule(text: string, file: string): Module {
  return parse(text, file, moduleSchema);
}

export function parseCluster(text: string, file: string): Cluster {
  return parse(text, file, clusterSchema);
}

export async function loadModule(file: string): Promise<Module> {
  return parseModule(await read(file), file);
}

export async function loadCluster(file: string): Promise<Cluster> {
  return parseCluster(await read(file), file);
}

async function read(file: string): Promise<string> {
  let text: string | null;
  try {
    text = await readIfPresent(file);
  } catch (error) {
    throw new ConfigError(
      `cannot be read: ${messageOf(error)}`,
      file,
      null,
      null,
      { cause: error },
    );
  }
  if (text === null) throw new ConfigError("does not exist", file);
  return text;
}

/** The first problem only: the second is often its consequence. */
function parse<T>(text: string, file: string, schema: z.ZodType<T>): T {
  if (text.length > MAX_BYTES) {
    throw new ConfigError(
      `is ${text.length} bytes, expected at most ${MAX_BYTES}`,
      file,
    );
  }
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    strict: true,
    uniqueKeys: true,
  });
  const problem = document.errors[0];
  if (problem) {
    const { line, col } = lines.linePos(problem.pos[0]);
    throw new ConfigError(withoutQuote(problem), file, line, col);
  }
  let value: unknown;
  try {
    // Aliases are counted: a few lines must not become a billion values.
    value = document.toJS({ maxAliasCount: 20 });
  } catch (error) {
    const message = withoutQuote({ message: messageOf(error) });
    const offset = /^Unresolved/.test(message) ? unresolved(document) : 0;
    const { line, col } = lines.linePos(offset);
    throw new ConfigError(message, file, line, col);
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  // A misspelt key is also a missing one: the spelling is the cause.
  const { issues } = result.error;
  const issue = issues.find(({ code }) => code === "unrecognized_keys") ??
    issues[0]!;
  const unknown = issue.code === "unrecognized_keys" ? issue.keys[0]! : null;
  const path = unknown === null ? issue.path : [...issue.path, unknown];
  const { line, col } = inText(issue, document, { text, lines }) ??
    lines.linePos(offsetOf(document, path));
  const where = path.length === 0 ? "" : `${path.map(String).join(".")}: `;
  const what = unknown === null
    ? expectation(issue)
    : `unknown key "${unknown}", expected one of ${keysAt(schema, issue.path)}`;
  throw new ConfigError(`${where}${what}`, file, line, col);
}

/**
 * What is wrong is told to whoever may look, and stands in logs. The library quotes what it cannot read, which may be a password: one
 * that begins with "*", "!" or "|" and has no quotes. The place says enough.
 */
function withoutQuote(
  { code, message }: { readonly code?: string; readonly message: string },
): string {
  return code === "TAG_RESOLVE_FAILED"
    ? 'This tag is not known: a text that begins with "!" needs quotes'
    : message.replace(/(?<=\S): .*$/s, "");
}

/** Where an alias stands whose anchor is missing; 0: nowhere. */
function unresolved(document: Document.Parsed): number {
  let offset = 0;
  visit(document, {
    Alias(_, alias) {
      if (alias.resolve(document) !== undefined) return;
      offset = alias.range?.[0] ?? 0;
      return visit.BREAK;
    },
  });
  return offset;
}

/** The library's own words are a programmer's; what a schema says itself stays. */
function expectation(issue: z.core.$ZodIssue): string {
  if (!/^(Invalid|Too) /.test(issue.message)) return issue.message;
  switch (issue.code) {
    case "invalid_type": {
      const [, found = ""] = /received (\w+)/.exec(issue.message) ?? [];
      if (found === "undefined") {
        return `is missing, expected ${issue.expected}`;
      }
      return issue.expected === "int"
        ? "expected a whole number"
        : `found ${found}, expected ${issue.expected}`;
    }
    case "invalid_value":
      return `expected one of ${issue.values.map(String).join(", ")}`;
    case "too_small":
      return `expected at least ${issue.minimum}${unitOf(issue.origin)}`;
    case "too_big":
      return `expected at most ${issue.maximum}${unitOf(issue.origin)}`;
    case "invalid_key":
      return issue.issues[0]?.message ?? issue.message;
    default:
      return issue.message;
  }
}

/** Of what a limit counts: nothing where it is the value itself. */
function unitOf(origin: string): string {
  switch (origin) {
    case "string":
      return " characters";
    case "array":
      return " entries";
    default:
      return "";
  }
}

/** A problem inside a text (rules) has a place of its own in that text; here it is found in the file. Null: it has none. */
function inText(
  issue: z.core.$ZodIssue,
  document: Document.Parsed,
  file: { readonly text: string; readonly lines: LineCounter },
): { line: number; col: number } | null {
  const place = issue.code === "custom" ? issue.params : undefined;
  const node = document.getIn(issue.path, true);
  if (typeof place?.line !== "number" || !isScalar(node)) return null;
  const start = node.range?.[0] ?? 0;
  const { line, col } = file.lines.linePos(start);
  // "|" and ">": the text begins on the next line, and its indentation is not part of it.
  if (node.type !== "BLOCK_LITERAL" && node.type !== "BLOCK_FOLDED") {
    const quote = node.type === "PLAIN" ? 0 : 1;
    return { line, col: col + place.column - 1 + quote };
  }
  const rows = file.text.split("\n").slice(line);
  const indent = /^ */.exec(rows.find((row) => row.trim() !== "") ?? "")![0];
  return { line: line + place.line, col: indent.length + place.column };
}

/** Where in the text the value (or, for an unknown key, the key) at `path` stands; its nearest parent if it is missing. */
function offsetOf(
  document: Document.Parsed,
  path: readonly PropertyKey[],
): number {
  let node: unknown = document.contents;
  let offset = rangeOf(node) ?? 0;
  for (const key of path) {
    if (isMap(node)) {
      const pair = node.items.find((item) =>
        isPair(item) && String(item.key) === String(key)
      );
      if (!pair) return offset;
      offset = rangeOf(pair.key) ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(key)];
      offset = rangeOf(node) ?? offset;
    } else {
      return offset;
    }
  }
  return offset;
}

function rangeOf(node: unknown): number | null {
  const range = (node as { range?: readonly number[] } | null)?.range;
  return range?.[0] ?? null;
}

/** The keys that the schema knows at `path`, for the message. */
function keysAt(schema: unknown, path: readonly PropertyKey[]): string {
  let at: unknown = schema;
  for (const key of path) {
    at = unwrap(at);
    const shape = (at as { shape?: { [key: string]: unknown } }).shape;
    at = shape
      ? shape[String(key)]
      : (at as { element?: unknown }).element ?? null;
  }
  const shape = (unwrap(at) as { shape?: object } | null)?.shape;
  return shape ? Object.keys(shape).join(", ") : "nothing";
}

/** Below defaults, optionals, refinements and what is made of it is the object itself. */
function unwrap(schema: unknown): unknown {
  let at = schema;
  for (let depth = 0; depth < 8; depth++) {
    const def = (at as { def?: { innerType?: unknown; in?: unknown } } | null)
      ?.def;
    const inner = def?.innerType ?? def?.in;
    if (!inner) return at;
    at = inner;
  }
  return at;
}
