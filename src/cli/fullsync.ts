/** fullsync: the secondary's copy is compared with the primary's as a whole, wherever it is. */
import type { AgentApi } from "./agent_api.ts";
import { type Command, JSON_FLAG, MODULE_ARG } from "./command.ts";
import { moduleName } from "./module_name.ts";
import { EXIT } from "./report.ts";

export function fullsyncCommand(api: () => AgentApi): Command {
  return {
    name: "fullsync",
    summary: "Have the secondary's whole copy compared and made level again",
    group: "Operate",
    args: [MODULE_ARG],
    flags: {
      "no-wait": { type: "boolean", summary: "do not wait until it has begun" },
      json: JSON_FLAG,
    },
    details:
      `As "hakit second MODULE --full" on the node that is SECOND. Services go on; until it
is done the secondary cannot take over. To look only, and mend what differs while
both stay Ready: "hakit verify --repair".`,
    async run(call) {
      const agent = api();
      const before = await agent.state();
      const module = moduleName(before, call.args[0]);
      const second = before.nodes.find(({ modules }) =>
        modules.some(({ name, role }) => name === module && role === "SECOND")
      );
      if (second === undefined) {
        const roles = before.nodes.map((node) => {
          const found = node.modules.find(({ name }) => name === module);
          return `${node.name} is ${found?.role ?? "not heard"}`;
        });
        throw new Error(
          `Cannot copy ${module} anew: no node is SECOND (${
            roles.join(", ")
          }); start it on the other node first`,
        );
      }
      const wait = !call.on("no-wait");
      const state = await agent.role({
        module,
        command: "second",
        node: second.name,
        full: true,
        wait,
      });
      if (call.on("json")) call.out.json(state);
      else if (wait) call.out.line(state.sentences[module] ?? state.sentence);
      else call.out.line(`Asked: everything of ${module} is compared.`);
      return EXIT.done;
    },
  };
}
