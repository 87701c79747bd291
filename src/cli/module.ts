/** `hakit module`: which there are, install, configure, remove. */
import { join } from "node:path";
import { pack, readFolder, type unpack } from "../module/archive.ts";
import { builtInFolder, builtInModules } from "../module/catalog.ts";
import { parseModule } from "../module/load.ts";
import type { AgentApi } from "./agent_api.ts";
import { recordOf } from "../module/template.ts";
import { type Ask, askAgent } from "./ask.ts";
import { type Call, type Command, JSON_FLAG, UsageError } from "./command.ts";
import { applied, config, history, rollback } from "./module_config.ts";
import { outdatedModules, update } from "./module_update.ts";
import { suggest } from "./suggest.ts";
import { withValues } from "./with_values.ts";
import { messageOf } from "../system/message.ts";

const ACTIONS = ["list", "install", "config", "history", "rollback"]
  .concat(["update", "export", "uninstall"]);

export function moduleCommand(
  api: () => AgentApi,
  ask: Ask = askAgent,
): Command {
  return {
    name: "module",
    summary: "List, install, configure and remove modules, on both nodes",
    group: "Modules",
    args: [
      { name: "ACTION", summary: ACTIONS.join(", "), words: ACTIONS },
      {
        name: "MODULE",
        summary:
          "install: a folder (with a / in its name), or the name of a built-in module",
        optional: true,
        words: "module",
      },
      {
        name: "FILE",
        summary:
          "config: the new module.yaml, - reads standard input; rollback: a number of history; export: the archive",
        optional: true,
      },
    ],
    flags: {
      plan: {
        type: "boolean",
        summary:
          "config, rollback, update: show what would change, what of it stops something, and change nothing",
      },
      apply: {
        type: "boolean",
        summary:
          "config: put in force what was edited in /etc/hakit/modules/NAME on this node",
      },
      alone: {
        type: "boolean",
        summary:
          "install, config, rollback, update: the other node does not answer and takes it when it does",
      },
      note: {
        type: "string",
        value: "TEXT",
        summary: "config: a few words for the history",
      },
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
hakit module install ./shop                a folder of yours, or of "hakit import"
hakit module config mariadb                prints its module.yaml
hakit module config mariadb new.yaml --plan        what would change
hakit module config mariadb --set hold=30s         checked, then on both nodes or on neither
hakit module history mariadb               the last ten
hakit module rollback mariadb 3            as it was in number 3
hakit module update mariadb --plan         what this hakit's form of it would change
Checkers, rules, times and scripts change while the service runs; what needs a
stop (directories, addresses, ports) is refused until it is stopped on both nodes.`,
    async run(call) {
      const [action = "", name] = call.args;
      if (action === "list") return await list(call, api(), ask);
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
      if (action === "config") return await config(call, ask, name);
      if (action === "history") return await history(call, ask, name);
      if (action === "rollback") return await rollback(call, ask, name);
      if (action === "update") return await update(call, ask, name);
      if (action === "export") return await save(call, api(), name);
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

async function list(
  { on, out }: Call,
  api: AgentApi,
  ask: Ask,
): Promise<number> {
  const modules = await api.modules();
  const builtIn = builtInModules();
  const outdated = await outdatedModules(ask, modules.map(({ name }) => name));
  if (on("json")) {
    out.json({ modules, builtIn, outdated });
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
  for (const name of outdated) {
    out.line(
      `This hakit has a newer form of ${name}: "hakit module update ${name} --plan" shows it.`,
    );
  }
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
  const record = source.includes("/") ? [] : [recordOf(source, files)];
  return await put(call, api, [...files, ...record]);
}

async function save(call: Call, api: AgentApi, name: string): Promise<number> {
  const file = call.args[2] ?? `${name}.tar`;
  const archive = await api.archive(name);
  try {
    // Its variables may be passwords.
    await Deno.writeFile(file, archive, { mode: 0o600, createNew: true });
  } catch (error) {
    const why = error instanceof Deno.errors.AlreadyExists
      ? "it is there already"
      : messageOf(error);
    throw new UsageError(`Cannot write "${file}": ${why}`);
  }
  if (call.on("json")) call.out.json({ module: name, file });
  else call.out.line(`${name} is in ${file}.`);
  return 0;
}

type Done = Parameters<typeof applied>[1];
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
  return applied(
    call,
    await api.install(module.name, archive, {
      alone: call.on("alone"),
    }) as Done,
  );
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
