import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import { endLeftScripts } from "./left_scripts.ts";

/** As an agent starts it, which then dies: nobody waits for it. Leaves a service behind that is to go on. */
const SCRIPT = `#!/bin/sh
setsid sh -c 'echo $$ >service; exec sleep 60' &
sleep 60 & echo $! >part
wait
`;

Deno.test("endLeftScripts() ends what an agent left running with all its parts, but neither services nor a person's editor", async () => {
  const folder = await Deno.makeTempDir({ prefix: "hakit-left-" });
  const file = join(folder, "bin", "start_prim");
  await Deno.mkdir(join(folder, "bin"));
  await Deno.writeTextFile(file, SCRIPT, { mode: 0o755 });
  const spawn = (args: string[], env: Record<string, string>) =>
    new Deno.Command("setsid", {
      args,
      env,
      cwd: folder,
      stdout: "null",
      stderr: "null",
    }).spawn();
  const script = spawn([file], { HAKIT_SCRIPT_LOG: "/dev/null" });
  const editor = spawn(["tail", "-f", file], {});
  const pids = [editor.pid];
  try {
    const [service, part] = [await pidIn("service"), await pidIn("part")];
    pids.push(service);
    deepStrictEqual(await endLeftScripts(folder), ["start_prim"]);
    strictEqual((await script.status).success, false);
    deepStrictEqual([part, service, editor.pid].map(lives), [
      false,
      true,
      true,
    ]);
    deepStrictEqual(await endLeftScripts(folder), []);
  } finally {
    for (const pid of pids) Deno.kill(pid, "SIGKILL");
    await editor.status;
    await Deno.remove(folder, { recursive: true });
  }

  async function pidIn(name: string): Promise<number> {
    for (;;) {
      const text = await Deno.readTextFile(join(folder, name))
        .catch(() => "");
      if (text.endsWith("\n")) return Number(text);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
});

function lives(pid: number): boolean {
  try {
    const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
    return stat.slice(stat.lastIndexOf(")") + 2)[0] !== "Z";
  } catch {
    return false;
  }
}
