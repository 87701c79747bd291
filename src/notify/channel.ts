/** The ways out: a mail, an HTTP request, a line for syslog. Each throws with one line when it could not be handed over. */
import { basename } from "node:path";
import nodemailer from "nodemailer";
import type {
  Email,
  Notifications,
  Syslog,
  Webhook,
} from "../module/notifications.ts";
import { command } from "../system/command.ts";
import type { ChannelWish } from "./queue.ts";
import {
  httpBody,
  mailText,
  type Message,
  ownBody,
  subject,
} from "./render.ts";

export interface Channel extends ChannelWish {
  /** For people. */
  readonly title: string;
  send(message: Message): Promise<void>;
}

/** Of a server that answers slowly; the next attempt comes soon enough. */
const PATIENCE_MS = 20_000;
const MAX_SECRET = 10_000;
const MAX_TEMPLATE = 65_536;

/** By what identifies it, not by its place: adding another one above keeps its queue. */
export function channelsOf(config: Notifications): Channel[] {
  return [
    ...config.email.map((email) => ({
      name: `email ${email.to.join(",")} ${email.server}`,
      title: `e-mail to ${email.to.join(", ")}`,
      ...filter(email),
      send: (message: Message) => sendMail(email, message),
    })),
    ...config.webhooks.map((hook) => ({
      name: `webhook ${hook.url_file ?? hook.url}`,
      // The address may be a secret; where it goes is not.
      title: `webhook (${
        hook.template_file ? basename(hook.template_file) : hook.template
      }) ${hook.url_file ?? new URL(hook.url!).host}`,
      ...filter(hook),
      send: (message: Message) => post(hook, message),
    })),
    ...config.syslog.map((syslog) => ({
      name: `syslog ${syslog.server ?? ""} ${syslog.port} ${syslog.facility}`,
      title: `syslog ${syslog.server ?? "of this machine"}`,
      ...filter(syslog),
      send: (message: Message) => logLines(syslog, message),
    })),
  ];
}

function filter({ events, level }: Pick<Email, "events" | "level">) {
  return { events, level };
}

async function sendMail(email: Email, message: Message): Promise<void> {
  const { server, port, security, user, password_file, ca_file } = email;
  const transport = nodemailer.createTransport({
    host: server,
    port,
    secure: security === "tls",
    requireTLS: security === "starttls",
    ignoreTLS: security === "none",
    ...(user && password_file
      ? { auth: { user, pass: await secret(password_file) } }
      : {}),
    ...(ca_file ? { tls: { ca: await Deno.readTextFile(ca_file) } } : {}),
    connectionTimeout: PATIENCE_MS,
    greetingTimeout: PATIENCE_MS,
    socketTimeout: PATIENCE_MS,
    // Nothing in a message names a file or an address to fetch.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  try {
    await transport.sendMail({
      from: email.from,
      to: email.to,
      subject: subject(message),
      text: mailText(message),
      // The same notices again (after a crash) are the same mail to whoever looks.
      messageId: `<${message.notices[0]?.id ?? "test"}@hakit.${message.node}>`,
      headers: { "Auto-Submitted": "auto-generated" },
    });
  } finally {
    transport.close();
  }
}

async function post(hook: Webhook, message: Message): Promise<void> {
  const url = hook.url ?? await secret(hook.url_file!);
  const { headers, body } = hook.template_file
    ? ownBody(await templateIn(hook.template_file), message)
    : httpBody(hook.template, message);
  const all = new Headers(headers);
  if (hook.header_file) {
    const [name, value] = headerLine(
      await secret(hook.header_file),
      hook.header_file,
    );
    all.set(name, value);
  }
  const host = URL.parse(url)?.host ?? "the address";
  let answer: Response;
  try {
    answer = await fetch(url, {
      method: "POST",
      headers: all,
      body,
      redirect: "error",
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
  } catch (cause) {
    // Its message would name the address, which may be a secret.
    throw new Error(`${host} cannot be reached`, { cause });
  }
  await answer.body?.cancel();
  if (!answer.ok) throw new Error(`${host} answered ${answer.status}`);
}

/** By util-linux's own program: it knows this machine's socket, and the format of others. */
async function logLines(
  { server, port, facility }: Syslog,
  message: Message,
): Promise<void> {
  const where = server === undefined
    ? []
    : ["--server", server, "--port", String(port), "--udp"];
  for (const { level, over, text } of message.notices) {
    const priority = over || level === "info"
      ? "notice"
      : level === "warning"
      ? "warning"
      : "crit";
    await command([
      ...["logger", "--tag", "hakit", ...where],
      ...["--priority", `${facility}.${priority}`, "--"],
      `cluster ${message.cluster}: ${over ? "over: " : ""}${text}`,
    ], { timeoutMs: PATIENCE_MS });
  }
}

/** By itself: what Headers says of a line that is none repeats the line, which is a secret. */
function headerLine(line: string, file: string): [name: string, value: string] {
  const found = /^([\w!#$%&'*+.^`|~-]+):[ \t]*([\x21-\x7e][\x20-\x7e]*)$/.exec(
    line,
  );
  if (found) return [found[1]!, found[2]!];
  throw new Error(
    `"${file}" holds no header, expected one line such as "Authorization: Bearer TOKEN"`,
  );
}

/** What JSON.parse says of a text that is none repeats it, and keys of a service may stand there. */
async function templateIn(file: string): Promise<unknown> {
  const text = await Deno.readTextFile(file);
  try {
    if (text.length <= MAX_TEMPLATE) return JSON.parse(text);
  } catch {
    // Said below.
  }
  throw new Error(
    `"${file}" holds no JSON of at most ${MAX_TEMPLATE} characters`,
  );
}

async function secret(file: string): Promise<string> {
  const text = (await Deno.readTextFile(file)).trim();
  if (text === "" || text.length > MAX_SECRET || text.includes("\n")) {
    throw new Error(`"${file}" holds no single line`);
  }
  return text;
}
