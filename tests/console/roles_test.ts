/** Who may what: the pages of a viewer, an operator and an administrator, and what the API says to requests that no page of theirs sends. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { createUser } from "../../src/api/auth.ts";
import { unpack } from "../../src/module/archive.ts";
import { logIn, openBrowser, shows } from "./browser.ts";
import { fakeAgent, PASSWORD } from "./fake_agent.ts";
import { sampleState } from "./sample.ts";

interface Order {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  /** What of it an operator may not; none: all of it. */
  readonly word?: string;
}

/** What starts, stops, tries or takes: an operator's. */
const OPERATING: readonly Order[] = [
  ...["start", "stop", "restart", "stopstart", "swap", "second"].map((
    command,
  ) => ({ method: "POST", path: `/api/modules/k3s/${command}` })),
  {
    method: "PUT",
    path: "/api/modules/k3s/switches/failover",
    body: { node: "node1", value: "off" },
  },
  { method: "POST", path: "/api/modules/k3s/copies" },
  { method: "GET", path: "/api/doctor" },
];

/** What may give data up, changes the configuration or shows it. */
const ADMINISTRATING: readonly Order[] = [
  ...["prim", "primforce"].map((command) => ({
    method: "POST",
    path: `/api/modules/k3s/${command}`,
    body: { node: "node1" },
    word: command,
  })),
  {
    method: "POST",
    path: "/api/modules/k3s/second",
    body: { node: "node1", full: true },
    word: "second",
  },
  { method: "GET", path: "/api/modules/k3s/config" },
  { method: "PUT", path: "/api/modules/k3s/config", body: { edits: [] } },
  { method: "PUT", path: "/api/modules/other" },
  { method: "DELETE", path: "/api/modules/k3s" },
  {
    method: "DELETE",
    path: "/api/modules/k3s/copies/2026-11-26T02-30-00-000Z",
  },
  { method: "POST", path: "/api/drill" },
  { method: "GET", path: "/api/snapshot" },
  { method: "GET", path: "/api/notifications" },
];

/** Sends what no button of the page sends, with all that the page itself would send. */
async function byHand(
  page: Page,
  { method, path, body }: Order,
): Promise<{ readonly status: number; readonly said: string }> {
  return await page.evaluate(async ({ method, path, body }) => {
    const response = await fetch(path, {
      method,
      headers: {
        "x-hakit-csrf": document.body.dataset["csrf"] ?? "",
        ...body ? { "content-type": "application/json" } : {},
      },
      ...body ? { body } : {},
    });
    const answer = await response.json().catch(() => null);
    return { status: response.status, said: answer?.error?.message ?? "" };
  }, { method, path, body: body === undefined ? "" : JSON.stringify(body) });
}

/** Buttons of the page's own part, by their words. */
async function buttons(page: Page): Promise<string[]> {
  const found = page.locator("main button, main summary, main a.button");
  return (await found.allTextContents()).map((words) => words.trim());
}

async function pageOf(page: Page, url: string, heading: string) {
  await page.goto(url);
  await page.locator("h1", { hasText: heading }).waitFor();
}

async function saved(page: Page, words: string) {
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    page.locator("a.button", { hasText: words }).first().click(),
  ]);
  const bytes = await Deno.readFile((await file.path())!);
  return { name: file.suggestedFilename(), bytes };
}

Deno.test("a viewer sees the cluster and its logs, finds no button that changes anything, and the API refuses what none of them sends", async () => {
  await using agent = await fakeAgent(sampleState());
  await using browser = await openBrowser();
  const { page } = browser;
  await logIn(page, agent.url, { name: "eve" });
  await shows(page, "Protected");
  deepStrictEqual(await buttons(page), []);
  deepStrictEqual(
    await page.locator("nav.pages a").allTextContents(),
    ["Overview", "Timeline", "Resources", "Logs", "Copies", "Support"],
  );

  await page.goto(`${agent.url}/support`);
  await shows(page, "An administrator can save it.");
  await shows(page, "An operator or administrator can begin it.");
  deepStrictEqual(await buttons(page), ["Notify me"]);
  await page.goto(`${agent.url}/kept?module=k3s`);
  await shows(page, "2026-11-26T02-30-00-000Z");
  deepStrictEqual(await buttons(page), []);
  for (const path of ["/config?module=k3s", "/users", "/audit"]) {
    strictEqual((await page.goto(agent.url + path))?.status(), 403, path);
  }

  // A module's log is for everybody, the agent's own tells of people and addresses.
  await page.goto(`${agent.url}/modules/k3s/logs?node=node2`);
  await shows(page, "second line & more");
  strictEqual(await page.getByText("Agent", { exact: true }).count(), 0);
  const { name, bytes } = await saved(page, "Save to file");
  strictEqual(name, "node2-k3s-module.log");
  match(new TextDecoder().decode(bytes), /second line & more\n$/);
  for (const path of ["/logs/agent", "/logs/agent/save"]) {
    strictEqual((await page.goto(agent.url + path))?.status(), 404, path);
  }

  await page.goto(agent.url);
  await shows(page, "Protected");
  for (const order of OPERATING) {
    deepStrictEqual(await byHand(page, order), {
      status: 403,
      said: `"${order.path}" needs role operator, you are viewer`,
    });
  }
  for (const order of ADMINISTRATING) {
    const { status, said } = await byHand(page, order);
    strictEqual(status, 403, order.path);
    match(said, /needs role (operator|administrator), you are viewer$/);
  }
  deepStrictEqual(agent.sent, []);
});

