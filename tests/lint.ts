/**
 * Layer rules, as a plugin of `deno lint`: pure files decide and touch nothing; imports follow the arrows below, whose folders ARCHITECTURE.md explains.
 * Types may be imported from anywhere: they are gone at run time.
 */

/** Files that do no I/O, read no clock and draw no lots, so that the simulator can drive them. */
const PURE = [
  /^machine\//,
  /^witness\/(register|protocol|token|unit)\.ts$/,
  /^rules\//,
  /^guard\/ward\.ts$/,
  /^module\/(checkers|duration|notifications|switch)\.ts$/,
  /^notify\/(conditions|queue|render)\.ts$/,
  /^checker\/(board|checks|glob|processes|reading)\.ts$/,
  /^heartbeat\/(detector|large_packets|loss|message|parts)\.ts$/,
  /^fuse\/abi\.ts$/,
  /^replication\/(identity|tide|settled|stall|operation|control|marks|listing|inode_table|name|exclusions)\.ts$/,
  /^replication\/verify\/(form|pace|summaries)\.ts$/,
  /^peer\/frame\.ts$/,
  /^system\/(u64|address|address_bytes|bytes|kernel|limits|message|units)\.ts$/,
  /^doctor\/(facts|examine|before|firewall|firewall_needs|nft_verdict|\w+_rules)\.ts$/,
  /^bundle\/manifest\.ts$/,
  /^oidc\/places\.ts$/,
  /^module\/tar\.ts$/,
  /^cluster\/(network|ports|series|volume_size)\.ts$/,
  /^cli\/(command|columns|progress|suggest|parse|help|topics|module_name)\.ts$/,
];

/** Packages and built-ins that compute only. */
const PURE_IMPORTS = [
  "node:buffer",
  "node:crypto",
  "node:net",
  "node:path",
  "node:path/posix",
  "node:util",
  "node:zlib",
  "xxhash-wasm",
  "zod",
];

/** Which folders a folder may import from (itself always). A folder that is not named here may import from all. */
const ARROWS: { readonly [folder: string]: readonly string[] } = {
  system: [],
  peer: ["system"],
  fuse: ["replication", "peer", "system"],
  replication: ["fuse", "peer", "system"],
  machine: ["replication", "witness"],
  witness: ["heartbeat", "system"],
  heartbeat: ["system"],
  rules: [],
  guard: ["heartbeat", "peer", "system"],
  module: ["machine", "replication", "checker", "rules", "system"],
  checker: ["rules", "actions", "system"],
  actions: ["machine", "system"],
  cluster: ["api", "actions", "module", "system"],
  console: ["api", "machine", "module", "oidc", "rules", "system"],
  notify: ["module", "rules", "system"],
  import: ["machine", "module"],
  oidc: ["api", "system"],
  k3s: ["cluster", "module", "system"],
  bundle: ["module", "system"],
  doctor: ["cluster", "k3s", "system"],
};

/** Only these may import a folder at all. */
const DOORS: { readonly [folder: string]: readonly string[] } = {
  agent: ["agent", "cli", "lab", "api"],
  cli: ["cli", "lab"],
  lab: ["lab", "cli"],
};

const SOURCE = new URL("../src/", import.meta.url).pathname;

/** "…/src/machine/step.ts" → "machine/step.ts"; null: not in src, or a test. */
function inSource(file: string): string | null {
  if (!file.startsWith(SOURCE) || /_test\.tsx?$/.test(file)) return null;
  return file.slice(SOURCE.length);
}

function isPure(path: string | null): boolean {
  return path !== null && PURE.some((rule) => rule.test(path));
}

function folderOf(path: string): string {
  return path.slice(0, path.indexOf("/"));
}

/** A pure file's offence against its purity, for one node of the tree. */
const pure = {
  create(context) {
    const path = inSource(context.filename);
    if (!isPure(path)) return {};
    const say = (node: Deno.lint.Node, what: string) =>
      context.report({
        node,
        message: `${path} is pure but ${what}`,
        hint: "Take the value as an argument, or return an action.",
      });
    return {
      'MemberExpression[object.name="Deno"]': (node: Deno.lint.Node) =>
        say(node, "calls Deno"),
      'MemberExpression[object.name="Date"][property.name="now"]': (
        node: Deno.lint.Node,
      ) => say(node, "reads the clock: take `now` as an argument"),
      'MemberExpression[object.name="performance"]': (node: Deno.lint.Node) =>
        say(node, "reads the clock: take `now` as an argument"),
      'MemberExpression[object.name="Math"][property.name="random"]': (
        node: Deno.lint.Node,
      ) => say(node, "draws lots: take the number as an argument"),
      "CallExpression[callee.name=/^(setTimeout|setInterval|fetch|queueMicrotask)$/]":
        (node: Deno.lint.Node) => say(node, "waits or fetches"),
      ImportDeclaration(node) {
        if (node.importKind === "type") return;
        const source = node.source.value;
        const target = resolve(context.filename, source);
        const allowed = target === null
          ? PURE_IMPORTS.includes(source)
          : isPure(inSource(target));
        if (!allowed) say(node, `imports "${source}", which is not`);
      },
    };
  },
} satisfies Deno.lint.Rule;

const arrows = {
  create(context) {
    const path = inSource(context.filename);
    if (path === null) return {};
    const from = folderOf(path);
    return {
      ImportDeclaration(node) {
        if (node.importKind === "type") return;
        const target = resolve(context.filename, node.source.value);
        const to = target === null ? null : inSource(target);
        if (to === null || folderOf(to) === from) return;
        const folder = folderOf(to);
        const open = ARROWS[from]?.includes(folder) ?? true;
        const admitted = DOORS[folder]?.includes(from) ?? true;
        if (open && admitted) return;
        context.report({
          node,
          message: `src/${from}/ must not import from src/${folder}/`,
          hint: "See the arrows in tests/lint.ts and ARCHITECTURE.md.",
        });
      },
    };
  },
} satisfies Deno.lint.Rule;

/** What a person reads stands in src/console/text, in every language. */
const said = {
  create(context) {
    const path = inSource(context.filename);
    if (!path?.startsWith("console/") || !path.endsWith(".tsx")) return {};
    const look = (node: Deno.lint.Node, text: string) => {
      if (!/\p{L}{2}/u.test(text.replaceAll(NAMES, ""))) return;
      context.report({
        node,
        message: `${path} says "${text.trim().slice(0, 40)}" in one language`,
        hint: "Put it into src/console/text/en, fr and ja.",
      });
    };
    return {
      JSXText: (node) => look(node, node.value),
      JSXAttribute(node) {
        const { name, value } = node;
        if (name.type !== "JSXIdentifier" || !SAID.test(name.name)) return;
        if (value?.type === "Literal" && typeof value.value === "string") {
          look(node, value.value);
        }
      },
    };
  },
} satisfies Deno.lint.Rule;

const SAID = /^(title|aria-label|placeholder|alt|label|cancel|confirm)$/;
/** The product, files, units. */
const NAMES = /hakit|openapi\.json|grafana\.json|\bms\b|UTC/g;

/** The file that a relative import names; null for packages. */
function resolve(importer: string, source: string): string | null {
  if (!source.startsWith(".")) return null;
  return new URL(source, `file://${importer}`).pathname;
}

export default {
  name: "hakit",
  rules: { pure, arrows, said },
} satisfies Deno.lint.Plugin;
