/** What leaves by a channel: nothing that reads as more than text, and no secret in clear. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { Buffer } from "node:buffer";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mailServer, NOTICE } from "../../tests/notices.ts";
import { type Channel, channelsOf } from "./channel.ts";
import { sayIn } from "../console/text/phrases.ts";
import { Notifier } from "./notifier.ts";
import { httpBody, mailText, type Message, subject } from "./render.ts";

const MESSAGE = {
  cluster: "office",
  node: "node1",
  notices: [NOTICE],
  dropped: 0,
  say: (sentence: string) => sentence,
};
const NONE = { email: [], webhooks: [], syslog: [], every: 1000 };

/** Why the channel did not take a message; "": it did. */
async function refusal(channel: Channel): Promise<string> {
  return await channel.send(MESSAGE).then(() => "", ({ message }) => message);
}

Deno.test("what a script printed is neither a link nor a call in a chat, nor a header", () => {
  const message = { ...MESSAGE, dropped: 2 };
  const slack = httpBody("slack", message);
  strictEqual(/[<>]/.test(JSON.parse(slack.body).text), false);
  const teams = httpBody("teams", message);
  match(
    JSON.parse(teams.body).attachments[0].content.body[2].text,
    /\\\[a\\\]/,
  );
  const ntfy = httpBody("ntfy", message);
  strictEqual(/[^\x20-\x7e]/.test(ntfy.headers["title"]!), false);
  strictEqual(JSON.parse(httpBody("json", message).body).notices[0].id, "1");
  match(mailText(message), /2 earlier ones are left out/);
});

Deno.test("without STARTTLS offered nothing is sent, the password least of all", async () => {
  const mail = await mailServer({ refuse: false });
  const password = await Deno.makeTempFile();
  await Deno.writeTextFile(password, "s3cret");
  try {
    const [channel] = channelsOf({
      ...NONE,
      email: [{
        to: ["ops@example.com"],
        from: "hakit@example.com",
        server: "127.0.0.1",
        port: mail.port,
        security: "starttls",
        user: "hakit",
        password_file: password,
        level: "info",
      }],
    });
    const problem = await refusal(channel!);
    match(problem, /TLS/i);
    deepStrictEqual([mail.mails, mail.logins], [[], []]);
  } finally {
    mail.close();
    await Deno.remove(password);
  }
});

Deno.test("a file that holds no header is named, and what it holds is not", async () => {
  const file = await Deno.makeTempFile();
  try {
    for (
      const line of ["s3cret", "s3 cret: x", "Authorization: s3cret\u0001"]
    ) {
      await Deno.writeTextFile(file, line);
      const [channel] = channelsOf({
        ...NONE,
        webhooks: [{
          url: "http://127.0.0.1:9/",
          template: "json",
          header_file: file,
          level: "info",
        }],
      });
      const problem = await refusal(channel!);
      match(problem, /holds no header, expected one line/);
      ok(problem.includes(file) && !problem.includes("s3"), problem);
    }
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("a webhook with a template of one's own takes what a script printed as text, and is told nothing that is none", async () => {
  const file = await Deno.makeTempFile({ suffix: ".json" });
  const bodies: string[] = [];
  const web = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    async (request) => {
      bodies.push(await request.text());
      return new Response("ok");
    },
  );
  try {
    const [channel] = channelsOf({
      ...NONE,
      webhooks: [{
        url: `http://127.0.0.1:${web.addr.port}/`,
        template: "json",
        template_file: file,
        level: "info",
      }],
    });
    ok(channel!.title.includes(file.split("/").at(-1)!), channel!.title);
    await Deno.writeTextFile(
      file,
      '{"n":3,"of":["{cluster}","{other}",{"{node}":"{level}: {text}"}]}',
    );
    const text = '"} {level} $& \\ \n' + "x".repeat(3000);
    await channel!.send({ ...MESSAGE, notices: [{ ...NOTICE, text }] });
    const { n, of: [cluster, other, more] } = JSON.parse(bodies[0]!);
    deepStrictEqual([n, cluster, other], [3, "office", "{other}"]);
    const said: string = more["{node}"];
    ok(
      said.startsWith('warning: 1970-01-01T00:00:00Z warning: "} {level} $& '),
    );
    ok(said.length < 1800 && said.endsWith("…"), said);
    await Deno.writeTextFile(file, '{"key": s3cret}');
    match(await refusal(channel!), /holds no JSON of at most/);
    ok(!(await refusal(channel!)).includes("s3cret"));
    strictEqual(bodies.length, 1);
  } finally {
    await web.shutdown();
    await Deno.remove(file);
  }
});

const LOST_LINK: Message = {
  ...MESSAGE,
  notices: [
    { ...NOTICE, text: "node1 hears node2 again", over: true },
    {
      ...NOTICE,
      level: "critical",
      text:
        "shop is stopped on node1 and served by no node: no heartbeat of node2",
    },
  ],
  dropped: 3,
  say: sayIn("fr"),
};

Deno.test("what people are told is said in the cluster's language, from the subject to the last line", () => {
  strictEqual(
    subject(LOST_LINK),
    "[hakit office] shop est arrêté sur node1 et aucun nœud ne l’assure : node2 ne donne plus signe de vie (et 1 de plus)",
  );
  deepStrictEqual(mailText(LOST_LINK).split("\n"), [
    'avis plus anciens omis : 3 ; voir "hakit log --all"',
    "1970-01-01T00:00:00Z terminé: node1 entend de nouveau node2",
    "1970-01-01T00:00:00Z critique: shop est arrêté sur node1 et aucun nœud ne l’assure : node2 ne donne plus signe de vie",
    "",
    'Cluster office, annoncé par node1. La situation actuelle : "hakit state" sur l’un des nœuds.',
    "",
  ]);
  const [, encoded = ""] = /^=\?UTF-8\?B\?([\w+/=]+)\?=$/
    .exec(httpBody("ntfy", LOST_LINK).headers["title"]!) ?? [];
  strictEqual(String(Buffer.from(encoded, "base64")), subject(LOST_LINK));
  const { notices } = JSON.parse(httpBody("json", LOST_LINK).body);
  // Programs go by these, whatever the language.
  deepStrictEqual([notices[0].over, notices[1].level], [true, "critical"]);
  strictEqual(notices[0].text, "node1 entend de nouveau node2");
});

Deno.test("syslog speaks English, as logs do", async () => {
  const udp = createSocket("udp4");
  udp.bind(0, "127.0.0.1");
  await once(udp, "listening");
  const { port } = udp.address();
  const [channel] = channelsOf({
    ...NONE,
    syslog: [{ server: "127.0.0.1", port, facility: "user", level: "info" }],
  });
  const heard = once(udp, "message");
  await channel!.send(LOST_LINK);
  match(String((await heard)[0]), /over: node1 hears node2 again/);
  udp.close();
  await once(udp, "close");
});

Deno.test("Notifier hands its language on to each channel", async () => {
  const sent: Message[] = [];
  const notifier = new Notifier({
    config: NONE,
    cluster: "office",
    node: "node1",
    folder: "/nowhere",
    facts: () => {
      throw new Error("not asked");
    },
    log: { info: () => {}, warning: () => {} },
    say: sayIn("ja"),
    now: () => 0,
    channels: [{
      name: "one",
      title: "one",
      level: "info",
      send: (message) => {
        sent.push(message);
        return Promise.resolve();
      },
    }],
  });
  await notifier.test("root");
  match(subject(sent[0]!), /node1 からのテストです（依頼：root）/);
});
