/** `hakit audit`: who did what, from where, with which result. */
import { auditAnswer } from "../api/account_schemas.ts";
import type { Ask } from "./ask.ts";
import { type Command, JSON_FLAG, NODE_FLAG, UsageError } from "./command.ts";

const DEFAULT_LINES = 50;
const MAX_LINES = 10_000;

export function auditCommand(ask: Ask): Command {
  return {
    name: "audit",
    summary: "Show who did what, from where, with which result",
    group: "Look",
    flags: {
      lines: {
        type: "string",
        value: "N",
        summary: `newest entries to show (${DEFAULT_LINES})`,
      },
      node: NODE_FLAG,
      json: JSON_FLAG,
    },
    async run({ on, out, text }) {
      const lines = Number(text("lines") ?? DEFAULT_LINES);
      if (!Number.isInteger(lines) || lines < 1 || lines > MAX_LINES) {
        throw new UsageError(
          `hakit audit: --lines "${text("lines")}", expected 1 to ${MAX_LINES}`,
        );
      }
      const query = new URLSearchParams({ lines: String(lines) });
      const node = text("node");
      if (node !== undefined) query.set("node", node);
      const answer = await ask(`/api/audit?${query}`, { answer: auditAnswer });
      if (on("json")) {
        out.json(answer);
        return 0;
      }
      out.table([
        ["WHEN", "WHO", "FROM", "RESULT", "WHAT"],
        ...answer.entries.map((entry) => [
          entry.at.slice(0, 19).replace("T", " "),
          entry.who,
          entry.from,
          entry.result,
          `${entry.what} ${entry.detail}`.trim(),
        ]),
      ]);
      return 0;
    },
  };
}
