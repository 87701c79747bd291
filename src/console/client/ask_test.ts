import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { ask, refusedText } from "./ask.ts";

Deno.test("ask() tells the agent which questions no person asked", async () => {
  const { fetch } = globalThis;
  const sent: (string | null)[] = [];
  Object.assign(globalThis, {
    document: { body: { dataset: { csrf: "token" } } },
    fetch: (_path: string, init: RequestInit) => {
      const headers = new Headers(init.headers);
      strictEqual(headers.get("x-hakit-csrf"), "token");
      sent.push(headers.get("x-hakit-unasked"));
      return Promise.resolve(Response.json({}));
    },
  });
  try {
    await ask("/api/state");
    await ask("/api/state", { unasked: true });
  } finally {
    Object.assign(globalThis, { fetch });
    Reflect.deleteProperty(globalThis, "document");
  }
  deepStrictEqual(sent, [null, "1"]);
});

Deno.test("refusedText() puts what to do below what was wrong, once", async () => {
  const { fetch } = globalThis;
  const error = { code: "refused", message: "Not level", remedy: "Wait" };
  Object.assign(globalThis, {
    document: { body: { dataset: {} }, documentElement: { lang: "en" } },
    fetch: () => Promise.resolve(Response.json({ error }, { status: 409 })),
  });
  try {
    const answer = await ask("/api/modules/k3s/swap", { method: "POST" });
    strictEqual(answer.ok, false);
    if (!answer.ok) strictEqual(refusedText(answer), "Not level\nWait");
  } finally {
    Object.assign(globalThis, { fetch });
    Reflect.deleteProperty(globalThis, "document");
  }
});
