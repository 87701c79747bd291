/**
 * The console of the compiled executable's lab, with a real database: what the newcomer opens in the first five minutes. By hand, for its
 * resync is not always seen in time: deno test -A tests/console/lab.ts
 */
import { match, ok, strictEqual } from "node:assert/strict";
import { addRow, bothReady, hakit, hasRow, lab, until } from "../e2e/lab.ts";
import { addressOf, home, namespace, STORAGE } from "../../src/lab/topology.ts";
import { CONSOLE_PASSWORD } from "../../src/lab/files.ts";
import { logIn, openBrowser, shows } from "./browser.ts";

/** Random megabytes that the returning node has not seen. */
const NEWS_MB = 100;
/** Slow enough to be watched. */
const LIMIT = "20M";
const url = (node: 1 | 2) => `https://${addressOf(node, 1)}:9010`;

Deno.test({
  name:
    "console of the lab: resync watched, swap, power cut, the survivor's page, a log saved",
  ignore: !await canRun(),
  sanitizeOps: false,
  async fn(t) {
    await lab("down");
    try {
      await lab("up", "--module", "mariadb");
      const primary = await bothReady();
      const second = primary === 1 ? 2 : 1;
      const password = (await Deno.readTextFile(CONSOLE_PASSWORD)).trim();
      await using browser = await openBrowser({ namespace: namespace(0) });
      const { page } = browser;
      const card = (node: 1 | 2) => page.locator(`[data-node=node${node}]`);
      const role = (node: 1 | 2, words: string) =>
        card(node).locator(".role", { hasText: words }).waitFor({
          timeout: 60_000,
        });

      await t.step("nothing is shown without a login", async () => {
        await page.goto(url(primary));
        ok(page.url().includes("login"), page.url());
        await logIn(page, url(primary), { password: "not this one" });
        ok(page.url().includes("login"), page.url());
      });

      await t.step(
        "a secondary returns and its resync is watched",
        async () => {
          await logIn(page, url(primary), { password });
          await role(primary, "PRIM");
          await shows(page, "Protected");
          await lab("kill", String(second));
          await role(primary, "ALONE");
          await shows(page, "without a safety net");
          await lab(
            ...["exec", String(primary), "--", "sh", "-c"],
            `head -c ${NEWS_MB}M /dev/urandom >"$(ls -d ${STORAGE}/*/ | head -1)news"`,
          );
          // It stands until the page has shown it: a quick machine may be through with it before anybody looks.
          await resync(primary, "limit", "mariadb", LIMIT);
          await resync(primary, "pause", "mariadb");
          await lab("start", String(second));
          await card(second).locator("progress").waitFor();
          await resync(primary, "continue", "mariadb");
          await page.waitForFunction(() =>
            /\d+ % · [\d.]+ MiB of \d+\.\d MiB · [\d.]+ MiB\/s/.test(
              document.querySelector(".resync")?.textContent
                ?.replaceAll("\u00a0", " ") ?? "",
            )
          );
          await role(primary, "PRIM");
          await shows(page, "Protected");
        },
      );

      await t.step("a swap is one click and a yes", async () => {
        await page.click("button.swap");
        await page.click(`text=Swap to node${second}`);
        await role(second, "PRIM");
        await role(primary, "SECOND");
        await bothReady();
        await addRow("after-the-swap");
      });

      await t.step(
        "the survivor's page tells of the dead primary",
        async () => {
          await lab("kill", String(second));
          await page.goto(url(primary));
          await role(primary, "ALONE");
          await role(second, "No answer");
          // The page tells of ALONE before the database has answered.
          await until("the row", 30_000, () => hasRow("after-the-swap"));
        },
      );

      await t.step("a script's log is saved", async () => {
        await card(primary).locator("text=Logs").click();
        const option = page.locator("option", { hasText: "start_prim" })
          .first();
        await page.selectOption(
          "select",
          (await option.getAttribute("value"))!,
        );
        const [saved] = await Promise.all([
          page.waitForEvent("download"),
          page.click("text=Save to file"),
        ]);
        match(saved.suggestedFilename(), /start_prim/);
        ok((await Deno.stat((await saved.path())!)).size > 0);
      });

      await t.step("the dead one comes back by itself", async () => {
        await lab("start", String(second));
        strictEqual(await bothReady(), primary);
      });
    } finally {
      await lab("down");
    }
  },
});

/** What is said of a copy under way, on the node that it comes from. */
async function resync(node: 1 | 2, ...words: string[]): Promise<void> {
  const { code, err } = await hakit(["resync", ...words], {
    env: { HAKIT_HOME: home(node) },
  });
  strictEqual(code, 0, err);
}

/** Root with network namespaces, FUSE, MariaDB, Chromium, and the executable. */
async function canRun(): Promise<boolean> {
  if (Deno.uid() !== 0) return false;
  for (
    const path of ["/dev/fuse", "/usr/sbin/mariadbd", "/usr/bin/chromium"]
  ) {
    if (await Deno.stat(path).catch(() => null) === null) return false;
  }
  return await hakit(["version"]).then(({ code }) => code === 0, () => false);
}
