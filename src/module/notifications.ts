/** `notifications:` of cluster.yaml: who is told, by which way, of what. Secrets stand in files of their own, on both nodes. Pure. */
import { z } from "zod";
import { duration } from "./duration.ts";

export const KINDS = [
  "served",
  "stopped",
  "waiting",
  "alone",
  "resource",
  "differences",
  "salvage",
  "peer",
  "link",
  "disk",
  "certificate",
] as const;
export const LEVELS = ["info", "warning", "critical"] as const;
/** Those of the console. */
export const NOTICE_LANGUAGES = ["en", "fr", "ja"] as const;
const TEMPLATES = ["json", "slack", "teams", "ntfy"] as const;

const absolute = z.string().max(1024).regex(
  /^\/[^\0]+$/,
  'expected an absolute path, such as "/etc/hakit/smtp-password"',
);
/** Headers and addresses end up in protocols that are made of lines. */
const line = (max: number) =>
  z.string().min(1).max(max).regex(/^[^\p{Cc}]*$/u, "expected one line");
const address = line(254).regex(
  /^[^\s@]+@[^\s@]+$/,
  'expected a mail address, such as "ops@example.com"',
);
const httpUrl = z.url({ protocol: /^https?$/, error: "expected an address" })
  .max(2000);

const channel = {
  /** Only these kinds; default: all. */
  events: z.array(z.enum(KINDS)).min(1).max(KINDS.length).optional(),
  /** And only from this level on. */
  level: z.enum(LEVELS).default("info"),
};

const emailSchema = z.strictObject({
  to: z.array(address).min(1).max(20),
  from: address,
  server: line(253),
  port: z.int().min(1).max(65535).default(587),
  /** starttls: asked for, and without it nothing is sent; tls from the first byte; none only on a network of one's own. */
  security: z.enum(["starttls", "tls", "none"]).default("starttls"),
  user: line(254).optional(),
  /** One line. */
  password_file: absolute.optional(),
  /** PEM of an own authority of the mail server. */
  ca_file: absolute.optional(),
  ...channel,
}).refine(
  ({ user, password_file }) =>
    (user === undefined) === (password_file === undefined),
  "user and password_file: expected both or none",
);
const webhookSchema = z.strictObject({
  /** Where the address itself is a secret, as of Slack and Teams, put it into a file. */
  url: httpUrl.optional(),
  url_file: absolute.optional(),
  template: z.enum(TEMPLATES).default("json"),
  /** Instead of it: JSON of one's own, with {subject} and others in its texts. Keys of a service may stand in it. */
  template_file: absolute.optional(),
  /** "Authorization: Bearer ..." as the first line of a file. */
  header_file: absolute.optional(),
  ...channel,
}).refine(
  ({ url, url_file }) => (url === undefined) !== (url_file === undefined),
  "expected either url or url_file",
);
const syslogSchema = z.strictObject({
  /** Default: this machine's own. */
  server: line(253).optional(),
  port: z.int().min(1).max(65535).default(514),
  facility: z.enum(["daemon", "user", "local0", "local1", "local2", "local3"])
    .default("daemon"),
  ...channel,
});

export const notificationsSchema = z.strictObject({
  email: z.array(emailSchema).max(8).default([]),
  webhooks: z.array(webhookSchema).max(8).default([]),
  syslog: z.array(syslogSchema).max(4).default([]),
  /** Of mails and webhooks; logs speak English, and so does syslog. Missing: English. */
  language: z.enum(NOTICE_LANGUAGES).optional(),
  /** What comes together is told together; at most one message a channel in this time. */
  every: duration.refine(
    (ms) => ms >= 1000 && ms <= 3_600_000,
    "expected 1s to 1h",
  ).default(30_000),
});
export type Notifications = z.infer<typeof notificationsSchema>;
export type Email = z.infer<typeof emailSchema>;
export type Webhook = z.infer<typeof webhookSchema>;
export type Syslog = z.infer<typeof syslogSchema>;
