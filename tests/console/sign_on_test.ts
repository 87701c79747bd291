/** Single sign-on in a real browser, whose rules about cookies and redirects between sites are what the flow is made for. */
import { match, ok, strictEqual } from "node:assert/strict";
import { testIssuer } from "../api/issuer.ts";
import { openBrowser, shows } from "./browser.ts";
import { fakeAgent, PASSWORD } from "./fake_agent.ts";
import { sampleState } from "./sample.ts";

Deno.test("somebody comes in through another site, to the page that was wanted, and acts there; a stranger does not", async () => {
  await using issuer = await testIssuer();
  await using agent = await fakeAgent(sampleState());
  await using browser = await openBrowser();
  const { page } = browser;
  // "localhost" here, 127.0.0.1 there: for a browser two sites.
  ok(agent.url.includes("localhost") && issuer.url.includes("127.0.0.1"));
  await page.goto(`${agent.url}/login`);
  strictEqual(await page.locator("a.button").count(), 0);
  await agent.signOn.store.set({
    ...issuer.settings,
    label: "Example",
    names: ["localhost"],
  });

  issuer.visitor.claims = { preferred_username: "bob", groups: ["guests"] };
  await page.goto(`${agent.url}/modules/k3s/logs?node=node2`);
  match(page.url(), /\/login\?next=/);
  await page.click("text=Log in with Example");
  await page.click("text=Continue");
  await shows(page, "oidc:bob has no role here");
  // The password form is there at once.
  strictEqual(await page.locator("[name=password]").count(), 1);

  issuer.visitor.claims = {
    preferred_username: "anna@example.com",
    groups: ["it-night"],
  };
  await page.goto(`${agent.url}/modules/k3s/logs?node=node2`);
  const shot = Deno.env.get("HAKIT_SCREENSHOT");
  if (shot) await page.screenshot({ path: shot });
  await page.click("text=Log in with Example");
  await page.click("text=Continue");
  await page.waitForURL("**/modules/k3s/logs?node=node2");
  await shows(page, "oidc:anna@example.com");
  // The strict cookie goes with what this page asks: it may act.
  await page.click("text=Overview");
  await shows(page, "Protected");
  const swap = await page.evaluate(async () => {
    const answer = await fetch("/api/modules/k3s/swap", {
      method: "POST",
      body: "{}",
      headers: { "x-hakit-csrf": document.body.dataset["csrf"]! },
    });
    return answer.status;
  });
  strictEqual(swap, 200);
  await page.click("text=Log out");
  await page.waitForURL("**/login");

  // The issuer is away: a password is as good as ever.
  issuer.twist.before = () => new Response("", { status: 503 });
  await agent.signOn.store.set({
    ...issuer.settings,
    label: "Example",
    names: ["localhost"],
  });
  await page.click("text=Log in with Example");
  await shows(page, "The sign-in service does not answer");
  await page.fill("[name=name]", "admin");
  await page.fill("[name=password]", PASSWORD);
  await page.keyboard.press("Enter");
  await shows(page, "Protected");
});
