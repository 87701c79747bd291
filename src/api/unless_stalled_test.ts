import { rejects, strictEqual } from "node:assert/strict";
import { sleep } from "../system/clock.ts";
import { type StallLimits, unlessStalled } from "./unless_stalled.ts";

interface Server {
  /** Before the answer begins. */
  readonly beginMs?: number;
  /** Before each of its bytes. */
  readonly pausesMs: readonly number[];
}

/** Asks a server for its answer. */
async function asked(
  { beginMs = 0, pausesMs }: Server,
  limits: StallLimits,
  use: (answer: Promise<Response>) => Promise<void>,
): Promise<void> {
  const end = new AbortController();
  const pauses = [...pausesMs];
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async () => {
      await sleep(beginMs, end.signal);
      return new Response(
        new ReadableStream<Uint8Array>({
          async pull(controller) {
            const pause = pauses.shift();
            if (pause === undefined || end.signal.aborted) {
              return controller.close();
            }
            await sleep(pause, end.signal);
            controller.enqueue(Uint8Array.of(1));
          },
        }),
        { status: 201, headers: { "content-type": "application/x-tar" } },
      );
    },
  );
  const client = Deno.createHttpClient({});
  try {
    const url = `http://127.0.0.1:${server.addr.port}/`;
    const ask = (signal: AbortSignal) => {
      const init = { client, signal };
      return fetch(url, init);
    };
    await use(unlessStalled(ask, limits));
  } finally {
    end.abort();
    client.close();
    await server.shutdown();
  }
}

const LONG = 60_000;

Deno.test("unlessStalled() lets an answer go on for longer than any of its limits", async () => {
  const server = { pausesMs: Array(15).fill(100) };
  await asked(server, { timeoutMs: 1000, stallMs: 1000 }, async (asking) => {
    const answer = await asking;
    strictEqual(answer.status, 201);
    strictEqual(answer.headers.get("content-type"), "application/x-tar");
    strictEqual((await answer.bytes()).length, 15);
  });
});

Deno.test("unlessStalled() breaks an answer that stands still, and one that does not begin", async () => {
  const stalls = { pausesMs: [0, LONG] };
  await asked(stalls, { timeoutMs: LONG, stallMs: 200 }, async (asking) => {
    await rejects((await asking).bytes(), /nothing came for 0\.2 s/);
  });
  const late = { beginMs: LONG, pausesMs: [] };
  await asked(late, { timeoutMs: 200, stallMs: LONG }, async (asking) => {
    await rejects(asking, /nothing came for 0\.2 s/);
  });
});

Deno.test("unlessStalled() gives its reader time", async () => {
  const server = { pausesMs: [0, 0] };
  await asked(server, { timeoutMs: LONG, stallMs: 1000 }, async (asking) => {
    const answer = await asking;
    await sleep(1200);
    strictEqual((await answer.bytes()).length, 2);
  });
});
