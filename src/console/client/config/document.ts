/** module.yaml as text that a form changes: one value at a time, comments and everything else kept. Pure. */
import {
  isMap,
  isScalar,
  isSeq,
  parseDocument,
  type Scalar,
  stringify,
} from "yaml";

export type Path = readonly (string | number)[];

/** As wide as it is: a form must not break lines that it does not change. */
const STYLE = { lineWidth: 0 } as const;

/** What the text says, or null while it is no YAML that a form could show. */
export function valuesOf(text: string): { [key: string]: unknown } | null {
  const document = parseDocument(text, { prettyErrors: false });
  if (document.errors.length > 0) return null;
  if (document.contents === null) return {};
  if (!isMap(document.contents)) return null;
  try {
    return document.toJS({ maxAliasCount: 20 });
  } catch {
    return null;
  }
}

/** `undefined` takes the value away: the default counts again. */
export function withValue(text: string, path: Path, value: unknown): string {
  const document = parseDocument(text);
  const node = document.getIn(path, true);
  if (isScalar(node) && node.range && isShort(node, value)) {
    // Only these characters: whoever wrote the file finds it as it was.
    const [start, end] = node.range;
    const word = stringify(value, STYLE).trimEnd();
    return text.slice(0, start) + word + text.slice(end);
  }
  if (value !== undefined) {
    grow(document, path);
    document.setIn(path, value);
    return document.toString(STYLE);
  }
  document.deleteIn(path);
  // Nothing is left in it: the key that held it says nothing either.
  const parents = path.slice(0, -1);
  if (parents.length > 0 && parents.every((part) => typeof part === "string")) {
    const parent = document.getIn(parents);
    if (isMap(parent) && parent.items.length === 0) document.deleteIn(parents);
  }
  return document.toString(STYLE);
}

/** On one line before and after. */
function isShort({ type }: Scalar, value: unknown): boolean {
  const block = type === "BLOCK_LITERAL" || type === "BLOCK_FOLDED";
  return !block && ["string", "number", "boolean"].includes(typeof value) &&
    !String(value).includes("\n");
}

/** One more entry at the end of a list. */
export function withEntry(text: string, path: Path, value: unknown): string {
  const document = parseDocument(text);
  grow(document, path);
  const list = document.getIn(path);
  if (isSeq(list)) list.add(document.createNode(value));
  else document.setIn(path, document.createNode([value]));
  return document.toString(STYLE);
}

/** Empty and missing parents become maps; "checkers:" alone is null to YAML. */
function grow(document: ReturnType<typeof parseDocument>, path: Path): void {
  for (let depth = 1; depth < path.length; depth++) {
    const parent = path.slice(0, depth);
    if (document.getIn(parent) === null) {
      document.setIn(parent, document.createNode({}));
    }
  }
}
