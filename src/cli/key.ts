/** `hakit key`: API keys for programs, on both nodes. */
import { ROLES } from "../api/accounts_file.ts";
import { keysAnswer, newKeyAnswer } from "../api/account_schemas.ts";
import { actionOf, nameOf } from "./actions.ts";
import type { Ask } from "./ask.ts";
import { type Command, JSON_FLAG } from "./command.ts";
import { untilHeard } from "./until_heard.ts";

const ACTIONS = ["list", "create", "revoke"] as const;

export function keyCommand(ask: Ask): Command {
  return {
    name: "key",
    summary: "API keys for programs: list, create, revoke",
    group: "Set up",
    args: [
      { name: "ACTION", summary: ACTIONS.join(", "), words: ACTIONS },
      { name: "NAME", summary: "of the key", optional: true },
    ],
    flags: {
      role: {
        type: "string",
        value: "ROLE",
        summary: `create: ${ROLES.join(", ")} (viewer)`,
      },
      json: JSON_FLAG,
    },
    details: `\
hakit key create prometheus
curl --cacert /etc/hakit/ca.pem -H "Authorization: Bearer KEY" https://NODE:9010/metrics
Only a hash of the key is kept.`,
    async run(call) {
      const { on, out, text } = call;
      const action = actionOf("key", call, ACTIONS);
      if (action === "list") {
        const answer = await ask("/api/keys", { answer: keysAnswer });
        if (on("json")) out.json(answer);
        else {
          out.table([
            ["KEY", "ROLE", "CREATED"],
            ...answer.keys.map(({ name, role, created }) => [
              name,
              role,
              created.slice(0, 10),
            ]),
          ]);
        }
        return 0;
      }
      const name = nameOf("key", call, "a key");
      if (action === "revoke") {
        const path = `/api/keys/${encodeURIComponent(name)}`;
        await ask(path, { method: "DELETE", answer: keysAnswer });
        if (on("json")) out.json({ revoked: name });
        else out.line(`Key ${name} revoked.${await untilHeard(ask)}`);
        return 0;
      }
      const role = text("role") ?? "viewer";
      const created = await ask("/api/keys", {
        method: "POST",
        body: { name, role },
        answer: newKeyAnswer,
      });
      if (on("json")) out.json(created);
      else out.line(`Key ${name} (${role}, shown once): ${created.key}`);
      return 0;
    },
  };
}
