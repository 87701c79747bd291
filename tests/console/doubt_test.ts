/** What the console says when only half of it is known, done or possible. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { Page } from "playwright-core";
import { logIn, openBrowser, shows } from "./browser.ts";
import { fakeAgent } from "./fake_agent.ts";
import { sampleState } from "./sample.ts";

/** Answers as an agent does that does not reach the other one. */
async function silence(page: Page, path: string): Promise<void> {
  const error = { code: "peer-not-reachable", message: "does not answer" };
  await page.route(
    `**${path}`,
    (route) => route.fulfill({ status: 502, json: { error } }),
  );
}

Deno.test("console says which node has a switch when only one took it", async () => {
  await using agent = await fakeAgent(sampleState());
  await using browser = await openBrowser();
  const { page } = browser;
  await logIn(page, agent.url);
  agent.refusal.message = "k3s is being swapped already";
  agent.refusal.node = "node2";
  const card = page.locator("article[data-node=node1]");
  const checkerOff = async () => {
    await card.locator("button", { hasText: "Switch checker off" }).click();
    await page.click("dialog >> text=Switch checker off >> nth=-1");
  };
  await card.locator("summary").click();
  await checkerOff();
  await shows(
    page,
    "Only on node1: switch checker off for k3s. Not on node2: k3s is being swapped already",
  );
  const { nodes, ...state } = sampleState();
  agent.show({
    ...state,
    nodes: [nodes[0]!, { ...nodes[1]!, reachable: false }],
  });
  await shows(page, "It was SECOND when it was last heard.");
  await checkerOff();
  await shows(
    page,
    "Only on node1: switch checker off for k3s. Not on node2: it does not answer.",
  );
  const body = { node: "node1", value: "off" };
  const sent = { module: "k3s", command: "checker", body };
  deepStrictEqual(agent.sent, [sent, sent]);
  // Where nothing was done, nothing is said to be.
  agent.refusal.node = "node1";
  await checkerOff();
  await shows(page, "Not done: switch checker off for k3s.");
});

Deno.test("a log goes on after a refused stream, and reads what no stream brought", async () => {
  await using agent = await fakeAgent(sampleState());
  await using browser = await openBrowser();
  const { page } = browser;
  const lines = (text: string) =>
    page.locator(".lines li", { hasText: text }).count();
  await logIn(page, agent.url);
  agent.events.status = 503;
  await page.goto(`${agent.url}/modules/k3s/logs?node=node1`);
  await shows(page, "Trying again");
  agent.written.push("2026-11-25T03:00:00.000Z info written unheard");
  agent.events.status = 200;
  await shows(page, "written unheard");
  await page.waitForFunction(() =>
    !document.body.innerText.includes("Trying again")
  );
  // What a person reads stands still.
  await page.click("text=Pause");
  agent.written.push("2026-11-25T03:00:01.000Z info written in a gap");
  agent.events.resets++;
  await shows(page, "Go on (1 new)");
  strictEqual(await lines("written in a gap"), 0);
  await page.click("text=Go on");
  await shows(page, "written in a gap");
  strictEqual(await lines("written in a gap"), 1);
  strictEqual(await lines("written unheard"), 1);
});

Deno.test("the audit goes on by itself, until somebody pauses it", async () => {
  await using agent = await fakeAgent(sampleState());
  await using browser = await openBrowser();
  const { page } = browser;
  await logIn(page, agent.url);
  await page.goto(`${agent.url}/audit`);
  await shows(page, "1 entry.");
  const entry = (who: string) =>
    agent.audit.write({
      who,
      from: "local",
      what: "login",
      detail: "",
      result: "refused",
      status: 401,
    });
  entry("user stranger");
  await shows(page, "user stranger");
  await page.click("text=Pause");
  entry("user later");
  await page.waitForTimeout(6_000);
  strictEqual(await page.locator("text=user later").count(), 0);
  await page.click("text=Go on");
  await shows(page, "user later");
  // Filtered by the server, and shown as an address that can be kept.
  await page.selectOption("select[name=result]", "refused");
  await page.waitForURL("**/audit?*result=refused*");
  await shows(page, "2 of 2 entries that match");
});

Deno.test("a module installed while the other node is away says that it comes there later", async () => {
  await using agent = await fakeAgent(sampleState());
  await using browser = await openBrowser();
  const { page } = browser;
  await logIn(page, agent.url);
  agent.stores.link.up = false;
  await page.goto(`${agent.url}/config/new?template=mirror&name=shop`);
  // The template names no port, and gets one: k3s has the usual one.
  const yaml = page.locator(".editor textarea");
  const text = await yaml.inputValue();
  await yaml.fill(text.replace("# port: 5600", "port: 5600"));
  await shows(page, "port: 5600 is used");
  await yaml.fill(text);
  await shows(page, "Checked: no mistake");
  await page.click("text=Install on both nodes");
  await page.waitForURL("**/config?module=shop");
  await shows(page, "is in force on node1. node2 takes it when it answers.");
  await page.reload();
  await shows(page, "Checked: no mistake");
  strictEqual(await page.locator(".note.done").count(), 0);
});

Deno.test("an uninstallation says before and after that the silent node keeps the module", async () => {
  const { nodes, ...state } = sampleState();
  await using agent = await fakeAgent({
    ...state,
    nodes: [nodes[0]!, { ...nodes[1]!, reachable: false }],
  });
  await using browser = await openBrowser();
  const { page } = browser;
  page.on("dialog", (dialog) => void dialog.accept());
  await logIn(page, agent.url);
  agent.stores.link.up = false;
  const { view } = agent.stores.one;
  Object.assign(view, { role: "STOP", status: "NotReady" });
  await page.goto(`${agent.url}/config?module=k3s`);
  await shows(page, "Checked: no mistake");
  await page.click(".row.end >> text=Uninstall");
  await shows(page, "node2 does not answer: it goes from this node only.");
  await page.fill("dialog input", "k3s");
  await page.click("dialog .answers button >> text=Uninstall");
  await shows(page, "k3s is uninstalled on node1");
  await shows(page, "node2 was not reached");
  await page.click("dialog .answers button");
  await page.waitForURL("**/config");
  await shows(page, "No module is installed yet.");
});

