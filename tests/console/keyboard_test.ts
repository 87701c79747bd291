/** The console without a mouse: by Tab, Enter, Space and Escape alone. */
import { deepStrictEqual, ok } from "node:assert/strict";
import type { Page } from "playwright-core";
import { openBrowser, shows } from "./browser.ts";
import { fakeAgent, PASSWORD } from "./fake_agent.ts";
import { sampleState } from "./sample.ts";

/** More than any page has places to stop at. */
const MOST_TABS = 600;
const TABS = [
  "/timeline",
  "/resources",
  "/logs",
  "/kept",
  "/config",
  "/support",
  "/",
];
const OTHERS = ["/users", "/audit", "/account"];

/** Presses Tab until this has the focus; fails where something on the way keeps it. */
async function tabTo(page: Page, selector: string): Promise<void> {
  for (let tabs = 0; tabs < MOST_TABS; tabs++) {
    await page.keyboard.press("Tab");
    const there = await page.evaluate(
      (selector) => document.activeElement?.matches(selector) ?? false,
      selector,
    );
    if (there) return;
  }
  const where = await page.evaluate(() =>
    document.activeElement?.outerHTML.slice(0, 200)
  );
  throw new Error(
    `Tab does not reach ${selector} on ${page.url()}, but ends at ${where}`,
  );
}

Deno.test("console is logged in to, swaps, and opens each page by Tab, Enter, Space and Escape alone", async () => {
  await using agent = await fakeAgent(sampleState());
  await using browser = await openBrowser();
  const { page } = browser;
  await page.goto(agent.url);
  await page.locator("[name=name]:focus").waitFor();
  await page.keyboard.type("admin");
  await page.keyboard.press("Tab");
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press("Enter");
  await shows(page, "Protected");

  const question = page.locator("dialog[open]");
  await tabTo(page, "button.swap");
  await page.keyboard.press("Enter");
  await question.waitFor();
  await page.keyboard.press("Escape");
  await question.waitFor({ state: "detached" });
  await page.locator("button.swap:focus").waitFor();
  await page.keyboard.press("Space");
  await question.waitFor();
  // The first stop cancels.
  await page.keyboard.press("Enter");
  await question.waitFor({ state: "detached" });
  deepStrictEqual(agent.sent, []);
  await page.locator("button.swap:focus").waitFor();
  await page.keyboard.press("Enter");
  await question.waitFor();
  // Asked anew before the browser has told that the last question is closed: that one takes this one away no more.
  const [before, after] = await page.evaluate(async () => {
    const click = (selector: string) =>
      document.querySelector<HTMLElement>(selector)!.click();
    const questions = () => document.querySelectorAll("dialog[open]").length;
    const asked: number[] = [];
    click("dialog[open] button[autofocus]");
    for (let turn = 0; questions() > 0 && turn < 100; turn++) {
      await Promise.resolve();
    }
    asked.push(questions());
    click("button.swap");
    await new Promise((done) => setTimeout(done, 300));
    return [...asked, questions()];
  });
  deepStrictEqual([before, after], [0, 1]);
  await tabTo(page, "dialog[open] button.grave");
  await page.keyboard.press("Space");
  await shows(page, "Asked: swap k3s.");
  deepStrictEqual(agent.sent, [{
    module: "k3s",
    command: "swap",
    body: { node: "node1", wait: false },
  }]);

  for (const path of TABS) {
    // From the top: what had the focus may be gone, and Tab goes on from there.
    await page.reload();
    await tabTo(page, `nav.pages a[href="${path}"]`);
    await page.keyboard.press("Enter");
    await page.locator(`nav.pages a[href="${path}"][aria-current=page]`)
      .waitFor();
    // What the page is about is there, and nothing on it, an editor neither, keeps the focus.
    await page.locator("main h1").waitFor();
    await tabTo(page, "footer.languages a:last-child");
  }
  for (const path of OTHERS) {
    await page.reload();
    await tabTo(page, `header.top a[href="${path}"]`);
    await page.keyboard.press("Enter");
    await page.waitForURL(`**${path}`);
    await page.locator("main h1").waitFor();
    await tabTo(page, "footer.languages a:last-child");
  }

  await page.reload();
  await tabTo(page, "header.top form button");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/login");
  ok(await page.locator("[name=password]").isVisible());
});
