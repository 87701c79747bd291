/** Every page in a real browser, light, dark and on a phone: pictures into dist/screenshots/, to be looked at. */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import axe from "axe-core";
import type { Page } from "playwright-core";
import { logIn, openBrowser, shows } from "./browser.ts";
import { fakeAgent } from "./fake_agent.ts";
import { sampleState } from "./sample.ts";

const FOLDER = join(import.meta.dirname!, "../../dist/screenshots");

const LOOKS = [
  { name: "light", width: 1280, height: 900, colorScheme: "light" },
  { name: "dark", width: 1280, height: 900, colorScheme: "dark" },
  { name: "phone", width: 390, height: 844, colorScheme: "light" },
] as const;

const PAGES: readonly {
  readonly name: string;
  readonly path: string;
  readonly ready: (page: Page) => Promise<unknown>;
}[] = [
  { name: "overview", path: "/", ready: (page) => shows(page, "Protected") },
  {
    name: "config",
    path: "/config?module=k3s",
    ready: async (page) => {
      await shows(page, "Checked: no mistake");
      await page.click("summary >> text=Failover rules");
      await page.fill("#field-hold", "30s");
      await page.press("#field-hold", "Tab");
      await shows(page, "hold counts from now on");
    },
  },
  {
    name: "config-wrong",
    path: "/config?module=k3s",
    ready: async (page) => {
      await shows(page, "Checked: no mistake");
      const text = await page.inputValue(".editor textarea");
      await page.fill(".editor textarea", text.replace("boot:", "bott:"));
      await shows(page, 'unknown key "bott"');
    },
  },
  {
    name: "config-cluster",
    path: "/config/cluster",
    ready: async (page) => {
      await shows(page, "is in force.");
      await page.click("summary >> text=Heartbeat and watchdog");
      await page.fill("#field-heartbeat-timeout", "3s");
      await page.press("#field-heartbeat-timeout", "Tab");
      await shows(page, "Checked: no mistake");
      await shows(page, "as it was");
    },
  },
  {
    name: "timeline",
    path: "/timeline",
    ready: (page) => shows(page, "ready after 1.70 s"),
  },
  {
    name: "resources",
    path: "/resources",
    ready: async (page) => {
      await shows(page, "expected at least 1");
      await page.locator("canvas").first().waitFor();
    },
  },
  {
    name: "logs",
    path: "/logs",
    ready: (page) => shows(page, "12 of 12 lines"),
  },
  {
    name: "kept",
    path: "/kept",
    ready: async (page) => {
      await shows(page, "this node's last whole state");
      await page.click("text=Take a copy on node2");
      await shows(page, "Copy 2026-11-26T03-00-00-000Z of k3s is on node2.");
      await page.click("[aria-label='Destroy: 2026-11-26T03-00-00-000Z']");
      await shows(page, "What only this copy of k3s on node2 still holds");
      await page.click("text=Destroy it");
      await shows(page, "Copy 2026-11-26T03-00-00-000Z is gone from node2.");
    },
  },
  {
    name: "support",
    path: "/support",
    ready: async (page) => {
      await shows(page, "All 812 acknowledged writes were there");
      await shows(page, "hooks.slack.com answered 403");
      await shows(page, "It is off: hakit oidc set switches it on.");
      await page.click("text=Send a test from node2");
      await shows(page, "node2 has sent a test on 2 of its channels");
      await page.click("text=Examine both servers");
      await shows(page, "2 to be looked at, 4 checks are well");
      await shows(page, "timedatectl set-ntp true");
      await page.click("text=Drill a swap");
      await shows(page, "The cluster really fails over");
      await page.click("text=Begin the drill");
      await shows(page, "Starting the application");
    },
  },
  { name: "users", path: "/users", ready: (page) => shows(page, "Add a user") },
  { name: "audit", path: "/audit", ready: (page) => shows(page, "Audit") },
  { name: "account", path: "/account", ready: (page) => shows(page, "Change") },
  {
    name: "config-new",
    path: "/config/new",
    ready: (page) => shows(page, "From an archive"),
  },
];

