/** userconfig.xml as a tree of elements, macros put in. Names of elements and attributes as they are written. */
import { XMLParser, XMLValidator } from "fast-xml-parser";

export interface Element {
  readonly name: string;
  readonly attributes: Readonly<{ [name: string]: string }>;
  readonly children: readonly Element[];
  /** Its own text, in the pieces in which it is written: each CDATA is one. */
  readonly texts: readonly string[];
}

const MAX_TEXT = 1024 * 1024;
const MAX_DEPTH = 20;
const TEXT = "#text";
const CDATA = "#cdata";
const ATTRIBUTES = ":@";

type Raw = { readonly [name: string]: unknown };

/** Throws with one line when it is no such file. */
export function readUserConfig(bytes: Uint8Array): {
  readonly root: Element;
  /** Macros that are used and defined nowhere in it. */
  readonly unknownMacros: readonly string[];
} {
  if (bytes.length > MAX_TEXT) {
    throw new Error(`is larger than ${MAX_TEXT} bytes`);
  }
  const head = new TextDecoder().decode(bytes.subarray(0, 200));
  const latin = /encoding\s*=\s*["']iso-8859-1["']/i.test(head);
  const text = new TextDecoder(latin ? "iso-8859-1" : "utf-8").decode(bytes);
  // Entities of its own are what makes XML dangerous, and no such file needs them.
  if (/<!(DOCTYPE|ENTITY)/i.test(text)) {
    throw new Error("declares a document type: such a file is not read");
  }
  const valid = XMLValidator.validate(text);
  if (valid !== true) {
    throw new Error(`line ${valid.err.line}: ${valid.err.msg}`);
  }
  const parser = new XMLParser({
    preserveOrder: true,
    ignoreAttributes: false,
    attributeNamePrefix: "",
    parseTagValue: false,
    parseAttributeValue: false,
    textNodeName: TEXT,
    cdataPropName: CDATA,
    ignoreDeclaration: true,
    ignorePiTags: true,
  });
  const elements = (parser.parse(text) as readonly Raw[])
    .flatMap((raw) => elementOf(raw, 0) ?? []);
  const safe = elements.find(({ name }) => name === "safe");
  if (!safe) throw new Error("has no element <safe>");
  const macros = new Map<string, string>();
  for (const { name, attributes } of safe.children) {
    if (name !== "macro") continue;
    macros.set(attributes["name"] ?? "", attributes["value"] ?? "");
  }
  const unknown = new Set<string>();
  return { root: expand(safe, macros, unknown), unknownMacros: [...unknown] };
}

function elementOf(raw: Raw, depth: number): Element | null {
  if (depth > MAX_DEPTH) throw new Error("is nested too deep");
  const name = Object.keys(raw).find((key) => key !== ATTRIBUTES);
  if (name === undefined || name === TEXT || name === CDATA) return null;
  const inside = raw[name] as readonly Raw[];
  return {
    name,
    attributes: (raw[ATTRIBUTES] ?? {}) as Element["attributes"],
    children: inside.flatMap((child) => elementOf(child, depth + 1) ?? []),
    texts: inside.flatMap((child) =>
      (child[CDATA] as readonly Raw[] | undefined) ?? [child]
    ).map((child) => String(child[TEXT] ?? "").trim())
      .filter((text) => text !== ""),
  };
}

/** %NAME% in attributes. A macro's own value is not looked through again: none can grow without end. */
function expand(
  element: Element,
  macros: ReadonlyMap<string, string>,
  unknown: Set<string>,
): Element {
  const attributes: { [name: string]: string } = {};
  for (const [name, value] of Object.entries(element.attributes)) {
    attributes[name] = value.replaceAll(/%(\w+)%/g, (whole, macro) => {
      const found = macros.get(macro);
      if (found === undefined) unknown.add(macro);
      return found ?? whole;
    });
  }
  return {
    ...element,
    attributes,
    children: element.children.map((child) => expand(child, macros, unknown)),
  };
}
