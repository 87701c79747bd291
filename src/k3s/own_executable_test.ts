import assert from "node:assert/strict";
import { join } from "node:path";
import { executableStep } from "./own_executable.ts";

Deno.test("executableStep() puts what runs where units look for it, and never beside an agent that runs another one", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const from = join(folder, "stick/hakit"), to = join(folder, "bin/hakit");
    await Deno.mkdir(join(folder, "stick"));
    await Deno.writeTextFile(from, "new", { mode: 0o700 });
    let runs = false;
    const options = { to, agentRuns: () => Promise.resolve(runs) };
    const step = executableStep(from, options);
    assert.equal(await step.done(), null);
    await step.do(() => {});
    assert.equal(await step.done(), "this one");
    assert.equal((await Deno.stat(to)).mode! & 0o777, 0o755);
    // From where it lies now, nothing is compared.
    assert.equal(await executableStep(to, options).done(), "this one");

    await Deno.writeTextFile(from, "newer");
    runs = true;
    assert.match(await step.done() ?? "", /hakit upgrade/);
    assert.equal(await Deno.readTextFile(to), "new");
    runs = false;
    assert.equal(await step.done(), null);
    await step.do(() => {});
    assert.equal(await Deno.readTextFile(to), "newer");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
