import assert from "node:assert/strict";
import { join } from "node:path";
import { serveCounter, wholeRows } from "./counter.ts";
import { openCounter } from "./rows.ts";

Deno.test("wholeRows() drops a row that a crash cut short", () => {
  assert.deepEqual(wholeRows("1\n2\n3"), { rows: 2, bytes: 4 });
  assert.deepEqual(wholeRows(""), { rows: 0, bytes: 0 });
});

Deno.test("the counter goes on where it was, also after a torn last line", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const insert = async (times: number) => {
      const stop = new AbortController();
      const { promise, resolve } = Promise.withResolvers<number>();
      const served = serveCounter(folder, 0, {
        signal: stop.signal,
        onListen: resolve,
      });
      const client = await openCounter("127.0.0.1", await promise);
      const rows: string[] = [];
      for (let i = 0; i < times; i++) rows.push(await client.insert("x"));
      const all = await client.rows();
      client.close();
      stop.abort();
      await served;
      return { rows, all };
    };
    assert.deepEqual((await insert(2)).rows, ["1", "2"]);
    await Deno.writeTextFile(join(folder, "rows"), "3", { append: true });
    const again = await insert(1);
    assert.deepEqual(again.rows, ["3"]);
    assert.deepEqual(again.all, ["1", "2", "3"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("start_prim of the counter fails when somebody else has its port, and leaves that one alone", async () => {
  const module = join(import.meta.dirname!, "..", "..", "modules", "counter");
  const folder = await Deno.makeTempDir();
  const hakit = join(folder, "hakit");
  using other = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = other.addr as Deno.NetAddr;
  try {
    // As one whose port is taken: it takes its time to find out.
    await Deno.writeTextFile(hakit, "#!/bin/sh\nsleep 1\nexit 1\n", {
      mode: 0o755,
    });
    const { code, stdout, stderr } = await new Deno.Command(
      join(module, "bin", "start_prim"),
      {
        env: {
          HAKIT: hakit,
          HAKIT_LOG: join(folder, "log"),
          HAKIT_MODULE: `test-${Deno.pid}`,
          HAKIT_MODULE_DIR: module,
          HAKIT_NODE: "node1",
          DATADIR: folder,
          PORT: String(port),
        },
        stdin: "null",
      },
    ).output();
    assert.equal(code, 1, new TextDecoder().decode(stdout));
    assert.match(
      new TextDecoder().decode(stderr),
      new RegExp(`port ${port} is taken by another program`),
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
    await Deno.remove(`/run/hakit-test-${Deno.pid}-node1.pid`).catch(() => {});
  }
});
