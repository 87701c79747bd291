/** The console in a real browser, against a real HTTPS server whose cluster the test moves by hand. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { createLoginLink } from "../../src/api/auth.ts";
import { logIn, openBrowser, shows } from "./browser.ts";
import { fakeAgent } from "./fake_agent.ts";
import { sampleModule, sampleNode, sampleState } from "./sample.ts";
import { wire } from "./wire.ts";

function copying(share: number) {
  const total = 1000 * 2 ** 20;
  const resync = {
    stage: "data",
    bytesDone: total * share,
    bytesTotal: total,
    bytesSent: total * share,
    bytesPerSecond: 50 * 2 ** 20,
    secondsLeft: Math.round((total * (1 - share)) / (50 * 2 ** 20)),
  } as const;
  return sampleState(
    { session: "resync", resync },
    { status: "Transient", upToDate: false, session: "resync" },
  );
}

Deno.test("console refuses a missing login and a wrong password, takes the right one", async () => {
  await using agent = await fakeAgent(sampleState());
  await using browser = await openBrowser();
  const { page } = browser;
  await page.goto(`${agent.url}/modules/k3s/logs?node=node2`);
  match(page.url(), /\/login\?next=/);
  strictEqual((await page.request.get(`${agent.url}/api/state`)).status(), 401);
  const swap = `${agent.url}/api/modules/k3s/swap`;
  strictEqual((await page.request.post(swap, { data: {} })).status(), 401);

  await page.fill("[name=name]", "admin");
  await page.fill("[name=password]", "wrong horse");
  await page.keyboard.press("Enter");
  await shows(page, "Wrong name or password.");
  // The name stays, the password has the focus: type it again and go.
  await page.keyboard.type("correct horse");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/modules/k3s/logs?node=node2");
  deepStrictEqual(agent.sent, []);
});

Deno.test("console takes a login link by its button, once", async () => {
  await using agent = await fakeAgent(sampleState());
  await using browser = await openBrowser();
  const { page } = browser;
  const once = await createLoginLink(agent.usersFile, { user: "admin" });
  // Mail and chat programs open links before people do: that must not use it up.
  strictEqual(
    (await page.request.get(`${agent.url}/login?once=${once}`)).status(),
    200,
  );
  await page.goto(`${agent.url}/login?once=${once}`);
  await page.click("button");
  await shows(page, "Protected");
  await page.click("text=Log out");
  await page.waitForURL("**/login");
  await page.goto(`${agent.url}/login?once=${once}`);
  await page.click("button");
  await shows(page, "This link was used");
});

Deno.test("console watches a resync to its end without a reload", async () => {
  await using agent = await fakeAgent(copying(0.1));
  await using browser = await openBrowser();
  const { page } = browser;
  await logIn(page, agent.url);
  await shows(page, "Running without a safety net");
  await shows(page, "10 % · 100.0 MiB of 1000.0 MiB · 50.0 MiB/s · 18 s left");
  const card = page.locator("article[data-node=node2]");
  strictEqual(await card.locator("progress").getAttribute("value"), "10");
  strictEqual(
    await page.locator("main [role=status]").innerText(),
    "Running without a safety net",
  );
  strictEqual(await page.locator("button.swap").isEnabled(), false);
  await page.evaluate(() => Object.assign(globalThis, { sameLife: true }));
  agent.show(copying(0.6));
  await shows(page, "60 % · 600.0 MiB of 1000.0 MiB");
  strictEqual(await card.locator("progress").getAttribute("value"), "60");
  agent.show(sampleState());
  await shows(page, "Protected");
  await shows(page, "identical with node1");
  strictEqual(await card.locator("progress").count(), 0);
  strictEqual(await page.locator("button.swap").isEnabled(), true);
  strictEqual(await page.title(), "Protected – office");
  ok(await page.evaluate(() => "sameLife" in globalThis));
});

Deno.test("console asks before a swap, names the cost, and sends it once", async () => {
  await using agent = await fakeAgent(sampleState());
  await using browser = await openBrowser();
  const { page } = browser;
  await logIn(page, agent.url);
  const question = page.locator("dialog[open]");

  await page.click("button.swap");
  match(
    await question.innerText(),
    /k3s stops on node1 and starts on node2: a few seconds without service/,
  );
  // Enter on the opened question cancels; so does Escape.
  await page.keyboard.press("Enter");
  await question.waitFor({ state: "detached" });
  // Who answers with the keyboard goes on where he was.
  strictEqual(await page.locator("button.swap:focus").count(), 1);
  await page.click("button.swap");
  await question.waitFor();
  await page.keyboard.press("Escape");
  await question.waitFor({ state: "detached" });
  deepStrictEqual(agent.sent, []);

  await page.click("button.swap");
  await page.click("text=Swap to node2");
  await shows(page, "Asked: swap k3s.");
  deepStrictEqual(agent.sent, [{
    module: "k3s",
    command: "swap",
    body: { node: "node1", wait: false },
  }]);
  agent.show(sampleState({ role: "SECOND" }, { role: "PRIM" }));
  await page.locator("article[data-node=node2] >> text=PRIM").waitFor();
  await shows(page, "Done: swap k3s.");
});