Deno.test("an operator starts, stops and swaps, is offered nothing that gives up data, and the API refuses that by hand", async () => {
  await using agent = await fakeAgent(sampleState());
  await createUser(agent.usersFile, {
    name: "otto",
    role: "operator",
    password: PASSWORD,
  });
  await using browser = await openBrowser();
  const { page } = browser;
  await logIn(page, agent.url, { name: "otto" });
  await shows(page, "Protected");
  strictEqual(await page.getByText("Configuration").count(), 0);
  strictEqual(await page.locator("header.top a[href='/users']").count(), 0);
  await page.click("button.swap");
  await page.click("text=Swap to node2");
  await shows(page, "Asked: swap k3s.");
  deepStrictEqual(agent.sent.map(({ command }) => command), ["swap"]);

  // Where an administrator would be offered to make one of them primary, and to force it.
  agent.show(
    sampleState(
      { role: "WAIT", status: "NotReady" },
      { role: "STOP", status: "NotReady" },
    ),
  );
  const card = page.locator("article[data-node=node1]");
  await card.locator("text=Stop").first().waitFor();
  await card.locator("summary").click();
  for (const word of ["Make primary", "Force as primary", "Copy everything"]) {
    strictEqual((await buttons(page)).includes(word), false, word);
  }
  ok((await buttons(page)).includes("Stop"));
  agent.sent.length = 0;
  for (const order of ADMINISTRATING) {
    const { path, word } = order;
    deepStrictEqual(await byHand(page, order), {
      status: 403,
      said: `"${word ?? path}" needs role administrator, you are operator`,
    });
  }
  deepStrictEqual(agent.sent, []);

  await page.goto(`${agent.url}/support`);
  await shows(page, "An administrator can save it.");
  await page.click("text=Examine both servers");
  await shows(page, "2 to be looked at");
  strictEqual((await buttons(page)).includes("Drill a swap"), false);
  agent.show(sampleState());
  await page.goto(`${agent.url}/kept?module=k3s`);
  await page.click("text=Take a copy on node2");
  await shows(page, "Copy 2026-11-26T03-00-00-000Z of k3s is on node2.");
  strictEqual(await page.locator("[aria-label^='Destroy']").count(), 0);
  for (const path of ["/config?module=k3s", "/users", "/audit"]) {
    strictEqual((await page.goto(agent.url + path))?.status(), 403, path);
  }

  await pageOf(page, `${agent.url}/logs/agent?node=node2`, "Agent: logs");
  const { name, bytes } = await saved(page, "Save to file");
  strictEqual(name, "node2-agent.log");
  match(new TextDecoder().decode(bytes), /warning node2 is lost\n$/);
});

Deno.test("an administrator saves a snapshot in the browser: an archive with configuration and logs, without a secret", async () => {
  await using agent = await fakeAgent(sampleState());
  await using browser = await openBrowser();
  const { page } = browser;
  const secret = "5a1b".repeat(16);
  const { home } = agent.stores.one;
  await Deno.writeTextFile(join(home, "etc/secret.key"), `${secret}\n`);
  await Deno.mkdir(join(home, "log"), { recursive: true });
  await Deno.writeTextFile(
    join(home, "log/agent.log"),
    `2026-11-23T02:20:09.000Z info the link's key is ${secret} on port 4800\n`,
  );
  await logIn(page, agent.url);
  await page.goto(`${agent.url}/support`);
  const { name, bytes } = await saved(page, "Save");
  strictEqual(name, "hakit-snapshot.tar");
  const files = new Map(
    unpack(bytes).map((
      { path, content },
    ) => [path, new TextDecoder().decode(content)]),
  );
  match(files.get("node1/etc/modules/k3s/module.yaml") ?? "", /^name: k3s/m);
  match(files.get("node1/state.json") ?? "", /"cluster": "office"/);
  match(
    files.get("node1/log/agent.log") ?? "",
    /the link's key is \[removed\] on port 4800/,
  );
  for (const [path, text] of files) ok(!text.includes(secret), path);
});
