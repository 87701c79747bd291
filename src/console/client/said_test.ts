import { strictEqual } from "node:assert/strict";
import { TABLES } from "../text/phrases.ts";
import { learn, remembered, say } from "./said.ts";

Deno.test("learn() loads the page's table once, and say() speaks by it from then on", async () => {
  const { fetch } = globalThis;
  let asked = 0;
  Object.assign(globalThis, {
    document: { body: { dataset: { phrases: "/assets/phrases.fr.json" } } },
    fetch: (url: string) => {
      asked++;
      strictEqual(url, "/assets/phrases.fr.json");
      return Promise.resolve(Response.json(TABLES.fr));
    },
  });
  const english = "the disk does not answer";
  strictEqual(say(english), english);
  try {
    await Promise.all([learn(), learn()]);
    await learn();
  } finally {
    Object.assign(globalThis, { fetch });
    Reflect.deleteProperty(globalThis, "document");
  }
  strictEqual(asked, 1);
  strictEqual(say(english), TABLES.fr[english]);
});

Deno.test("remembered() asks for a sentence once, and goes on saying new ones when it has said many", () => {
  let asked = 0;
  const say = remembered((sentence) => {
    asked++;
    return sentence.toUpperCase();
  });
  strictEqual(say("down"), "DOWN");
  strictEqual(say("down"), "DOWN");
  strictEqual(asked, 1);
  for (let number = 0; number < 5000; number++) {
    strictEqual(say(`n${number}`), `N${number}`);
  }
  strictEqual(say("down"), "DOWN");
});
