/** `hakit resync`: what an operator may change while a copy is brought up to date. */
import type { AgentApi } from "./agent_api.ts";
import { type Command, UsageError } from "./command.ts";
import { moduleName } from "./module_name.ts";
import { rateOf } from "./rate.ts";
import { bytes } from "./units.ts";
import { primaryOf } from "./verify.ts";

const WORDS = ["limit", "pause", "continue"];

export function resyncCommand(api: () => AgentApi): Command {
  return {
    name: "resync",
    summary: "Limit, pause or continue bringing a copy up to date",
    group: "Operate",
    args: [
      { name: "WHAT", summary: "limit, pause or continue", words: WORDS },
      { name: "MODULE", summary: "the module", words: "module" },
      {
        name: "RATE",
        summary: "with limit: bytes per second such as 50M; 0: no limit",
        optional: true,
      },
    ],
    details:
      "It holds until the primary's role or process changes; for ever: " +
      "resync.limit in module.yaml.",
    async run({ args, out }) {
      const [what, name, rate] = args;
      if (!WORDS.includes(what!)) {
        throw new UsageError(
          `unknown "${what}", expected one of ${WORDS.join(", ")}`,
        );
      }
      if ((what === "limit") !== (rate !== undefined)) {
        throw new UsageError(
          what === "limit"
            ? "name the rate: hakit resync limit MODULE 50M"
            : `"${what}" takes no rate`,
        );
      }
      const limit = rate === undefined ? undefined : rateOf("RATE", rate);
      const agent = api();
      const state = await agent.state();
      const module = moduleName(state, name);
      const node = primaryOf(state, module);
      if (limit !== undefined) {
        await agent.resync({ module, node, limit });
        out.line(
          limit === 0
            ? `Resync of ${module} has no limit now.`
            : `Resync of ${module} is limited to ${bytes(limit)}/s now.`,
        );
        return 0;
      }
      await agent.resync({ module, node, paused: what === "pause" });
      out.line(
        what === "pause"
          ? `Resync of ${module} pauses; "hakit resync continue ${module}" lets it go on.`
          : `Resync of ${module} goes on.`,
      );
      return 0;
    },
  };
}
