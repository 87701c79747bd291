/** What leaves by a channel: nothing that reads as more than text, and no secret in clear. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { mailServer, NOTICE } from "../../tests/notices.ts";
import { type Channel, channelsOf } from "./channel.ts";
import { httpBody, mailText } from "./render.ts";

const MESSAGE = {
  cluster: "office",
  node: "node1",
  notices: [NOTICE],
  dropped: 0,
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
