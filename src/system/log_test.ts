import assert from "node:assert/strict";
import { join } from "node:path";
import { flushLogs } from "./beside.ts";
import { createLog } from "./log.ts";

async function inFolder(run: (folder: string) => Promise<void>) {
  const folder = await Deno.makeTempDir();
  try {
    await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("a log beside the program keeps its order and is whole after flushLogs()", async () => {
  await inFolder(async (folder) => {
    const path = join(folder, "new/agent.log");
    const log = createLog(path, { beside: true });
    for (let i = 0; i < 500; i++) log.info(`line ${i}`);
    await flushLogs();
    log.warning("the last");
    await flushLogs();
    const lines = (await Deno.readTextFile(path)).trimEnd().split("\n");
    assert.equal(lines.length, 501);
    lines.slice(0, 500).forEach((line, i) =>
      assert(line.endsWith(` info line ${i}`), line)
    );
    assert.match(lines[500]!, / warning the last$/);
  });
});

Deno.test("a log beside the program is bounded while its disk stands still, and says what is missing", async () => {
  await inFolder(async (folder) => {
    const path = join(folder, "agent.log");
    const log = createLog(path, { beside: true });
    // Nothing is written before this turn of the loop is over, as with a disk that does not answer.
    for (let i = 0; i < 5_000; i++) log.info(`line ${i}`);
    await flushLogs();
    const text = await Deno.readTextFile(path);
    assert(text.split("\n").length < 2_500, `${text.split("\n").length}`);
    assert.match(text, / warning \d+ lines are missing here/);
  });
});

Deno.test("a log without a place costs lines and nothing else", async () => {
  await inFolder(async (folder) => {
    await Deno.writeTextFile(join(folder, "file"), "");
    createLog(join(folder, "file/agent.log"), { beside: true }).info("gone");
    await flushLogs();
  });
});
