/** `hakit user`: who may log in to the console and the API, on both nodes. */
import { randomBytes } from "node:crypto";
import { ROLES } from "../api/accounts_file.ts";
import { usersAnswer } from "../api/account_schemas.ts";
import { actionOf, nameOf } from "./actions.ts";
import type { Ask } from "./ask.ts";
import { firstLine } from "./first_line.ts";
import { type Call, type Command, JSON_FLAG, UsageError } from "./command.ts";
import { untilHeard } from "./until_heard.ts";

const ACTIONS = ["list", "add", "password", "role", "remove"] as const;

export function userCommand(ask: Ask): Command {
  return {
    name: "user",
    summary: "Users of the console: list, add, password, role, remove",
    group: "Set up",
    args: [
      { name: "ACTION", summary: ACTIONS.join(", "), words: ACTIONS },
      { name: "NAME", summary: "of the user", optional: true },
    ],
    flags: {
      role: {
        type: "string",
        value: "ROLE",
        summary: `add, role: ${ROLES.join(", ")}`,
      },
      "password-file": {
        type: "string",
        value: "FILE",
        summary:
          "add, password: its first line; - reads standard input; default: one is made and shown once",
      },
      json: JSON_FLAG,
    },
    details: `\
hakit user add anna --role operator
hakit user password anna --password-file -
A viewer sees, an operator also starts, stops and swaps, an administrator also installs, configures and gives data up.
The other node has it at once, or when it is back.`,
    async run(call) {
      const action = actionOf("user", call, ACTIONS);
      if (action === "list") {
        return show(call, await ask("/api/users", { answer: usersAnswer }));
      }
      const name = nameOf("user", call, "a user");
      const path = `/api/users/${encodeURIComponent(name)}`;
      const send = (
        method: "POST" | "PUT" | "DELETE",
        where: string,
        body?: unknown,
      ) => ask(where, { method, body, answer: usersAnswer });
      switch (action) {
        case "add": {
          const role = call.text("role") ?? "viewer";
          const { password, made } = await passwordOf(call);
          await send("POST", "/api/users", { name, role, password });
          return done(call, `User ${name} added as ${role}.`, made);
        }
        case "password": {
          const { password, made } = await passwordOf(call);
          await send("PUT", path, { password });
          const text = `Password of ${name} changed; its sessions have ended.`;
          return done(call, text + await untilHeard(ask), made);
        }
        case "role": {
          const role = call.text("role");
          if (role === undefined) {
            throw new UsageError(
              `hakit user role: --role is missing, expected one of ${
                ROLES.join(", ")
              }`,
            );
          }
          await send("PUT", path, { role });
          return done(
            call,
            `User ${name} is ${role} now.${await untilHeard(ask)}`,
            null,
          );
        }
        case "remove":
          await send("DELETE", path);
          return done(
            call,
            `User ${name} removed.${await untilHeard(ask)}`,
            null,
          );
        default:
          return action satisfies never;
      }
    },
  };
}

function show(
  { on, out }: Call,
  answer: { users: { name: string; role: string }[] },
): number {
  if (on("json")) out.json(answer);
  else {
    out.table([
      ["USER", "ROLE"],
      ...answer.users.map(({ name, role }) => [name, role]),
    ]);
  }
  return 0;
}

function done({ on, out }: Call, text: string, made: string | null): number {
  if (on("json")) out.json({ done: text, ...(made ? { password: made } : {}) });
  else {
    out.line(text);
    if (made) out.line(`Password (shown once): ${made}`);
  }
  return 0;
}

/** `made`: to be shown, because nobody knows it yet. */
async function passwordOf(
  { text }: Call,
): Promise<{ password: string; made: string | null }> {
  const file = text("password-file");
  if (file === undefined) {
    const made = randomBytes(12).toString("base64url");
    return { password: made, made };
  }
  return { password: await firstLine(file, "the password"), made: null };
}