Deno.test("console withdraws a question when the cluster has changed under it", async () => {
  await using agent = await fakeAgent(sampleState());
  await using browser = await openBrowser();
  const { page } = browser;
  await logIn(page, agent.url);
  await page.click("button.swap");
  await page.locator("dialog[open]").waitFor();
  agent.show(sampleState({ role: "ALONE" }, { role: "STOP" }));
  await page.locator("dialog").waitFor({ state: "detached" });
  // It would come back under whoever's thumb is there by then.
  agent.show(sampleState());
  await page.locator("button.swap:enabled").waitFor();
  await page.waitForTimeout(300);
  strictEqual(await page.locator("dialog").count(), 0);
  deepStrictEqual(agent.sent, []);
});

Deno.test("console says why the agent refused a command", async () => {
  await using agent = await fakeAgent(sampleState());
  await using browser = await openBrowser();
  const { page } = browser;
  await logIn(page, agent.url);
  agent.refusal.message = "k3s is being swapped already";
  await page.click("article[data-node=node2] >> text=Stop");
  await page.click("dialog >> text=Stop on node2");
  await shows(
    page,
    "Not done: stop k3s on node2. k3s is being swapped already",
  );
});

Deno.test("console says of what it asked for how it ended: also a start that failed later", async () => {
  const stopped = { role: "STOP", status: "NotReady" } as const;
  await using agent = await fakeAgent(sampleState(stopped, stopped));
  await using browser = await openBrowser();
  const { page } = browser;
  await logIn(page, agent.url);
  await page.click("article[data-node=node1] >> text=Start");
  await page.click("dialog >> text=Start on node1");
  await shows(page, "Asked: start k3s on node1.");
  agent.show(sampleState({ role: "WAIT", status: "Transient" }, stopped));
  await shows(page, "Under way: start k3s on node1.");
  const reason = "start_prim exited with 1";
  agent.show(sampleState({ ...stopped, reason }, stopped));
  await shows(page, `Failed: start k3s on node1. ${reason}`);
  // It stays until it is read.
  await page.click("text=Dismiss");
  await page.locator(".note").waitFor({ state: "detached" });
});

Deno.test("console shows the age of what it knows when the agent falls silent, and goes on when it is back", async () => {
  await using agent = await fakeAgent(sampleState());
  await using relay = await wire(agent.port);
  await using browser = await openBrowser();
  const { page } = browser;
  await logIn(page, `https://localhost:${relay.port}`);
  await shows(page, "Protected");
  relay.cut();
  await shows(page, "No answer from node1");
  await page.waitForFunction(() =>
    /^1\d s ago$/.test(document.querySelector("#age")?.textContent ?? "")
  );
  // Said aloud once, not with every second.
  strictEqual(
    await page.locator("main [role=alert]").innerText(),
    "No answer from node1",
  );
  strictEqual(await page.locator("#age[role=timer]").count(), 1);
  // While a laptop sleeps only the clock on the wall goes on.
  await page.evaluate(() => {
    const { now } = Date;
    Date.now = () => now() + 3_600_000;
  });
  await shows(page, "1 h 0 min ago");
  strictEqual(await page.title(), "No answer – office");
  // The last known roles stay; nothing can be asked of an agent that does not answer.
  await shows(page, "was PRIM");
  strictEqual(await page.locator("article button").count(), 0);
  strictEqual(await page.locator("button.swap").isEnabled(), false);
  relay.heal();
  agent.show(copying(0.5));
  await shows(page, "50 %");
  agent.show(sampleState());
  await shows(page, "Protected");
});

