import { deepStrictEqual, strictEqual } from "node:assert/strict";

const MODULE = new URL("./io_flusher.ts", import.meta.url).href;
// PR_SET_NO_NEW_PRIVS: inherited as the other flag is, and nobody needs a right to set it.
const PROGRAM = `
import { beginAgainWith } from "${MODULE}";
beginAgainWith({ set: 38, get: 39 });
const tasks = [...Deno.readDirSync("/proc/self/task")].map(({ name }) => name);
const flags = tasks.map((task) =>
  /NoNewPrivs:\\s*(\\d)/.exec(
    Deno.readTextFileSync(\`/proc/self/task/\${task}/status\`),
  )[1]
);
console.log(JSON.stringify({ pid: Deno.pid, flags, args: Deno.args }));
`;

Deno.test("beginAgainWith() gives the flag to every thread, once, to the same process with the same arguments", async () => {
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  await Deno.writeTextFile(file, PROGRAM);
  const args = ["one", "", "two words"];
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", file, ...args],
    stdout: "piped",
  }).spawn();
  const { pid } = child;
  const { code, stdout } = await child.output();
  await Deno.remove(file);
  strictEqual(code, 0);
  const said = JSON.parse(new TextDecoder().decode(stdout));
  strictEqual(said.pid, pid);
  deepStrictEqual(said.args, args);
  deepStrictEqual([...new Set(said.flags)], ["1"]);
});