/** What axe-core finds, each as its rule and where. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  return await page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: {
        run(): Promise<
          { violations: { id: string; nodes: { target: unknown }[] }[] }
        >;
      };
    };
    const found = await axe.run();
    return found.violations.flatMap(({ id, nodes }) =>
      nodes.map(({ target }) => `${id}: ${JSON.stringify(target)}`)
    );
  });
}

Deno.test("every page is clean to axe-core and has its picture, light, dark and on a phone", async () => {
  await Deno.mkdir(FOLDER, { recursive: true });
  await using agent = await fakeAgent(sampleState());
  await using browser = await openBrowser();
  const { page } = browser;
  const picked = (Deno.env.get("LOOKS") ?? "light,dark,phone").split(",");
  const chosen = LOOKS.filter(({ name }) => picked.includes(name));
  const found: string[] = [];
  // Each look by itself: what is dark enough in light colours need not be in dark ones.
  const look = async (name: string) => {
    for (const { name: kind, colorScheme, ...size } of chosen) {
      await page.setViewportSize(size);
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      for (const wrong of await violations(page)) {
        found.push(`${name}, ${kind}: ${wrong}`);
      }
      const path = join(FOLDER, `${name}-${kind}.png`);
      await page.screenshot({ path, fullPage: true });
    }
  };
  await page.goto(agent.url);
  await look("login");
  await logIn(page, agent.url);
  await shows(page, "Protected");
  const only = Deno.env.get("PAGES")?.split(",");
  const wanted = PAGES.filter(({ name }) => only?.includes(name) ?? true);
  // What one page left unsaved must not hold the next one up.
  page.on("dialog", (dialog) => void dialog.accept());
  for (const { name, path, ready } of wanted) {
    await page.goto(agent.url + path);
    await ready(page);
    await look(name);
  }
  deepStrictEqual(found, []);
});

Deno.test("console speaks the reader's language, and keeps the choice", async () => {
  await using agent = await fakeAgent(sampleState());
  await using browser = await openBrowser({ locale: "fr-CH" });
  const { page } = browser;
  await logIn(page, agent.url);
  await shows(page, "Chronologie");
  // What the agent says, too: drawn by the server, then by the browser at every change.
  await shows(page, "Le témoin 10.0.0.3 décide");
  agent.show(
    sampleState({
      role: "WAIT",
      status: "NotReady",
      reason: "listens for node2",
    }),
  );
  await shows(page, "cherche à entendre node2");
  await page.click("text=日本語");
  await shows(page, "経過");
  await shows(page, "node2 からの応答を待っています");
  await page.goto(`${agent.url}/timeline`);
  await shows(page, "サービスがノードに移った経緯");
  await shows(page, "ALONE から PRIM へ：node2 は最新です");
  await page.goto(`${agent.url}/support`);
  await page.click("text=両サーバーを調べる");
  await shows(page, "時計が 1.2 秒ずれています");
  deepStrictEqual(await page.getAttribute("html", "lang"), "ja");
});

Deno.test("console forces a role only after the node's name was typed", async () => {
  await using agent = await fakeAgent(
    sampleState({ role: "WAIT", status: "NotReady" }, { role: "STOP" }),
  );
  await using browser = await openBrowser();
  const { page } = browser;
  await logIn(page, agent.url);
  const card = page.locator("article[data-node=node1]");
  await card.locator("summary").click();
  await card.locator("text=Force as primary").click();
  await shows(page, "Use it only when");
  const yes = page.locator("dialog .answers button", {
    hasText: "Force node1",
  });
  deepStrictEqual(await yes.isDisabled(), true);
  await page.fill("dialog input", "node2");
  deepStrictEqual(await yes.isDisabled(), true);
  await page.fill("dialog input", "node1");
  await yes.click();
  await shows(page, "Asked: force node1 as primary of k3s.");
  deepStrictEqual(agent.sent.map(({ command }) => command), ["primforce"]);
});

Deno.test("console takes another folder than the mirrored one for the good copy only when that is said of its own, and typed", async () => {
  const reason =
    '"/srv/data" is not the folder that was mirrored (its disk is not mounted? see "findmnt"): mount it; or, if the disk was replaced on purpose: "hakit second k3s --full --node node1"; only if what stands in it now is meant to be the good copy: "hakit help primforce"';
  const waits = { role: "WAIT", status: "NotReady", reason } as const;
  const strange = { ...waits, otherFolder: true };
  await using agent = await fakeAgent(sampleState(strange, { role: "STOP" }));
  await using browser = await openBrowser();
  const { page } = browser;
  await logIn(page, agent.url);
  await shows(page, "its disk is not mounted?");
  const card = page.locator("article[data-node=node1]");
  await card.locator("summary").click();
  strictEqual(await card.getByText("Force as primary").count(), 0);
  const force = card.locator("text=Force with the other folder");
  await force.click();
  await shows(page, "perhaps an empty folder, because the disk is not mounted");
  await shows(page, "What was mirrored on node1 is not in use any more");
  const yes = page.locator("dialog .answers button.grave");
  strictEqual(await yes.isDisabled(), true);
  // Mounted in the meantime: nothing is left to be asked.
  agent.show(sampleState({ ...waits, reason: null }, { role: "STOP" }));
  await page.locator("dialog").waitFor({ state: "detached" });
  agent.show(sampleState(strange, { role: "STOP" }));
  await force.click();
  await page.fill("dialog input", "node1");
  await yes.click();
  await shows(
    page,
    "Asked: force node1 as primary of k3s with the other folder.",
  );
  deepStrictEqual(agent.sent, [{
    module: "k3s",
    command: "primforce",
    body: { node: "node1", wait: false, otherFolder: true },
  }]);
});

Deno.test("what is typed goes into the file that is named, at once, and undo stays within it", async () => {
  await using agent = await fakeAgent(sampleState());
  await using browser = await openBrowser();
  const { page } = browser;
  page.on("dialog", (dialog) => void dialog.accept());
  await logIn(page, agent.url);
  await page.goto(`${agent.url}/config?module=k3s`);
  await shows(page, "Checked: no mistake");
  const field = page.locator(".editor textarea");
  await field.focus();
  await page.keyboard.press("Control+End");
  await page.keyboard.type("# mine");
  await page.selectOption(".files select", "bin/start_prim");
  const script = await field.inputValue();
  deepStrictEqual(script.startsWith("#!"), true, script);
  await field.focus();
  await page.keyboard.press("Control+z");
  deepStrictEqual(await field.inputValue(), script);
  await page.selectOption(".files select", "module.yaml");
  deepStrictEqual((await field.inputValue()).endsWith("# mine"), true);
});
