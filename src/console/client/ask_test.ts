import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { REMEDIES } from "../../api/remedies.ts";
import { fr } from "../text/fr.ts";
import { ja } from "../text/ja.ts";
import { ask, refusedText, remedyWords } from "./ask.ts";

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
  const said = { ok: false, code: "busy", message: "Busy: Wait" } as const;
  strictEqual(refusedText({ ...said, remedy: "Wait" }), "Busy: Wait");
  strictEqual(refusedText({ ...said, remedy: null }), "Busy: Wait");
});

Deno.test("remedyWords() says in the page's language what the API says by code, and leaves what only a refusal itself says", () => {
  strictEqual(remedyWords(REMEDIES.busy, fr), fr.remedies.busy);
  strictEqual(remedyWords(REMEDIES.other, ja), ja.remedies.other);
  strictEqual(remedyWords("Mend the disk first", fr), "Mend the disk first");
  strictEqual(remedyWords(null, fr), null);
});

Deno.test("a remedy is left out in every language where the message names its command already", () => {
  const message = 'No module "x": see "hakit module list"';
  for (const { remedies } of [fr, ja]) {
    const said = { ok: false, code: "no-such-module", message } as const;
    strictEqual(
      refusedText({ ...said, remedy: remedies["no-such-module"] }),
      message,
    );
  }
});
