/** `hakit resync`: what an operator may change while a copy is brought up to date. */
import type { AgentApi } from "./agent_api.ts";
import { type Call, type Command, JSON_FLAG, UsageError } from "./command.ts";
import { moduleName } from "./module_name.ts";
import { rateOf } from "./rate.ts";
import { bytes } from "../system/units.ts";
import { primaryOf } from "./verify.ts";

const WORDS = ["limit", "pause", "continue"];

export function resyncCommand(api: () => AgentApi): Command {
  return {
    name: "resync",
    summary:
      "Limit, pause or continue bringing a copy up to date, or begin it from a backup",
    group: "Operate",
    args: [
      {
        name: "WHAT",
        summary: "limit, pause or continue; not with --external",
        words: WORDS,
        optional: true,
      },
      {
        name: "MODULE",
        summary: "the module",
        words: "module",
        optional: true,
      },
      {
        name: "RATE",
        summary: "with limit: bytes per second such as 50M; 0: no limit",
        optional: true,
      },
    ],
    flags: {
      external: {
        type: "boolean",
        summary:
          "a backup was restored in this node's directories: make it the secondary's copy, only differences travel",
      },
      node: {
        type: "string",
        short: "n",
        value: "NAME",
        summary: "with --external: on that node",
      },
      json: JSON_FLAG,
    },
    details:
      "A limit or a pause holds until the primary's role or process changes; for ever: " +
      "resync.limit in module.yaml. --external is for a node that has no copy yet: stop the module " +
      "there, restore a backup (tar, rsync, a disk) into its mirrored directories with the same paths, " +
      "then say it with the MODULE, if there are several. Everything is compared by hash.",
    async run(call) {
      const { args, out } = call;
      if (call.on("external")) return await external(call, api());
      if (call.text("node") !== undefined) {
        throw new UsageError("--node goes with --external only");
      }
      const [what, name, rate] = args;
      if (what === undefined || name === undefined) {
        throw new UsageError(
          "name what to do and the module: hakit resync limit MODULE 50M, hakit resync pause MODULE, hakit resync --external [MODULE]",
        );
      }
      if (!WORDS.includes(what)) {
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
        if (call.on("json")) out.json({ module, node, limit });
        else {out.line(
            limit === 0
              ? `Resync of ${module} has no limit now.`
              : `Resync of ${module} is limited to ${bytes(limit)}/s now.`,
          );}
        return 0;
      }
      const paused = what === "pause";
      await agent.resync({ module, node, paused });
      if (call.on("json")) out.json({ module, node, paused });
      else {
        out.line(
          paused
            ? `Resync of ${module} pauses; "hakit resync continue ${module}" lets it go on.`
            : `Resync of ${module} goes on.`,
        );
      }
      return 0;
    },
  };
}

/** Notes it, then starts the module there as secondary. */
async function external(call: Call, agent: AgentApi): Promise<number> {
  if (call.args.length > 1) {
    throw new UsageError("--external takes a module and nothing else");
  }
  const module = moduleName(await agent.state(), call.args[0]);
  const node = call.text("node");
  await agent.resync({ module, node, external: true });
  const state = await agent.role({
    module,
    command: "second",
    node,
    full: false,
    wait: true,
  });
  const sentence = state.sentences[module] ?? state.sentence;
  if (call.on("json")) call.out.json({ module, external: true, sentence });
  else call.out.line(sentence);
  return 0;
}