Deno.test("console leads from a dead primary to the survivor, which asks for a login and tells the truth", async () => {
  const primary = await fakeAgent(sampleState());
  const state = sampleState({ role: "ALONE" }, { role: "ALONE" });
  const [dead, survivor] = state.nodes;
  await using second = await fakeAgent({
    ...state,
    sentence: "k3s runs ALONE on node2: node1 is not reachable.",
    nodes: [
      { ...dead!, local: false, reachable: false },
      { ...survivor!, local: true },
    ],
  }, { port: primary.port, hostname: "127.0.0.2" });
  await using browser = await openBrowser();
  const { page } = browser;
  const shown = sampleState();
  primary.show({
    ...shown,
    nodes: [
      shown.nodes[0]!,
      { ...shown.nodes[1]!, addresses: ["127.0.0.2"] },
    ],
  });
  await logIn(page, primary.url);
  await shows(page, "Protected");
  await primary[Symbol.asyncDispose]();
  await shows(page, "No answer from node1");
  await page.click("text=node2 (127.0.0.2)");
  await page.waitForURL(`https://127.0.0.2:${second.port}/login`);
  await logIn(page, page.url());
  await shows(page, "k3s runs ALONE on node2: node1 is not reachable.");
  await shows(page, "Does not answer. It was ALONE when it was last heard.");
});

Deno.test("console shows logs of both nodes and saves them as files", async () => {
  await using agent = await fakeAgent(sampleState());
  await using browser = await openBrowser();
  const { page } = browser;
  await logIn(page, agent.url);
  await page.click("article[data-node=node2] >> text=Logs");
  await shows(page, "k3s on node2 <b>bold</b>");
  const [log] = await Promise.all([
    page.waitForEvent("download"),
    page.click("text=Save to file"),
  ]);
  strictEqual(log.suggestedFilename(), "node2-k3s-module.log");
  match(
    await Deno.readTextFile((await log.path())!),
    /second line & more\n$/,
  );
  await page.selectOption("select", "start_prim_2026-11-23T02-20-11.log");
  await shows(page, "MariaDB started on node2");
  await page.click("text=Refresh");
  await shows(page, "MariaDB started on node2");
  const [script] = await Promise.all([
    page.waitForEvent("download"),
    page.click("text=Save to file"),
  ]);
  strictEqual(
    await Deno.readTextFile((await script.path())!),
    "MariaDB started on node2\n",
  );
  await page.click("nav >> text=node1");
  await shows(page, "k3s on node1");
});

Deno.test("console runs no HTML that comes from modules, logs or the peer", async () => {
  const evil = `<img src=x onerror="window.hurt=1"><script>hurt=1</script>`;
  await using agent = await fakeAgent(
    sampleState({ role: "WAIT", status: "NotReady", reason: evil }, {}, {
      sentence: evil,
      warnings: [evil],
      sentences: { k3s: evil + "!" },
    }),
  );
  await using browser = await openBrowser();
  const { page } = browser;
  await logIn(page, agent.url);
  await page.locator(".reason").waitFor();
  agent.show(
    sampleState({ role: "WAIT", status: "NotReady", reason: `2 ${evil}` }),
  );
  await shows(page, `2 ${evil}`);
  strictEqual(await page.locator("img").count(), 0);
  strictEqual(await page.evaluate(() => "hurt" in globalThis), false);
});

Deno.test("console goes to the login when the session has ended", async () => {
  await using agent = await fakeAgent(sampleState());
  await using browser = await openBrowser();
  const { page } = browser;
  await logIn(page, agent.url);
  await shows(page, "Protected");
  await Deno.writeTextFile(agent.usersFile, "users: []\n");
  await page.waitForURL("**/login");
});

Deno.test("console fits a small phone, with targets for a thumb, light and dark", async () => {
  const state = sampleState();
  const long = sampleModule({
    name: "a-module-with-a-very-long-name-x",
    role: "WAIT",
    status: "NotReady",
    addresses: [{
      address: "2001:0db8:85a3:0000:0000:8a2e:0370:7334/64",
      held: false,
    }],
    reason: "node1/" + "a".repeat(80),
  });
  await using agent = await fakeAgent({
    ...state,
    nodes: state.nodes.map((node) =>
      sampleNode(node.name, [...node.modules, long])
    ),
  });
  await using browser = await openBrowser({
    viewport: { width: 320, height: 600 },
  });
  const { page } = browser;
  await logIn(page, agent.url);
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    const { wide, small, background } = await page.evaluate(() => ({
      wide: document.documentElement.scrollWidth - innerWidth,
      small: [...document.querySelectorAll("button, a")]
        .filter((target) => target.getBoundingClientRect().height < 44)
        .map((target) => target.textContent),
      background: getComputedStyle(document.body).backgroundColor,
    }));
    ok(wide <= 0, `${wide} px too wide`);
    deepStrictEqual(small, []);
    strictEqual(
      background,
      colorScheme === "dark" ? "rgb(16, 21, 26)" : "rgb(244, 245, 243)",
    );
  }
});
