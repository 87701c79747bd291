import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { en } from "../text/en.ts";
import { ask, missedText, refusedText } from "./ask.ts";

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
    document: { body: { dataset: {} } },
    hakitTexts: en,
    fetch: () => Promise.resolve(Response.json({ error }, { status: 409 })),
  });
  try {
    const answer = await ask("/api/modules/k3s/swap", { method: "POST" });
    strictEqual(answer.ok, false);
    if (!answer.ok) strictEqual(refusedText(answer), "Not level\nWait");
  } finally {
    Object.assign(globalThis, { fetch });
    Reflect.deleteProperty(globalThis, "document");
    Reflect.deleteProperty(globalThis, "hakitTexts");
  }
});

Deno.test("missedText() says that a node does not answer only where the other one said so", () => {
  Object.assign(globalThis, { hakitTexts: en });
  const missed = (code: string, message: string) =>
    missedText("node2", { ok: false, code, message, remedy: null });
  try {
    strictEqual(
      missed("peer-not-reachable", "no answer"),
      "node2 does not answer: its part is missing, or old.",
    );
    const none = 'Module "k3s" is not installed on node2';
    strictEqual(missed("no-such-module", none), none);
    strictEqual(
      missed("no-answer", "The agent did not answer."),
      "The agent did not answer.",
    );
  } finally {
    Reflect.deleteProperty(globalThis, "hakitTexts");
  }
});