Deno.test("a rollback while the other node is away is offered for this node first", async () => {
  await using agent = await fakeAgent(sampleState());
  await using browser = await openBrowser();
  const { page } = browser;
  page.on("dialog", (dialog) => void dialog.accept());
  await logIn(page, agent.url);
  await page.goto(`${agent.url}/config?module=k3s`);
  await shows(page, "Checked: no mistake");
  await page.selectOption(".files select", "bin/start_prim");
  const field = page.locator(".editor textarea");
  await field.fill(`${await field.inputValue()}# applied\n`);
  await page.click("button.apply:enabled");
  await shows(page, "Configuration 2 is in force on node1, node2.");
  agent.stores.link.up = false;
  await page.click("text=Back to 1");
  await page.click("dialog .answers button:enabled >> text=Apply");
  await shows(page, "node2 does not answer, and a configuration changes");
  await page.click("dialog >> text=Apply here, on the other node when it");
  await shows(
    page,
    "Configuration 3 is in force on node1. node2 takes it when it answers.",
  );
});

Deno.test("a change is asked about once, and a rollback leaves what is typed and not applied", async () => {
  await using agent = await fakeAgent(sampleState());
  await using browser = await openBrowser();
  const { page } = browser;
  page.on("dialog", (dialog) => void dialog.accept());
  await logIn(page, agent.url);
  let plans = 0;
  page.on("request", (request) => {
    if (request.url().endsWith("/plan")) plans++;
  });
  await page.goto(`${agent.url}/config?module=k3s`);
  await shows(page, "Checked: no mistake");
  await page.selectOption(".files select", "bin/start_prim");
  const field = page.locator(".editor textarea");
  const script = await field.inputValue();
  // Each line of it is a change of its own to the browser, all within a moment.
  await field.fill(`${script}# applied\n`);
  await page.click("button.apply:enabled");
  await shows(page, "Configuration 2 is in force");
  ok(plans < 10, `${plans} plans were asked for`);
  await field.fill(`${script}# typed\n`);
  await page.click("text=Back to 1");
  await page.click("dialog .answers button:enabled >> text=Apply");
  await shows(page, "Configuration 3 is in force");
  strictEqual(await field.inputValue(), `${script}# typed\n`);
});

Deno.test("a browser that cannot notify is told so, and its page follows the cluster all the same", async () => {
  await using agent = await fakeAgent(sampleState());
  await using browser = await openBrowser();
  const { page } = browser;
  // As Chrome on Android: there, but not for a page.
  await page.addInitScript(() => {
    class Never {
      static permission = "granted";
      static requestPermission = () => Promise.resolve("granted");
      constructor() {
        throw new TypeError("Illegal constructor");
      }
    }
    Object.assign(globalThis, { Notification: Never });
  });
  await logIn(page, agent.url);
  await shows(page, "Protected");
  await page.evaluate(() => localStorage.setItem("hakit-notify", "1"));
  agent.show(sampleState({ role: "ALONE" }, { role: "STOP" }));
  await shows(page, "Running without a safety net");
  await page.goto(`${agent.url}/support`);
  await page.click("text=Do not notify me");
  await page.click("text=Notify me");
  await shows(page, "This browser cannot notify from a page.");
  strictEqual(
    await page.evaluate(() => localStorage.getItem("hakit-notify")),
    null,
  );
  await page.addInitScript(() => {
    Reflect.deleteProperty(globalThis, "Notification");
  });
  await page.reload();
  await shows(page, "This browser cannot notify from a page.");
  strictEqual(await page.locator("[data-notify]").isDisabled(), true);
});

Deno.test("pages invent nothing of a node that does not answer, and tell the agent that nobody asked", async () => {
  await using agent = await fakeAgent(sampleState());
  await using browser = await openBrowser();
  const { page } = browser;
  await logIn(page, agent.url);
  const unasked = async (path: string, go: () => Promise<unknown>) => {
    const asked = page.waitForRequest(`**${path}`);
    await go();
    strictEqual((await asked).headers()["x-hakit-unasked"], "1", path);
  };
  await shows(page, "Protected");
  await page.waitForTimeout(2_100);
  await unasked(
    "/api/state",
    () =>
      page.evaluate(() =>
        document.dispatchEvent(new Event("visibilitychange"))
      ),
  );
  await unasked(
    "/api/modules/k3s/resources?node=node2",
    () => page.goto(`${agent.url}/resources`),
  );

  await page.goto(`${agent.url}/timeline`);
  await shows(page, "The clock of node2 differs by");
  await silence(page, "/api/ping?node=node2");
  await unasked(
    "/api/modules/k3s/log?lines=2000&node=node2",
    () => page.goto(`${agent.url}/timeline`),
  );
  await shows(page, "ready after 1.70 s");
  strictEqual(await page.locator("text=clock").count(), 0);

  await silence(page, "/api/drill?node=node2");
  await page.goto(`${agent.url}/support`);
  await shows(page, "node2 does not answer: its part is missing, or old.");
  await shows(page, "All 812 acknowledged writes were there");
  await page.route(
    "**/api/drill?node=node1",
    (route) => route.fulfill({ json: { drill: null } }),
  );
  await page.reload();
  await shows(page, "node2 does not answer: its part is missing, or old.");
  strictEqual(await page.locator("text=None was made yet").count(), 0);
});
