/** `hakit log`: a module's log, or what its scripts printed. */
import type { AgentApi } from "./agent_api.ts";
import { type Command, JSON_FLAG, UsageError } from "./command.ts";
import { moduleName } from "./module_name.ts";

const DEFAULT_LINES = 50;
const MAX_LINES = 10_000;
const FOLLOW_EVERY_MS = 1000;

export function logCommand(api: () => AgentApi): Command {
  return {
    name: "log",
    summary: "Show a module's log, or what its scripts printed",
    group: "Look",
    args: [{
      name: "MODULE",
      summary: "may be left out where there is only one",
      optional: true,
      words: "module",
    }],
    flags: {
      lines: {
        type: "string",
        value: "N",
        summary: `last lines to show (${DEFAULT_LINES})`,
      },
      follow: { type: "boolean", short: "f", summary: "go on as it grows" },
      scripts: { type: "boolean", summary: "list the logs of script runs" },
      script: {
        type: "string",
        value: "NAME",
        summary: "the newest run whose log begins with NAME",
      },
      node: {
        type: "string",
        short: "n",
        value: "NAME",
        summary: "of that node",
      },
      json: JSON_FLAG,
    },
    async run({ args, on, text, out }) {
      const agent = api();
      const module = moduleName(await agent.state(), args[0]);
      const node = text("node");
      const wanted = text("script");
      if (on("scripts")) {
        const files = await agent.scripts({ module, node });
        if (on("json")) out.json({ files });
        else for (const file of files) out.line(file);
        return 0;
      }
      if (wanted !== undefined) {
        const files = await agent.scripts({ module, node });
        const file = files.find((name) => name.startsWith(wanted));
        if (!file) {
          throw new UsageError(
            `no log of a script "${wanted}" of module ${module}; see "hakit log ${module} --scripts"`,
          );
        }
        const content = await agent.script({ module, node, file });
        if (on("json")) out.json({ file, text: content });
        else out.line(content.trimEnd());
        return 0;
      }
      let shown = await agent.log({
        module,
        node,
        lines: lineCount(text("lines")),
      });
      if (on("json")) {
        out.json({ lines: shown });
        return 0;
      }
      for (const line of shown) out.line(line);
      while (on("follow")) {
        await new Promise((done) => setTimeout(done, FOLLOW_EVERY_MS));
        const now = await agent.log({ module, node, lines: 500 });
        for (const line of newLines(shown, now)) out.line(line);
        shown = now;
      }
      return 0;
    },
  };
}

function lineCount(text: string | undefined): number {
  if (text === undefined) return DEFAULT_LINES;
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= MAX_LINES) return count;
  throw new UsageError(
    `hakit log: --lines "${text}", expected a number from 1 to ${MAX_LINES}`,
  );
}

/** What `now` has behind the last line of `before`; all of it when that line has gone (much was written, or the log turned over). Pure. */
export function newLines(
  before: readonly string[],
  now: readonly string[],
): readonly string[] {
  const last = before.at(-1);
  if (last === undefined) return now;
  return now.slice(now.lastIndexOf(last) + 1);
}
