/** `hakit module`: which there are, install, configure, remove. */
import { join } from "node:path";
import { parseDocument } from "yaml";
import { pack, readFolder, unpack } from "../module/archive.ts";
import { builtInFolder, builtInModules } from "../module/catalog.ts";
import { parseModule } from "../module/load.ts";
import type { AgentApi } from "./agent_api.ts";
import { type Call, type Command, JSON_FLAG, UsageError } from "./command.ts";
import { suggest } from "./suggest.ts";

const ACTIONS = ["list", "install", "config", "uninstall"];

export function moduleCommand(api: () => AgentApi): Command {
  return {
    name: "module",
    summary: "List, install, configure and remove modules, on both nodes",
    group: "Modules",
    args: [
      { name: "ACTION", summary: ACTIONS.join(", "), words: ACTIONS },
      {
        name: "MODULE",
        summary: "install: a folder, or the name of a built-in module",
        optional: true,
        words: "module",
      },
      {
        name: "FILE",
        summary: "config: the new module.yaml; - reads standard input",
        optional: true,
      },
    ],
    flags: {
      set: {
        type: "list",
        value: "KEY=VALUE",
        summary:
          "install, config: change one value, such as variables.PORT=3306 or boot=off; may be repeated",
      },
      json: JSON_FLAG,
    },
    details: `\
hakit module list
hakit module install mariadb --set variables.PORT=3307
hakit module config mariadb                prints its module.yaml
hakit module config mariadb new.yaml       checks and replaces it
A module's configuration changes while it is stopped on both nodes.`,
    async run(call) {
      const [action = "", name] = call.args;
      if (action === "list") return await list(call, api());
      if (!ACTIONS.includes(action)) {
        const near = suggest(action, ACTIONS);
        throw new UsageError(
          `hakit module: unknown action "${action}", ` +
            (near
              ? `did you mean "${near}"?`
              : `expected ${ACTIONS.join(", ")}`),
        );
      }
      if (name === undefined) {
        throw new UsageError(`hakit module ${action}: name a module`);
      }
      if (action === "install") return await install(call, api(), name);
      if (action === "config") return await config(call, api(), name);
      const removed = await api().remove(name);
      if (call.on("json")) call.out.json({ module: name, removed });
      else {
        call.out.line(
          `Module ${name} removed from ${
            removed.join(" and ")
          }; its data stays.`,
        );
      }
      return 0;
    },
  };
}

async function list({ on, out }: Call, api: AgentApi): Promise<number> {
  const modules = await api.modules();
  const builtIn = builtInModules();
  if (on("json")) {
    out.json({ modules, builtIn });
    return 0;
  }
  if (modules.length > 0) {
    out.table([
      ["MODULE", "TITLE", "DIRECTORIES", "ADDRESSES"],
      ...modules.map(({ name, module, problem, pending }) => [
        name,
        module ? module.title ?? "" : out.style("red", problem ?? "?"),
        module?.directories.map(({ path }) => path).join(" ") ?? "",
        (module?.virtual_addresses.map(({ address }) => address).join(" ") ??
          "") + (pending ? "  (the other node has not got it yet)" : ""),
      ]),
    ]);
  } else out.line("No module is installed.");
  out.line(`Built in: ${builtIn.join(", ")}`);
  return 0;
}

async function install(
  call: Call,
  api: AgentApi,
  source: string,
): Promise<number> {
  const folder = source.includes("/") ? source : builtInFolder(source);
  if (folder === null) {
    const near = suggest(source, builtInModules());
    throw new UsageError(
      `unknown module "${source}", ` +
        (near ? `did you mean "${near}"? ` : "") +
        `expected a folder (with a / in its name) or one of ${
          builtInModules().join(", ")
        }`,
    );
  }
  // Files inside the executable have no modes: what stands in bin/ is a program.
  const files = (await readFolder(folder)).map((file) =>
    file.path.startsWith("bin/") ? { ...file, executable: true } : file
  );
  return await put(call, api, files);
}

async function config(
  call: Call,
  api: AgentApi,
  name: string,
): Promise<number> {
  const files = unpack(await api.archive(name));
  const source = call.args[2];
  if (source === undefined && call.list("set").length === 0) {
    const text = yamlOf(files);
    if (call.on("json")) call.out.json(parseModule(text, "module.yaml"));
    else call.out.line(text.trimEnd());
    return 0;
  }
  if (source === undefined) return await put(call, api, files);
  const content = source === "-"
    ? new Uint8Array(await new Response(Deno.stdin.readable).arrayBuffer())
    : await Deno.readFile(source).catch((error) => {
      throw new UsageError(`Cannot read "${source}": ${error.message}`);
    });
  return await put(
    call,
    api,
    files.map((file) =>
      file.path === "module.yaml" ? { ...file, content } : file
    ),
    source,
  );
}

type Files = ReturnType<typeof unpack>;

async function put(
  call: Call,
  api: AgentApi,
  files: Files,
  origin = "module.yaml",
): Promise<number> {
  const text = withValues(yamlOf(files), call.list("set"));
  const module = parseModule(text, origin);
  const content = new TextEncoder().encode(text);
  const archive = pack(
    files.map((file) =>
      file.path === "module.yaml" ? { ...file, content } : file
    ),
  );
  const { installed, pending } = await api.install(module.name, archive);
  if (call.on("json")) {
    call.out.json({ module: module.name, installed, pending });
    return 0;
  }
  call.out.line(
    `Module ${module.name} is on ${installed.join(" and ")}` +
      (pending.length > 0
        ? `; ${pending.join(" and ")} gets it when it answers.`
        : "."),
  );
  return 0;
}

function yamlOf(files: Files): string {
  const file = files.find(({ path }) => path === "module.yaml");
  if (!file) {
    throw new UsageError(
      `no ${join(".", "module.yaml")} in the module's folder`,
    );
  }
  return new TextDecoder().decode(file.content);
}

/** module.yaml with values changed, comments kept. Pure. */
export function withValues(text: string, changes: readonly string[]): string {
  if (changes.length === 0) return text;
  const document = parseDocument(text);
  for (const change of changes) {
    const at = change.indexOf("=");
    if (at < 1) {
      throw new UsageError(`--set "${change}", expected KEY=VALUE`);
    }
    const path = change.slice(0, at).split(".");
    const value = change.slice(at + 1);
    // Variables are text, whatever they look like; elsewhere the value is YAML.
    document.setIn(
      path,
      path[0] === "variables" ? value : parseDocument(value).toJS(),
    );
  }
  return document.toString();
}
