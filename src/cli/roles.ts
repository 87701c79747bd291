/** start, stop, restart, stopstart, swap, prim, primforce, second: one API call each, then what came of it. */
import type { ClusterState } from "../api/state.ts";
import { primQuestion } from "../console/question.ts";
import { en } from "../console/text/en.ts";
import type { AgentApi, RoleRequest } from "./agent_api.ts";
import {
  type Call,
  type Command,
  type Flag,
  JSON_FLAG,
  MODULE_ARG,
} from "./command.ts";
import { moduleName } from "./module_name.ts";
import { EXIT } from "./report.ts";

type Name = RoleRequest["command"];

const SUMMARY: { readonly [name in Name]: string } = {
  start: "Start a module on this node: it takes the role that its data allows",
  stop: "Stop a module on this node; the other one takes over if it can",
  restart: "Restart a module's services on this node, without failover",
  stopstart:
    "Stop and start a module here; the other node takes over if it can",
  swap: "Let primary and secondary change places",
  prim: "Start a module here as primary: this node's data is the good one",
  primforce: "As prim, even from data that was being copied when it stopped",
  second: "Start a module here as secondary: the other node's data is copied",
};

const FULL: Flag = {
  type: "boolean",
  summary: "copy everything again instead of what differs",
};

const OTHER_FOLDER: Flag = {
  type: "boolean",
  summary:
    "also where another folder stands in the place of the mirrored one, as when its disk is not mounted",
};

const YES: Flag = { type: "boolean", summary: "do not ask on a terminal" };

/** Asks whoever sits at the terminal; undefined: nobody does, and a script goes on. */
export type Person = (question: string) => string | null | undefined;

const atTerminal: Person = (question) =>
  Deno.stdin.isTerminal() ? prompt(question) : undefined;

/** What is lost by it. */
const DETAILS: { readonly [name in Name]?: string } = {
  prim:
    "What only the other node wrote is not in use any more: a copy that parted from this one is kept aside there, an older one is overwritten. --full declares this copy the good one whatever the other one is. Where the mirrored disk is not mounted it is refused.",
  primforce:
    "Only where the other node's disk is gone for good. A copy that is half made has files that are old, new or torn, and a database may refuse to start on them; what the other node has is kept aside when it returns. Where the folder is not the mirrored one (its disk is not mounted: see findmnt) it is refused; if what stands in it is meant to be the good copy, perhaps an empty one, add --other-folder.",
};

export function roleCommand(
  name: Name,
  api: () => AgentApi,
  person: Person = atTerminal,
): Command {
  const full = name === "prim" || name === "second";
  const asks = name === "prim" || name === "primforce";
  return {
    name,
    summary: SUMMARY[name],
    group: "Operate",
    ...(DETAILS[name] ? { details: DETAILS[name] } : {}),
    args: [MODULE_ARG],
    flags: {
      node: {
        type: "string",
        short: "n",
        value: "NAME",
        summary: "do it on that node",
      },
      ...(full ? { full: FULL } : {}),
      ...(name === "primforce" ? { "other-folder": OTHER_FOLDER } : {}),
      ...(asks ? { yes: YES } : {}),
      "no-wait": {
        type: "boolean",
        summary: "do not wait until it is done",
      },
      json: JSON_FLAG,
    },
    run: (call) => runRole(name, call, { api: api(), person }),
  };
}

async function runRole(
  name: Name,
  call: Call,
  { api, person }: { readonly api: AgentApi; readonly person: Person },
): Promise<number> {
  const before = await api.state();
  const module = moduleName(before, call.args[0]);
  const wait = !call.on("no-wait");
  const node = call.text("node");
  if (name === "prim" || name === "primforce") {
    if (!meant(name, call, { state: before, module, person })) {
      call.out.line("Nothing was changed.");
      return EXIT.failed;
    }
  }
  const state = await api.role({
    module,
    command: name,
    node,
    full: call.on("full"),
    ...(call.on("other-folder") ? { otherFolder: true } : {}),
    wait,
  });
  if (call.on("json")) call.out.json(state);
  else if (wait) call.out.line(state.sentences[module] ?? state.sentence);
  else call.out.line(`Asked: ${name} ${module}. See "hakit state".`);
  return wait && blocked(name, module, node, state) ? EXIT.failed : EXIT.done;
}

/** In the words of the console. True also where nobody is there to be asked, or nothing gives way. */
function meant(
  name: "prim" | "primforce",
  call: Call,
  { state, module, person }: {
    readonly state: ClusterState;
    readonly module: string;
    readonly person: Person;
  },
): boolean {
  if (call.on("yes") || !call.out.terminal) return true;
  const node = call.text("node") ??
    state.nodes.find(({ local }) => local)?.name ?? "";
  const command = call.on("other-folder") ? "otherFolder" : name;
  const asked = primQuestion(state, { command, module, node }, en);
  if (asked === null) return true;
  const lines = [asked.title, asked.cost, asked.loss, en.asked.type(node)];
  const answer = person(`${lines.filter(Boolean).join("\n")}:`);
  return answer === undefined || answer?.trim() === node;
}

/** A start that ended in WAIT is not done: the sentence above says why. */
function blocked(
  name: Name,
  module: string,
  node: string | undefined,
  state: ClusterState,
): boolean {
  if (name === "stop") return false;
  const on = state.nodes.find((entry) =>
    node === undefined ? entry.local : entry.name === node
  );
  const role = on?.modules.find((entry) => entry.name === module)?.role;
  return role === "WAIT" || role === "STOP";
}
