/** `hakit errd|checker|failover|boot on|off|auto`: maintenance switches, on both nodes, kept until they are changed. */
import {
  type Switch,
  SWITCH_VALUES,
  type SwitchValue,
} from "../module/switch.ts";
import type { AgentApi } from "./agent_api.ts";
import { type Call, type Command, JSON_FLAG, UsageError } from "./command.ts";
import { moduleName } from "./module_name.ts";
import { EXIT } from "./report.ts";

const SUMMARY: { readonly [name in Switch]: string } = {
  errd: "Switch the consequences of dead processes on or off",
  checker: "Switch the consequences of checkers on or off",
  failover: "Switch failover on or off: off, the service stays on its node",
  boot: "Switch the start at boot on or off",
};

const IS: { readonly [value in SwitchValue]: string } = {
  on: "on",
  off: "off",
  auto: "as module.yaml says",
};

export function switchCommand(name: Switch, api: () => AgentApi): Command {
  return {
    name,
    summary: SUMMARY[name],
    group: "Operate",
    args: [{
      name: SWITCH_VALUES.join("|"),
      summary: "auto: as module.yaml says",
      words: SWITCH_VALUES,
    }],
    flags: {
      module: {
        type: "string",
        short: "m",
        value: "NAME",
        summary: "may be left out where there is only one",
      },
      node: {
        type: "string",
        short: "n",
        value: "NAME",
        summary: "on that node only",
      },
      json: JSON_FLAG,
    },
    details:
      `For maintenance. It stays so over restarts and power cuts until it is changed; "hakit state"
says so all the while. Done on both nodes unless --node names one.`,
    run: (call) => run(name, call, api()),
  };
}

async function run(name: Switch, call: Call, api: AgentApi): Promise<number> {
  const [word] = call.args;
  const value = SWITCH_VALUES.find((known) => known === word);
  if (value === undefined) {
    throw new UsageError(`hakit ${name}: "${word}", expected on, off or auto`);
  }
  const state = await api.state();
  const module = moduleName(state, call.text("module"));
  const wanted = call.text("node");
  const nodes = state.nodes.filter((node) =>
    wanted === undefined ? true : node.name === wanted
  );
  if (nodes.length === 0) {
    throw new UsageError(
      `no node is called "${wanted}", expected ${
        state.nodes.map((node) => node.name).join(" or ")
      }`,
    );
  }
  const missed: string[] = [];
  for (const node of nodes) {
    if (!node.local && !node.reachable) missed.push(node.name);
    else await api.switch({ module, name, value, node: node.name });
  }
  if (call.on("json")) call.out.json(await api.state());
  else {
    const done = nodes.filter((node) => !missed.includes(node.name))
      .map((node) => node.name);
    if (done.length > 0) {
      call.out.line(
        `${name} is ${IS[value]} for ${module} on ${done.join(" and ")}`,
      );
    }
  }
  for (const node of missed) {
    call.out.error(
      `hakit: not on ${node}, which does not answer: say it again when it is back`,
    );
  }
  return missed.length > 0 ? EXIT.failed : EXIT.done;
}
