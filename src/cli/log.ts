/** `hakit log`: a module's log, or what its scripts printed. */
import type { AgentApi } from "./agent_api.ts";
import { linesAnswer } from "../api/schemas.ts";
import { type Ask, askAgent } from "./ask.ts";
import {
  type Command,
  JSON_FLAG,
  MODULE_ARG,
  NODE_FLAG,
  UsageError,
} from "./command.ts";
import { moduleName } from "./module_name.ts";
import { messageOf } from "../system/message.ts";

const DEFAULT_LINES = 50;
const MAX_LINES = 10_000;
const FOLLOW_EVERY_MS = 1000;

export function logCommand(
  api: () => AgentApi,
  ask: Ask = askAgent,
): Command {
  return {
    name: "log",
    summary: "Show a module's log, or what its scripts printed",
    group: "Look",
    args: [MODULE_ARG],
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
      node: NODE_FLAG,
      all: { type: "boolean", summary: "of both nodes, in order of time" },
      agent: { type: "boolean", summary: "the agent's own log" },
      json: JSON_FLAG,
    },
    async run({ args, on, text, out }) {
      const agent = api();
      const state = await agent.state();
      const node = text("node");
      const wanted = text("script");
      const module = on("agent") ? null : moduleName(state, args[0]);
      if (on("all") && node !== undefined) {
        throw new UsageError("hakit log: either --all or --node, not both");
      }
      if ((on("all") || on("agent")) && (on("scripts") || wanted)) {
        throw new UsageError("hakit log: scripts are shown of one node");
      }
      const read = async (of: string | undefined, lines: number) => {
        if (module !== null) {
          return await agent.log({ module, node: of, lines });
        }
        const where = of ? `&node=${encodeURIComponent(of)}` : "";
        const path = `/api/log?lines=${lines}${where}`;
        return (await ask(path, { answer: linesAnswer })).lines;
      };
      const look = async (lines: number): Promise<Sides> => {
        if (!on("all")) return new Map([["", await read(node, lines)]]);
        const sides = await Promise.all(state.nodes.map(async ({ name }) => {
          try {
            return [[name, mark(name, await read(name, lines))] as const];
          } catch (error) {
            const why = messageOf(error);
            if (!silent.has(name)) out.error(`${name}: ${why}`);
            silent.add(name);
            return [];
          }
        }));
        return new Map(sides.flat());
      };
      const silent = new Set<string>();
      if (module !== null && on("scripts")) {
        const files = await agent.scripts({ module, node });
        if (on("json")) out.json({ files });
        else for (const file of files) out.line(file);
        return 0;
      }
      if (module !== null && wanted !== undefined) {
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
      const count = lineCount(text("lines"));
      let shown = await look(count);
      const lines = newOf(new Map(), shown).slice(-count);
      if (on("json")) {
        out.json({ lines });
        return 0;
      }
      for (const line of lines) out.line(line);
      while (on("follow")) {
        await new Promise((done) => setTimeout(done, FOLLOW_EVERY_MS));
        const now = await look(500);
        for (const line of newOf(shown, now)) out.line(line);
        shown = new Map([...shown, ...now]);
      }
      return 0;
    },
  };
}

/** Lines by node. */
type Sides = ReadonlyMap<string, readonly string[]>;

/** What came since, each node against its own: by time alone, lines of a clock that is behind would pass for shown. Pure. */
export function newOf(shown: Sides, now: Sides): string[] {
  return merge(
    [...now].map(([name, lines]) => newLines(shown.get(name) ?? [], lines)),
  );
}

/** Which node said it, behind the time. */
function mark(node: string, lines: readonly string[]): string[] {
  return lines.map((line) => line.replace(/^\S+/, (at) => `${at} ${node}`));
}

/** By the time at the beginning of each line; each side keeps its own order. Clocks that differ show. Pure. */
export function merge(sides: readonly (readonly string[])[]): string[] {
  const timed = sides.flatMap((lines) => {
    let at = "";
    return lines.map((line) => {
      const time = /^\d{4}-\d\d-\d\dT[\d:.]+Z/.exec(line)?.[0];
      // A line without a time belongs to the one above it.
      if (time !== undefined && time > at) at = time;
      return { at, line };
    });
  });
  return timed.sort((a, b) => a.at < b.at ? -1 : a.at > b.at ? 1 : 0)
    .map(({ line }) => line);
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
