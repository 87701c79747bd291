import { deepStrictEqual } from "node:assert/strict";

const MODULE = new URL("./precedence.ts", import.meta.url).href;
/** The nice values of all threads, and of a program that this one starts. */
const PROGRAM = `
import { comeFirst } from "${MODULE}";
comeFirst({ inherited: Deno.args[0] === "inherited" });
const nice = (file) => Number(Deno.readTextFileSync(file).split(") ")[1].split(" ")[16]);
const tasks = [...Deno.readDirSync("/proc/self/task")].map(({ name }) => nice(\`/proc/self/task/\${name}/stat\`));
const { stdout } = await new Deno.Command("nice", { stdout: "piped" }).output();
console.log(JSON.stringify({ mine: [...new Set(tasks)], child: Number(new TextDecoder().decode(stdout)) }));
`;

for (const [word, child] of [["ordinary", 0], ["inherited", -10]] as const) {
  Deno.test(`comeFirst(): this process's threads come first, what it starts is ${word}`, async () => {
    const file = await Deno.makeTempFile({ suffix: ".ts" });
    await Deno.writeTextFile(file, PROGRAM);
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--quiet", file, word],
      stdout: "piped",
    }).output();
    await Deno.remove(file);
    deepStrictEqual(JSON.parse(new TextDecoder().decode(stdout)), {
      mine: [-10],
      child,
    });
  });
}
