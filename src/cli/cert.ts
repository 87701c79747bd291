/** `hakit cert`: what browsers and programs are shown, renewed or replaced without a restart. */
import { certificatesAnswer } from "../api/account_schemas.ts";
import { actionOf } from "./actions.ts";
import type { Ask } from "./ask.ts";
import { textOf } from "./first_line.ts";
import { type Command, JSON_FLAG, NODE_FLAG, UsageError } from "./command.ts";

const ACTIONS = ["show", "renew", "install", "remove"] as const;
const PATH = "/api/certificates";

export function certCommand(ask: Ask): Command {
  return {
    name: "cert",
    summary: "Certificates of the console: show, renew, install, remove",
    group: "Set up",
    args: [
      { name: "ACTION", summary: ACTIONS.join(", "), words: ACTIONS },
      {
        name: "CERT",
        summary: "install: PEM file, chain below",
        optional: true,
      },
      { name: "KEY", summary: "install: PEM file", optional: true },
    ],
    flags: {
      node: NODE_FLAG,
      json: JSON_FLAG,
    },
    details: `\
hakit cert renew                       a new one of the cluster's own authority, with today's addresses
hakit cert install hakit.pem hakit.key an own one, for browsers that ask for one of its names
hakit cert remove                      no own one any more
Nothing is restarted. A token of "hakit first" that was not used yet is void after renew.`,
    async run(call) {
      const { args, on, out, text } = call;
      const action = actionOf("cert", call, ACTIONS);
      const node = text("node");
      const there = node === undefined
        ? PATH
        : `${PATH}?node=${encodeURIComponent(node)}`;
      const answer = certificatesAnswer;
      const shown = action === "show"
        ? await ask(there, { answer })
        : action === "renew"
        ? await ask(`${PATH}/renew`, { method: "POST", body: { node }, answer })
        : action === "remove"
        ? await ask(there, { method: "DELETE", answer })
        : await ask(there, {
          method: "PUT",
          body: {
            certificate: await file(args[1], "certificate"),
            key: await file(args[2], "private key"),
          },
          answer,
        });
      if (on("json")) {
        out.json(shown);
        return 0;
      }
      for (const kind of ["cluster", "own"] as const) {
        const info = shown[kind];
        if (!info) continue;
        out.line(`${shown.node}, ${TITLE[kind]}`);
        out.line(`  for          ${info.names}`);
        out.line(`  valid        ${info.from} to ${info.until}`);
        out.line(`  fingerprint  ${info.fingerprint}`);
      }
      return 0;
    },
  };
}

const TITLE = {
  cluster: "of the cluster's authority",
  own: "own, for browsers that ask for its name",
} as const;

async function file(path: string | undefined, what: string): Promise<string> {
  if (path === undefined) {
    throw new UsageError(`hakit cert install: name the ${what}'s file`);
  }
  return await textOf(path);
}
