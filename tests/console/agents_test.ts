/** The console on two real agents: a click goes the whole way to a script, and the survivor's console tells of the dead node. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import type { Page } from "playwright-core";
import { exists } from "../../src/system/files.ts";
import { logIn, openBrowser, shows } from "./browser.ts";
import { canIsolate } from "../e2e/can_isolate.ts";
import { unpack } from "../../src/module/archive.ts";
import { type AgentsOptions, SECRET, twoAgents, type Which } from "./agents.ts";

/** Runs it with two agents; should it fail, with what they say themselves. */
async function withAgents(
  options: AgentsOptions,
  run: (agents: Awaited<ReturnType<typeof twoAgents>>) => Promise<void>,
): Promise<void> {
  await using agents = await twoAgents(options);
  agents.start(1);
  agents.start(2);
  try {
    await run(agents);
  } catch (cause) {
    throw new Error(`${cause}\n${await agents.told()}`, { cause });
  }
}

/** Clicks a button of a node's card and says yes. */
async function order(page: Page, node: Which, word: string): Promise<void> {
  await page.click(`article[data-node=node${node}] >> button >> text=${word}`);
  await page.click(`dialog >> text=${word} on node${node}`);
}

async function role(page: Page, node: Which, words: string): Promise<void> {
  await page.locator(`article[data-node=node${node}] .role`, {
    hasText: words,
  }).waitFor();
}

