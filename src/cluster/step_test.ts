import assert from "node:assert/strict";
import { outputTo } from "../cli/output.ts";
import { CommandError } from "../system/command.ts";
import { runSteps, type Step, summary } from "./step.ts";

function world() {
  const lines: string[] = [];
  const out = outputTo({
    terminal: false,
    colour: false,
    out: (text) => lines.push(text.trimEnd()),
    err: (text) => lines.push(`err: ${text.trimEnd()}`),
    now: () => 0,
  });
  const made = new Set<string>();
  const step = (name: string, broken = false): Step => ({
    name,
    done: () => Promise.resolve(made.has(name) ? "found" : null),
    do(say) {
      if (broken) return Promise.reject(new Error("no space left"));
      made.add(name);
      say("made");
      return Promise.resolve();
    },
  });
  return { lines, out, made, step };
}

Deno.test("runSteps() does what is to do, and nothing the second time", async () => {
  const { lines, out, step } = world();
  const steps = [step("a"), step("b")];
  assert.match(
    summary(await runSteps(steps, { out })),
    /^2 steps done, 0 were/,
  );
  assert.deepEqual(lines, ["+ a: done (made)", "+ b: done (made)"]);
  assert.equal(
    summary(await runSteps(steps, { out })),
    "Nothing was changed: all 2 steps were done already.",
  );
  assert.equal(lines.at(-1), "= b: already done (found)");
});

Deno.test("runSteps() looks only in a dry run", async () => {
  const { out, made, step } = world();
  const results = await runSteps([step("a")], { out, dryRun: true });
  assert.equal(made.size, 0);
  assert.match(
    summary(results),
    /^Dry run: 1 steps to do.*Nothing was changed/,
  );
});

Deno.test("runSteps() ends at the first failure, names it, and goes on from there", async () => {
  const { out, made, step } = world();
  await assert.rejects(
    runSteps([step("a"), step("b", true), step("c")], { out }),
    /^Error: b: no space left$/,
  );
  assert.deepEqual([...made], ["a"]);
  const results = await runSteps([step("a"), step("b"), step("c")], { out });
  assert.deepEqual(results.map(({ result }) => result), [
    "already done",
    "done",
    "done",
  ]);
});

Deno.test("runSteps() leaves standard output to the JSON object", async () => {
  const { lines, out, step } = world();
  await runSteps([step("a")], { out, quiet: true });
  assert.deepEqual(lines, ["err: + a: done (made)"]);
});

Deno.test("runSteps() takes back what a failed step began, and its own failure is the one that counts", async () => {
  const { lines, out, step } = world();
  let undone = 0;
  const failing = (undo: () => Promise<void>): Step => ({
    ...step("b", true),
    undo,
  });
  await assert.rejects(
    runSteps([
      step("a"),
      failing(() => {
        undone++;
        return Promise.resolve();
      }),
    ], { out }),
    /^Error: b: no space left$/,
  );
  assert.equal(undone, 1);
  assert.equal(lines.at(-1), "- b: what it began is taken back");
  await assert.rejects(
    runSteps([failing(() => Promise.reject(new Error("busy")))], { out }),
    /^Error: b: no space left$/,
  );
  assert.match(lines.at(-1)!, /cannot be taken back: busy/);
});

Deno.test("runSteps() logs each step with its place, and a failed program's words whole", async () => {
  const { out, step } = world();
  const logged: string[] = [];
  const write = (level: string, text: string) =>
    logged.push(`${level} ${text}`);
  const log = {
    path: "",
    write,
    info: (text: string) => write("info", text),
    warning: (text: string) => write("warning", text),
    error: (text: string) => write("error", text),
  };
  const broken: Step = {
    ...step("b"),
    do: () =>
      Promise.reject(
        new CommandError(["mkfs.xfs"], 1, "no room\nsecond line\n"),
      ),
  };
  await assert.rejects(runSteps([step("a"), broken], { out, log }));
  assert.deepEqual(logged, [
    "info 1 of 2: a: begins",
    "info 1 of 2: a: done (made)",
    "info 2 of 2: b: begins",
    'error b: Cannot run "mkfs.xfs": no room',
    "error   no room",
    "error   second line",
  ]);
});

Deno.test("a dry run starts nothing to look: such a step says what it knows without", async () => {
  const { lines, out } = world();
  const heavy = (known: string | null): Step => ({
    name: "heavy",
    glance: () => Promise.resolve(known),
    done: () => assert.fail("a server was started"),
    do: () => assert.fail("done"),
  });
  const results = await runSteps([heavy(null), heavy("mirrored")], {
    out,
    dryRun: true,
  });
  assert.deepEqual(results.map(({ result }) => result), [
    "to do",
    "already done",
  ]);
  assert.match(
    lines[0]!,
    /heavy: would be looked at, and done where it is not/,
  );
  // The real run looks closely.
  const looked = { ...heavy(null), done: () => Promise.resolve("there") };
  const [real] = await runSteps([looked], { out });
  assert.equal(real!.detail, "there");
});
