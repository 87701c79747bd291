/** Single sign-on with the compiled executable, on two nodes in network namespaces of their own, and an issuer that both reach. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { CLIENT, SECRET } from "../../api/issuer.ts";
import { command } from "../../../src/system/command.ts";
import { twoAgents, type Which } from "../../console/agents.ts";
import { canIsolate } from "../can_isolate.ts";
import { HAKIT } from "../lab.ts";

type Agents = Awaited<ReturnType<typeof twoAgents>>;

/** Where a program in the second node's namespace is told where it listens. */
async function issuerIn(namespace: string, claims: unknown) {
  const process = new Deno.Command("ip", {
    args: [
      ...["netns", "exec", namespace, Deno.execPath(), "run", "-A"],
      ...["--no-check", join(import.meta.dirname!, "../../api/issuer_main.ts")],
      ...["10.97.1.2", JSON.stringify(claims)],
    ],
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const reader = process.stdout.pipeThrough(new TextDecoderStream())
    .getReader();
  let text = "";
  while (!text.includes("\n")) {
    const { done, value } = await reader.read();
    if (done) throw new Error("the issuer ended");
    text += value;
  }
  const { url, authority } = JSON.parse(text) as {
    url: string;
    authority: string;
  };
  return {
    url,
    authority,
    async [Symbol.asyncDispose]() {
      process.kill("SIGKILL");
      await reader.cancel();
      await process.status;
    },
  };
}

async function until(what: string, holds: () => Promise<boolean>) {
  const end = Date.now() + 60_000;
  while (!await holds()) {
    if (Date.now() > end) throw new Error(`never: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

/** A browser of sorts, which keeps its cookies in a file; headers and body of the answer. */
async function curl(agents: Agents, url: string, jar: string) {
  const { stdout } = await command([
    ...["ip", "netns", "exec", agents.namespace, "curl", "-ski"],
    ...["--max-time", "30", "-b", jar, "-c", jar, url],
  ], { anyCode: true, timeoutMs: 40_000 });
  return stdout;
}

Deno.test({
  name:
    "single sign-on set up on one node works at both, with the secret nowhere, and ends on both",
  ignore: !await canIsolate(),
  sanitizeOps: false,
  async fn() {
    await using agents = await twoAgents({ executable: HAKIT });
    agents.start(1);
    agents.start(2);
    await using issuer = await issuerIn(agents.namespace, {
      preferred_username: "anna@example.com",
      groups: ["it-night"],
    });
    const at = (name: string) => join(agents.home(1), name);
    const [secret, authority] = [at("secret"), at("issuer.pem")];
    await Deno.writeTextFile(secret, SECRET + "\n");
    await Deno.writeTextFile(authority, issuer.authority);
    const login = (node: Which, jar = "/dev/null") =>
      curl(agents, `${agents.url(node)}/login`, jar);
    for (const node of [1, 2] as const) {
      await until(
        `node${node} answers`,
        async () => (await login(node)).includes("</html>"),
      );
      const off = await curl(
        agents,
        `${agents.url(node)}/login/oidc`,
        "/dev/null",
      );
      assert.match(off, /^HTTP\/1\.1 404/);
    }

    const wrong = await agents.hakit(1, "oidc", "set", "--issuer", issuer.url);
    assert.equal(wrong.code, 2);
    const set = await agents.hakit(
      1,
      ...["oidc", "set", "--issuer", issuer.url, "--client-id", CLIENT],
      ...["--client-secret-file", secret, "--ca-file", authority],
      ...["--operator", "it-night", "--label", "Example"],
    );
    assert.equal(set.code, 0, set.text);
    assert.match(set.text, /node1 reaches the issuer\./);
    assert.match(set.text, /https:\/\/10\.97\.1\.100:9010\/login\/oidc\/back/);
    await until(
      "the button at node2",
      async () => (await login(2)).includes("Log in with Example"),
    );
    const test = await agents.hakit(1, "oidc", "test", "--node", "node2");
    assert.match(test.text, /node2 reaches the issuer\./);

    for (const node of [1, 2] as const) {
      const jar = at(`jar${node}`);
      const url = agents.url(node);
      const out = await curl(agents, `${url}/login/oidc?next=/timeline`, jar);
      const there = /^location: (\S+)/im.exec(out)![1]!;
      const page = await curl(agents, there, jar);
      const back = /href="([^"]+)"/.exec(page)![1]!.replaceAll("&amp;", "&");
      assert.ok(back.startsWith(`${url}/login/oidc/back?`), back);
      const entered = await curl(agents, back, jar);
      assert.match(entered, /^HTTP\/1\.1 200/);
      assert.match(entered, /content="0;url=\/timeline"/);
      const me = await curl(agents, `${url}/api/me`, jar);
      assert.match(me, /"oidc:anna@example\.com","role":"operator"/);
      const again = await curl(agents, back, jar);
      assert.match(again, /^HTTP\/1\.1 400/);
      const audit = await agents.hakit(1, "audit", "--node", `node${node}`);
      assert.match(
        audit.text,
        /user oidc:anna@example\.com .*done +login as operator, subject 4711/,
      );
    }

    // Wherever a person could look.
    for (const node of [1, 2] as const) {
      const home = agents.home(node);
      const { stdout } = await command(
        ["grep", "-rlF", SECRET, home, "--exclude=secret"],
        { anyCode: true },
      );
      assert.deepEqual(stdout.trim().split("\n"), [
        join(home, "etc/oidc.json"),
      ]);
      const { mode } = await Deno.stat(join(home, "etc/oidc.json"));
      assert.equal(mode! & 0o777, 0o600);
      const shown = await agents.hakit(node, "oidc", "show", "--json");
      assert.equal(JSON.parse(shown.text).settings.client, CLIENT);
      assert.equal(shown.text.includes(SECRET), false);
    }

    assert.equal((await agents.hakit(2, "oidc", "off")).code, 0);
    await until(
      "off at node1",
      async () => !(await login(1)).includes("Log in with Example"),
    );
    const me = await curl(agents, `${agents.url(1)}/api/me`, at("jar1"));
    assert.match(me, /^HTTP\/1\.1 401/);
  },
});