/** The page may be asked for before the agent listens. */
async function reach(page: Page, url: string): Promise<void> {
  for (let tries = 0;; tries++) {
    try {
      await page.goto(url);
      return;
    } catch (error) {
      if (tries === 240) throw error;
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }
}

Deno.test({
  name:
    "console starts, swaps and shows logs of two agents, and the survivor's goes on when the primary is killed",
  ignore: !await canIsolate(),
  // The browser's and the agents' processes are ended by signals and leave their operations behind.
  sanitizeOps: false,
  fn: () =>
    withAgents({}, async (agents) => {
      await using browser = await openBrowser({ namespace: agents.namespace });
      const { page } = browser;
      await reach(page, agents.url(2));
      await logIn(page, agents.url(2));
      await role(page, 1, "STOP");

      await order(page, 1, "Start");
      await role(page, 1, "ready");
      deepStrictEqual(await agents.serving(), [1]);
      await order(page, 2, "Start");
      await role(page, 1, "PRIMready");
      await role(page, 2, "SECONDready");
      await shows(page, "Protected");

      await page.click("button.swap");
      await page.click("text=Swap to node2");
      await role(page, 2, "PRIMready");
      await role(page, 1, "SECONDready");
      deepStrictEqual(await agents.serving(), [2]);

      // The other node's log comes through this one.
      await page.click("article[data-node=node1] >> text=Logs");
      const option = page.locator("option", { hasText: "stop_prim" }).first();
      await page.selectOption("select", (await option.getAttribute("value"))!);
      await shows(page, "stopped on node1");
      const [saved] = await Promise.all([
        page.waitForEvent("download"),
        page.click("text=Save to file"),
      ]);
      match(saved.suggestedFilename(), /^node1-plain-stop_prim_2.*\.log$/);
      match(
        await Deno.readTextFile((await saved.path())!),
        /stopped on node1/,
      );

      await page.click("text=Overview");
      await role(page, 2, "PRIMready");
      // A person of its own: the page's own login at node1 comes later.
      const other = await page.context().browser()!.newContext({
        ignoreHTTPSErrors: true,
      });
      const watcher = await other.newPage();
      await logIn(watcher, agents.url(1));
      await role(watcher, 1, "SECONDready");
      await agents.kill(2);
      await role(watcher, 1, "ALONEready");
      const seen = Date.now();
      const log = await Deno.readTextFile(`${agents.home(1)}/log/plain.log`);
      const line = log.split("\n").findLast((line) =>
        line.includes("ALONE is ready after")
      )!;
      const late = seen - Date.parse(line.split(" ")[0]!);
      ok(
        late < 3000,
        `the survivor's page followed ${late} ms after it was ready`,
      );
      await shows(page, "No answer from node2");
      await page.click("text=node1 (10.97.1.1)");
      await page.waitForURL(/login/);
      await logIn(page, agents.url(1));
      await role(page, 1, "ALONEready");
      await role(page, 2, "No answer");
      // node2 died with its service's mark on the disk; node1 has one of its own now.
      deepStrictEqual(await agents.serving(), [1, 2]);
    }),
});

Deno.test({
  name:
    "console edits a script and applies it on both running agents, rolls back, and lets nobody else",
  ignore: !await canIsolate(),
  sanitizeOps: false,
  fn: () =>
    withAgents({}, async (agents) => {
      await using browser = await openBrowser({ namespace: agents.namespace });
      const { page } = browser;
      await reach(page, agents.url(2));
      await logIn(page, agents.url(2));
      await role(page, 1, "STOP");
      await order(page, 1, "Start");
      await role(page, 1, "ready");
      await order(page, 2, "Start");
      await role(page, 2, "SECONDready");

      await page.goto(`${agents.url(2)}/config`);
      await shows(page, "Checked: no mistake");
      await page.selectOption(".files select", "bin/start_prim");
      // At once: who types now must not write one file's text into another.
      const script = await page.inputValue(".editor textarea");
      match(script, /^#!\/bin\/sh\necho "started on/);
      await page.fill(".editor textarea", script + 'echo "the new form"\n');
      await shows(page, "runs in its new form the next time");
      await page.click("text=Apply on both nodes");
      await shows(page, "Configuration 2 is in force on node2, node1");
      // Nothing stopped for it, and both have it.
      deepStrictEqual(await agents.serving(), [1]);
      const file = "etc/modules/plain/bin/start_prim";
      for (const node of [1, 2] as const) {
        const text = await Deno.readTextFile(`${agents.home(node)}/${file}`);
        match(text, /the new form/);
      }

      // A checker is taken in while the service runs, by the command as by the form.
      const set = [
        "checkers.tcp=[{name: none, port: 9, interval: 300ms, action: nothing}]",
      ];
      const change = ["module", "config", "plain", "--set", ...set];
      const plan = await agents.hakit(1, ...change, "--plan");
      match(plan.text, /checkers +at once/);
      const done = await agents.hakit(1, ...change);
      match(
        done.text,
        /Configuration 3 of plain is in force on node1 and node2/,
      );
      await page.goto(`${agents.url(2)}/resources`);
      await shows(page, "tcp.none");
      await shows(page, "down");
      // Nothing follows from it, and the overview names it all the same: here what the other node says in its heartbeat.
      await page.goto(agents.url(2));
      await shows(page, "tcp.none on node1");
      deepStrictEqual(await agents.serving(), [1]);
      // What needs a stop says so, and changes nothing.
      const port = ["module", "config", "plain", "--set", "port=5777"];
      const refused = await agents.hakit(1, ...port);
      strictEqual(refused.code, 1);
      match(refused.text, /cannot be changed so while it is/);

      await page.goto(`${agents.url(2)}/config`);
      await page.click("text=Back to 1");
      await shows(page, "Back to configuration 1?");
      await page.click("dialog >> text=Apply on both nodes");
      await shows(page, "Configuration 4 is in force");
      for (const node of [1, 2] as const) {
        const text = await Deno.readTextFile(`${agents.home(node)}/${file}`);
        strictEqual(text, script);
      }
      const { text } = await agents.hakit(1, "module", "history", "plain");
      match(text, /^4 \(in force\)/m);

      await page.goto(`${agents.url(2)}/timeline`);
      await shows(page, "configuration 4 in force");
      await shows(page, "WAIT → ALONE");
    }),
});

Deno.test({
  name:
    "each role may on the other node what it may on this one, and a snapshot holds both nodes and no secret",
  ignore: !await canIsolate(),
  sanitizeOps: false,
  fn: () =>
    withAgents({}, async (agents) => {
      await using browser = await openBrowser({ namespace: agents.namespace });
      const { page } = browser;
      /** Sent with all that the page itself would send. */
      const byHand = (command: string, body: object) =>
        page.evaluate(async ({ command, body }) => {
          const answer = await fetch(`/api/modules/plain/${command}`, {
            method: "POST",
            headers: { "x-hakit-csrf": document.body.dataset["csrf"] ?? "" },
            body,
          });
          return [answer.status, (await answer.json()).error?.message ?? null];
        }, { command, body: JSON.stringify(body) });
      const logOut = async () => {
        await page.click("text=Log out");
        await page.waitForURL("**/login");
      };
      await reach(page, agents.url(2));

      await logIn(page, agents.url(2), { name: "otto" });
      await role(page, 1, "STOP");
      await order(page, 1, "Start");
      await role(page, 1, "ready");
      await order(page, 2, "Start");
      await role(page, 2, "SECONDready");
      for (const node of ["node1", "node2"]) {
        deepStrictEqual(await byHand("primforce", { node }), [
          403,
          '"primforce" needs role administrator, you are operator',
        ]);
      }
      await logOut();

      await logIn(page, agents.url(2), { name: "eve" });
      await role(page, 1, "PRIMready");
      strictEqual(await page.locator("main button").count(), 0);
      for (const node of ["node1", "node2"]) {
        deepStrictEqual(await byHand("stop", { node }), [
          403,
          '"/api/modules/plain/stop" needs role operator, you are viewer',
        ]);
      }
      deepStrictEqual(await agents.serving(), [1]);
      await logOut();

      await logIn(page, agents.url(2));
      await role(page, 1, "PRIMready");
      await page.click("nav.pages >> text=Support");
      const [saved] = await Promise.all([
        page.waitForEvent("download"),
        page.locator("a.button", { hasText: "Save" }).first().click(),
      ]);
      const files = new Map(
        unpack(await Deno.readFile((await saved.path())!)).map((
          { path, content },
        ) => [path, new TextDecoder().decode(content)]),
      );
      for (const node of ["node1", "node2"]) {
        ok(files.has(`${node}/log/plain.log`), node);
      }
      for (const [path, text] of files) ok(!text.includes(SECRET), path);
    }),
});

Deno.test({
  name: "console watches a real copy being made level, byte by byte",
  ignore: !await canIsolate() || !await exists("/dev/fuse"),
  sanitizeOps: false,
  fn: () =>
    withAgents({ mirrored: true }, async (agents) => {
      await using browser = await openBrowser({ namespace: agents.namespace });
      const { page } = browser;
      await reach(page, agents.url(2));
      await logIn(page, agents.url(2));
      await role(page, 1, "STOP");
      await order(page, 1, "Start");
      await shows(page, "first start: neither node has data");
      await page.click("article[data-node=node1] >> text=Make primary");
      await shows(page, "Neither node has data yet");
      await page.click("dialog >> text=Use node1's data");
      await role(page, 1, "ALONEready");
      const sum = async (node: Which) =>
        await agents.inside(
          node,
          ...["sh", "-c", `cd "$0" && cat f* | sha256sum`, agents.data(node)],
        );
      await agents.inside(
        1,
        ...["sh", "-c", `head -c 120M /dev/urandom | split -b 4M - "$0/f"`],
        agents.data(1),
      );
      await shows(page, "Running without a safety net");

      await order(page, 2, "Start");
      const progress = page.locator("article[data-node=node2] progress");
      await progress.waitFor();
      await page.waitForFunction(() =>
        /\d+ % · [\d.]+ MiB of 120\.\d MiB · [\d.]+ MiB\/s · \d+ s left/.test(
          document.querySelector(".resync")?.textContent
            ?.replaceAll("\u00a0", " ") ?? "",
        )
      );
      const seen = new Set<string>();
      while (await progress.count() > 0) {
        const value = await progress.getAttribute("value", { timeout: 1000 })
          .catch(() => null);
        if (value !== null) seen.add(value);
        await page.waitForTimeout(200);
      }
      ok(seen.size >= 3, `the bar moved: ${[...seen].join(" ")}`);
      await role(page, 1, "PRIMready");
      await role(page, 2, "SECONDready");
      await shows(page, "Protected");
      await shows(page, "identical with node1");
      // Writes that both nodes have are measured, and nothing waits any more.
      const writes =
        `for i in $(seq 64); do echo $i >"$0/w$i"; done; sync "$0/w1"`;
      await agents.inside(1, "sh", "-c", writes, agents.data(1));
      const measured = async () => {
        const { text } = await agents.hakit(1, "metrics");
        const count = (operation: string) =>
          Number(
            new RegExp(
              `^hakit_replication_latency_seconds_count\\{module="plain",operation="${operation}"\\} (\\d+)`,
              "m",
            ).exec(text)?.[1] ?? 0,
          );
        return count("change") > 0 && count("fsync") > 0 &&
          /^hakit_replication_unacknowledged_bytes\{module="plain"\} 0$/m
            .test(text);
      };
      for (let tries = 0; !await measured(); tries++) {
        ok(tries < 30, "the metrics tell how long writes and an fsync waited");
        await page.waitForTimeout(200);
      }
      strictEqual(await sum(1), await sum(2));
    }),
});
