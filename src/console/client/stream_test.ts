import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { browser } from "../../../tests/console/fake_browser.ts";
import { follow } from "./live.ts";
import { whileSeen } from "./stream.ts";

Deno.test("whileSeen() holds no connection while the page is hidden", () => {
  using page = browser();
  const { listening, renew, end } = whileSeen({
    url: "/api/events",
    listen: () => {},
  });
  deepStrictEqual(page.open(), ["/api/events"]);
  page.hide(true);
  deepStrictEqual(page.open(), []);
  strictEqual(listening(), false);
  // What broke off just before is not opened behind anybody's back.
  renew();
  deepStrictEqual(page.open(), []);
  page.hide(false);
  deepStrictEqual(page.open(), ["/api/events"]);
  renew();
  deepStrictEqual(page.open(), ["/api/events"]);
  end();
  page.hide(false);
  deepStrictEqual(page.open(), []);
});

Deno.test("whileSeen() opens nothing in a tab that was never seen", () => {
  using page = browser();
  page.hide(true);
  whileSeen({ url: "/api/events", listen: () => {} });
  deepStrictEqual(page.open(), []);
  page.hide(false);
  deepStrictEqual(page.open(), ["/api/events"]);
});

Deno.test("whileSeen() lets one hidden page of all listen on for notifications, and the next one when it is seen or gone", async () => {
  using page = browser();
  const begin = (url: string) =>
    whileSeen({ url, listen: () => {}, background: () => true });
  const first = begin("/first");
  const second = begin("/second");
  const quiet = whileSeen({ url: "/quiet", listen: () => {} });
  page.hide(true);
  await page.turn();
  deepStrictEqual(page.open(), ["/first"]);
  strictEqual(second.listening(), false);
  first.end();
  await page.turn();
  deepStrictEqual(page.open(), ["/second"]);
  page.hide(false);
  await page.turn();
  deepStrictEqual(page.open(), ["/quiet", "/second"]);
  second.end();
  quiet.end();
  deepStrictEqual(page.open(), []);
});

Deno.test("follow() asks and tells nothing while hidden, and at once when it is seen", async () => {
  using page = browser();
  const told: string[] = [];
  follow({
    heard: () => told.push("heard"),
    away: (seconds) => told.push(`away ${seconds}`),
    loggedOut: () => {},
  });
  page.hide(true);
  page.pass(60_000);
  await page.turn();
  deepStrictEqual([page.asked(), told], [0, []]);
  page.hide(false);
  await page.turn();
  deepStrictEqual([page.asked(), told], [1, ["heard"]]);
});

Deno.test("follow() opens a stream anew that is open and silent while the agent answers", async () => {
  using page = browser();
  follow({ heard: () => {}, away: () => {}, loggedOut: () => {} });
  const opened = () => page.opened();
  strictEqual(opened(), 1);
  page.pass(5_000);
  await page.turn();
  strictEqual(page.asked(), 1);
  strictEqual(opened(), 2);
  // A stream that speaks is left alone, and nobody asks.
  for (let second = 0; second < 10; second++) {
    page.say("state");
    page.pass(1_000);
    await page.turn();
  }
  strictEqual(page.asked(), 1);
  strictEqual(opened(), 2);
});
