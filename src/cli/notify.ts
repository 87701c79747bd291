/** `hakit notify`: how notifications are, and a test message on each channel. */
import { channelsAnswer } from "../api/schemas.ts";
import { actionOf } from "./actions.ts";
import type { Ask } from "./ask.ts";
import { columns } from "./columns.ts";
import { type Command, JSON_FLAG, NODE_FLAG } from "./command.ts";
import { EXIT } from "./report.ts";

const ACTIONS = ["status", "test"] as const;
const PATH = "/api/notifications";

export function notifyCommand(ask: Ask): Command {
  return {
    name: "notify",
    summary: "Notifications by e-mail, webhook and syslog: status, test",
    group: "Set up",
    args: [{ name: "ACTION", summary: ACTIONS.join(", "), words: ACTIONS }],
    flags: {
      node: NODE_FLAG,
      json: JSON_FLAG,
    },
    details: `\
In cluster.yaml of both nodes, then "hakit upgrade --restart":

notifications:
  email:
    - to: [ops@example.com]
      from: hakit@example.com
      server: mail.example.com        # port 587 and STARTTLS, or port: 465, security: tls
      user: hakit
      password_file: /etc/hakit/smtp-password
      level: warning                  # info (default), warning, critical
  webhooks:
    - url_file: /etc/hakit/slack-url  # or url: https://...
      template: slack                 # slack, teams, ntfy, json
    - url_file: /etc/hakit/discord-url
      template_file: /etc/hakit/discord.json   # any JSON, with {subject} {text} {level} {cluster} {node}:
                                      # {"content": "**{subject}**\\n{text}", "allowed_mentions": {"parse": []}}
  syslog:
    - {}                              # of this machine, or server: 10.0.0.5
  language: fr                        # en (default), fr, ja; syslog stays English

{level} is over, info, warning or critical. Files that are named must be on both nodes.
Each node tells what happened to itself, in one message for what comes together. hakit notify test tries all
channels of a node; exit code 1 when one of them fails.`,
    async run(call) {
      const { on, out, text } = call;
      const action = actionOf("notify", call, ACTIONS);
      const node = text("node");
      const answer = channelsAnswer;
      const { channels } = action === "status"
        ? await ask(
          node === undefined
            ? PATH
            : `${PATH}?node=${encodeURIComponent(node)}`,
          { answer },
        )
        : await ask(`${PATH}/test`, { method: "POST", body: { node }, answer });
      if (on("json")) out.json({ channels });
      else if (channels.length === 0) {
        out.line('No channel is set up: see "hakit help notify".');
      } else {
        const well = action === "test" ? "sent" : "well";
        const rows = channels.map(({ channel, waiting, problem }) => [
          channel,
          problem ?? well,
          waiting > 0 ? `${waiting} wait to be told` : "",
        ]);
        for (const line of columns(rows)) out.line(line);
      }
      return channels.some(({ problem }) => problem !== null)
        ? EXIT.failed
        : EXIT.done;
    },
  };
}
