/** A headless Chromium for a test, and what every page must keep: no error in its console, nothing that its policy refused. */
import {
  type BrowserContextOptions,
  chromium,
  type Page,
} from "playwright-core";
import { deepStrictEqual } from "node:assert/strict";
import { PASSWORD } from "./fake_agent.ts";

const CHROMIUM = Deno.env.get("CHROMIUM") ?? "/usr/bin/chromium";
/** Long enough for a loaded machine; a test that waits in vain fails. */
const PATIENCE_MS = 60_000;

export interface BrowserOptions extends BrowserContextOptions {
  /** Network namespace to browse from. */
  readonly namespace?: string;
}

export async function openBrowser(
  { namespace, ...options }: BrowserOptions = {},
) {
  const program = namespace ? await programIn(namespace) : CHROMIUM;
  const browser = await chromium.launch({
    executablePath: program,
    args: ["--no-sandbox"],
  });
  const context = await browser.newContext({
    ignoreHTTPSErrors: true,
    viewport: { width: 1100, height: 800 },
    ...options,
  });
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => {
    // Refused and broken requests are logged by the browser itself; tests that cause them look at what the page says.
    const text = message.text();
    if (message.type() !== "error" || /Failed to load resource/.test(text)) {
      return;
    }
    complaints.push(text);
  });
  return {
    page,
    complaints,
    async [Symbol.asyncDispose]() {
      await browser.close();
      if (namespace) await Deno.remove(program);
      deepStrictEqual(complaints, []);
    },
  };
}

/** Playwright takes one file to run: this one enters the namespace first. */
async function programIn(namespace: string): Promise<string> {
  const file = await Deno.makeTempFile({ prefix: "hakit-chromium-" });
  await Deno.writeTextFile(
    file,
    `#!/bin/sh\nexec ip netns exec ${namespace} ${CHROMIUM} "$@"\n`,
  );
  await Deno.chmod(file, 0o755);
  return file;
}

export async function logIn(
  page: Page,
  url: string,
  { name = "admin", password = PASSWORD } = {},
): Promise<void> {
  await page.goto(url);
  await page.fill("[name=name]", name);
  await page.fill("[name=password]", password);
  await page.click("form.login button[type=submit]");
}

/** Waits until the page shows this text. */
export async function shows(page: Page, text: string): Promise<void> {
  try {
    await page.waitForFunction(
      (text) =>
        document.body.innerText.replaceAll("\u00a0", " ").includes(text),
      text,
    );
  } catch (cause) {
    const shown = await page.innerText("body").catch(() => "nothing");
    throw new Error(`"${text}" is not on ${page.url()}:\n${shown}`, { cause });
  }
}
