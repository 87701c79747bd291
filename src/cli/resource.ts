/** `hakit resource`: what checkers found; and the word of a checker that runs outside. */
import type { Resource } from "../checker/board.ts";
import { RESOURCE_STATES, type ResourceState } from "../rules/rule.ts";
import type { AgentApi } from "./agent_api.ts";
import {
  type Call,
  type Command,
  JSON_FLAG,
  NODE_FLAG,
  UsageError,
} from "./command.ts";
import { moduleName } from "./module_name.ts";
import type { Output } from "./output.ts";
import { suggest } from "./suggest.ts";

const ACTIONS = ["list", "get", "set"];

export function resourceCommand(api: () => AgentApi): Command {
  return {
    name: "resource",
    summary: "Show what checkers found, or set it for one that runs outside",
    group: "Look",
    args: [
      { name: "ACTION", summary: ACTIONS.join(", "), words: ACTIONS },
      {
        name: "NAME",
        summary: "such as tcp.web; list: the module",
        optional: true,
      },
      {
        name: "STATE",
        summary: `set: ${RESOURCE_STATES.join(", ")}`,
        words: RESOURCE_STATES,
        optional: true,
      },
    ],
    flags: {
      module: {
        type: "string",
        short: "m",
        value: "NAME",
        summary: "may be left out where there is only one",
      },
      node: NODE_FLAG,
      json: JSON_FLAG,
    },
    details: `\
hakit resource list                    every resource, its state and since when
hakit resource get tcp.web             its state, with its history
hakit resource set custom.backup down  a custom checker without script`,
    run: (call) => run(call, api()),
  };
}

async function run(call: Call, api: AgentApi): Promise<number> {
  const [action = "", name, state] = call.args;
  if (!ACTIONS.includes(action)) {
    const near = suggest(action, ACTIONS);
    throw new UsageError(
      `hakit resource: unknown action "${action}", ` +
        (near ? `did you mean "${near}"?` : `expected ${ACTIONS.join(", ")}`),
    );
  }
  if (action !== "list" && name === undefined) {
    throw new UsageError(`hakit resource ${action}: name a resource`);
  }
  const given = call.text("module");
  const named = action === "list" ? name : undefined;
  if (given !== undefined && named !== undefined && given !== named) {
    throw new UsageError(
      `hakit resource list: which module, "${named}" or "${given}"?`,
    );
  }
  const module = moduleName(await api.state(), given ?? named);
  const where = { module, node: call.text("node") };
  if (action === "list") {
    const resources = await api.resources(where);
    if (call.on("json")) call.out.json({ module, resources });
    else list(resources, call.out);
    return 0;
  }
  if (action === "set") {
    const wanted = stateOf(state);
    const resources = await api.setResource({
      ...where,
      resource: name!,
      state: wanted,
    });
    show(resources, name!, call);
    return 0;
  }
  show(await api.resources(where), name!, call);
  return 0;
}

function stateOf(text: string | undefined): ResourceState {
  const state = RESOURCE_STATES.find((one) => one === text);
  if (state !== undefined) return state;
  throw new UsageError(
    `hakit resource set: ${
      text === undefined ? "no state" : `unknown state "${text}"`
    }, expected ${RESOURCE_STATES.join(", ")}`,
  );
}

function list(resources: readonly Resource[], out: Output): void {
  if (resources.length === 0) {
    out.line('This module has no checkers: see "hakit help checkers".');
    return;
  }
  out.table([
    ["RESOURCE", "STATE", "SINCE", ""],
    ...resources.map((one) => [
      one.name,
      coloured(one, out),
      date(one.at),
      one.detail ?? "",
    ]),
  ]);
}

function show(
  resources: readonly Resource[],
  name: string,
  { out, on }: Call,
): void {
  const found = resources.find((one) => one.name === name);
  if (found === undefined) {
    const names = resources.map((one) => one.name);
    throw new UsageError(
      `no resource "${name}", expected ${names.join(", ") || "none"}`,
    );
  }
  if (on("json")) return out.json(found);
  out.line(`${coloured(found, out)}${because(found.detail)}`);
  out.table(
    found.history.toReversed().map((one) => [
      date(one.at),
      one.state,
      one.detail ?? "",
    ]),
  );
}

function because(detail: string | null): string {
  return detail === null ? "" : `: ${detail}`;
}

function coloured({ state }: Resource, out: Output): string {
  if (state === "up") return out.style("green", state);
  return out.style(state === "down" ? "red" : "dim", state);
}

function date(at: number): string {
  return new Date(at).toISOString().slice(0, 19).replace("T", " ");
}
