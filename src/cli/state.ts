/** `hakit state`: both nodes, and what holds now in one sentence. */
import type { ClusterState } from "../api/state.ts";
import type { Role } from "../machine/state.ts";
import type { AgentApi } from "./agent_api.ts";
import { type Command, JSON_FLAG } from "./command.ts";
import { moduleName } from "./module_name.ts";
import { report } from "./report.ts";
import { printState } from "./state_text.ts";

/** Exit codes of --quiet; users' scripts know them. */
const QUIET: { readonly [role in Role]: number } = {
  STOP: 0,
  WAIT: 1,
  ALONE: 2,
  PRIM: 3,
  SECOND: 4,
};
/** --quiet could not find out: 3 for a missing agent would read as PRIM. */
const QUIET_UNKNOWN = 5;
const WATCH_EVERY_MS = 1000;

export function stateCommand(api: () => AgentApi): Command {
  return {
    name: "state",
    summary: "Show both nodes, their modules and what holds now",
    group: "Look",
    args: [{
      name: "MODULE",
      summary: "for --quiet where there are several",
      optional: true,
      words: "module",
    }],
    flags: {
      json: JSON_FLAG,
      quiet: {
        type: "boolean",
        short: "q",
        summary: "print nothing, exit with this node's role",
      },
      watch: {
        type: "boolean",
        short: "w",
        summary: "show it again every second",
      },
    },
    details: `\
--quiet exits 0 STOP, 1 WAIT, 2 ALONE, 3 PRIM, 4 SECOND, 5 not known.
--json prints nodes[].modules[] with name, role, status, upToDate, and sentence.
upToDate is a copy's own word, which it keeps when it is stopped: sure of a second copy is only SECOND Ready.`,
    async run({ args, on, out }) {
      if (on("quiet")) {
        try {
          return quietCode(await api().state(), args[0]);
        } catch (error) {
          out.error(`hakit: ${report(error).line}`);
          return QUIET_UNKNOWN;
        }
      }
      for (;;) {
        const state = await api().state();
        if (on("json")) out.json(state);
        else {
          if (on("watch") && out.terminal) out.line("\x1b[H\x1b[2J");
          printState(state, out);
        }
        if (!on("watch")) return 0;
        await new Promise((done) => setTimeout(done, WATCH_EVERY_MS));
      }
    },
  };
}

/** Pure. */
function quietCode(
  state: ClusterState,
  given: string | undefined,
): number {
  const name = moduleName(state, given);
  const module = state.nodes.find((node) => node.local)?.modules
    .find((entry) => entry.name === name);
  return module ? QUIET[module.role] : QUIET_UNKNOWN;
}
