/** Notices as people and programs read them: a mail, and what Slack, Teams and ntfy take. Pure. */
import { Buffer } from "node:buffer";
import type { Webhook } from "../module/notifications.ts";
import type { Notice } from "./queue.ts";

export interface Message {
  readonly cluster: string;
  readonly node: string;
  readonly notices: readonly Notice[];
  /** Older ones that had no room. */
  readonly dropped: number;
  /** In the language that cluster.yaml asks for. */
  readonly say: (sentence: string) => string;
}

/** More in one message nobody reads; the rest is counted. */
const MOST_LINES = 50;
/** In a template of one's own: Discord takes 2,000 characters in all, Telegram 4,096, and refuse what has more. */
const MOST_TEXT = 1700;

export function subject({ cluster, notices, say }: Message): string {
  const [first] = [...notices].sort((a, b) => rank(b) - rank(a));
  const text = say(first?.text ?? "").slice(0, 150);
  const more = notices.length > 1
    ? ` ${say(`(and ${notices.length - 1} more)`)}`
    : "";
  return `[hakit ${cluster}] ${text}${more}`;
}

export function lines({ notices, dropped, say }: Message): string[] {
  const shown = notices.slice(-MOST_LINES);
  const left = notices.length - shown.length + dropped;
  return [
    ...left > 0
      ? [say(`${left} earlier ones are left out: see "hakit log --all"`)]
      : [],
    ...shown.map(({ at, level, over, text }) =>
      `${new Date(at).toISOString().slice(0, 19)}Z ${
        say(over ? "over" : level)
      }: ${say(text)}`
    ),
  ];
}

export function mailText(message: Message): string {
  const { cluster, node, say } = message;
  return [
    ...lines(message),
    "",
    say(
      `Cluster ${cluster}, told by ${node}. What holds now: "hakit state" on either node.`,
    ),
    "",
  ].join("\n");
}

export interface HttpBody {
  readonly headers: Readonly<{ [name: string]: string }>;
  readonly body: string;
}

export function httpBody(
  template: Webhook["template"],
  message: Message,
): HttpBody {
  const text = lines(message).join("\n");
  switch (template) {
    case "json":
      return json({
        cluster: message.cluster,
        node: message.node,
        dropped: message.dropped,
        notices: message.notices.map((notice) => ({
          ...notice,
          text: message.say(notice.text),
          at: new Date(notice.at).toISOString(),
        })),
      });
    case "slack":
      // Three signs of its markup; nothing that a script printed becomes a link or a call of everybody.
      return json({
        text: `*${slack(subject(message))}*\n${slack(text)}`,
      });
    case "teams":
      return json({
        type: "message",
        attachments: [{
          contentType: "application/vnd.microsoft.card.adaptive",
          content: {
            $schema: "http://adaptivecards.io/schemas/adaptive-card.json",
            type: "AdaptiveCard",
            version: "1.4",
            body: [
              block(subject(message), { weight: "Bolder" }),
              ...lines(message).map((line) => block(line, {})),
            ],
          },
        }],
      });
    case "ntfy": {
      const worst = Math.max(...message.notices.map(rank));
      return {
        headers: {
          "content-type": "text/plain; charset=utf-8",
          title: inHeader(subject(message)),
          priority: ["3", "3", "4", "5"][worst] ?? "3",
          tags: worst === 0 ? "white_check_mark" : "warning",
        },
        body: text,
      };
    }
    default:
      return template satisfies never;
  }
}

/** `template`: the JSON of somebody's own file. What is put into its texts stays text, whatever a script has printed. */
export function ownBody(template: unknown, message: Message): HttpBody {
  const worst = Math.max(...message.notices.map(rank));
  const text = lines(message).join("\n");
  const values: { readonly [name: string]: string } = {
    cluster: message.cluster,
    node: message.node,
    subject: subject(message),
    text: text.length > MOST_TEXT ? `${text.slice(0, MOST_TEXT)}…` : text,
    level: ["over", "info", "warning", "critical"][worst] ?? "info",
  };
  const fill = (part: unknown): unknown => {
    if (typeof part === "string") {
      return part.replaceAll(
        /\{(\w+)\}/g,
        (all, name) => Object.hasOwn(values, name) ? values[name]! : all,
      );
    }
    if (Array.isArray(part)) return part.map(fill);
    if (typeof part !== "object" || part === null) return part;
    return Object.fromEntries(
      Object.entries(part).map(([key, value]) => [key, fill(value)]),
    );
  };
  return json(fill(template));
}

function json(value: unknown): HttpBody {
  return {
    headers: { "content-type": "application/json" },
    body: JSON.stringify(value),
  };
}

function block(text: string, more: object) {
  // Cards read markdown: a line of a script must stay what it is.
  return {
    type: "TextBlock",
    wrap: true,
    text: text.replaceAll(/[\\`*_{}[\]()#+!|<>~-]/g, "\\$&"),
    ...more,
  };
}

function slack(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;");
}

/** Headers carry printable ASCII: the rest is written as mails do (RFC 2047), which ntfy reads. */
function inHeader(text: string): string {
  const line = text.slice(0, 200).replaceAll(/\p{Cc}/gu, "?");
  return /^[\x20-\x7e]*$/.test(line)
    ? line
    : `=?UTF-8?B?${Buffer.from(line).toString("base64")}?=`;
}

function rank({ level, over }: Notice): number {
  if (over) return 0;
  return { info: 1, warning: 2, critical: 3 }[level];
}
