import { match, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import { runScript, type ScriptRun } from "./script.ts";
import { SCRIPT_LOG, shorten } from "./script_logs.ts";

async function withScript(
  text: string,
  use: (run: ScriptRun) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "hakit-script-" });
  try {
    await Deno.mkdir(join(folder, "bin"));
    await Deno.writeTextFile(join(folder, "bin", "start_prim"), text, {
      mode: 0o755,
    });
    await use({
      folder,
      script: "start_prim",
      args: ["WAIT", "ALONE", "start"],
      env: { HAKIT_VIP: "10.0.0.9" },
      logFolder: join(folder, "log"),
      timeoutMs: 5000,
      signal: new AbortController().signal,
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("runScript() gives arguments and environment, keeps the output in a file", async () => {
  await withScript(
    '#!/bin/sh\necho "$@ $HAKIT_VIP"; echo oops >&2\n',
    async (run) => {
      const result = (await runScript(run))!;
      strictEqual(result.ok, true);
      strictEqual(
        await Deno.readTextFile(result.log!),
        "WAIT ALONE start 10.0.0.9\noops\n",
      );
      strictEqual(SCRIPT_LOG.test(result.log!.split("/").at(-1)!), true);
    },
  );
});

Deno.test("runScript() does not hand the agent's protection from the out-of-memory killer on", async () => {
  const own = "/proc/self/oom_score_adj";
  const before = Deno.readTextFileSync(own);
  try {
    Deno.writeTextFileSync(own, "-500");
  } catch {
    return; // Only root may lower it: without that there is nothing to hand on.
  }
  try {
    await withScript(
      "#!/bin/sh\ncat /proc/self/oom_score_adj\n",
      async (run) => {
        const result = (await runScript(run))!;
        strictEqual(await Deno.readTextFile(result.log!), "0\n");
      },
    );
  } finally {
    Deno.writeTextFileSync(own, before);
  }
});

Deno.test("runScript() reports the exit code, and skips a script that is not there", async () => {
  await withScript("#!/bin/sh\nexit 7\n", async (run) => {
    const result = (await runScript(run))!;
    strictEqual(result.ok, false);
    strictEqual(result.code, 7);
    strictEqual(await runScript({ ...run, script: "stop_prim" }), null);
  });
});

Deno.test("runScript() kills the whole group at the time limit", async () => {
  await withScript(
    '#!/bin/sh\nsleep 61 & echo $! > "$HAKIT_PIDFILE"\nwait\n',
    async (run) => {
      const pidFile = join(run.folder, "pid");
      const result = (await runScript({
        ...run,
        env: { HAKIT_PIDFILE: pidFile },
        timeoutMs: 300,
      }))!;
      strictEqual(result.timedOut, true);
      strictEqual(result.ok, false);
      const pid = (await Deno.readTextFile(pidFile)).trim();
      const state = await Deno.readTextFile(`/proc/${pid}/stat`).catch(() =>
        "gone"
      );
      strictEqual(/gone|\) Z /.test(state), true, state);
    },
  );
});

Deno.test("runScript() is not held up by a service that the script leaves behind", async () => {
  await withScript(
    '#!/bin/sh\nsetsid sleep 20 &\necho $! > "$HAKIT_PIDFILE"\n',
    async (run) => {
      const pidFile = join(run.folder, "pid");
      const env = { HAKIT_PIDFILE: pidFile };
      const result = (await runScript({ ...run, env }))!;
      strictEqual(result.ok, true);
      strictEqual(result.ms < 3000, true);
      Deno.kill(Number(await Deno.readTextFile(pidFile)), "SIGKILL");
    },
  );
});

Deno.test("runScript() keeps at most 100 logs", async () => {
  await withScript("#!/bin/sh\n", async (run) => {
    await Deno.mkdir(run.logFolder);
    for (let n = 0; n < 105; n++) {
      const minute = String(n % 60).padStart(2, "0");
      const hour = n < 60 ? "01" : "02";
      await Deno.writeTextFile(
        join(run.logFolder, `stop_prim_2020-01-01T${hour}-${minute}-00.log`),
        "",
      );
    }
    await runScript(run);
    strictEqual([...Deno.readDirSync(run.logFolder)].length, 100);
  });
});

Deno.test("shorten() cuts a log that a service left behind writes into, and the service goes on at its end", async () => {
  const service = `#!/bin/sh
(i=0; while :; do i=$((i + 1)); echo "line $i of a talkative service"; sleep 0.0$((i % 2)); done) &
echo $! > "$HAKIT_PIDFILE"
`;
  await withScript(service, async (run) => {
    const pidFile = join(run.folder, "pid");
    const env = { HAKIT_PIDFILE: pidFile };
    const { log } = (await runScript({ ...run, env }))!;
    const limits = { maxBytes: 4096, keptBytes: 1024 };
    const read = () => Deno.readTextFileSync(log!);
    const grown = async (bytes: number) => {
      while (read().length < bytes) {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    };
    try {
      await grown(limits.maxBytes);
      await shorten(run.logFolder, limits);
      strictEqual(read().length < 2048, true);
      match(read(), /^\.\.\. \(\d+ bytes before this are gone.*\nline \d+ of/);
      await grown(limits.maxBytes);
      const last = () => Number(/line (\d+) of.*\n$/.exec(read())?.[1]);
      // Nothing is written where the file once ended.
      strictEqual(read().includes("\0"), false);
      await shorten(run.logFolder, limits);
      const before = last();
      await grown(2048);
      strictEqual(last() > before, true);
    } finally {
      Deno.kill(Number(Deno.readTextFileSync(pidFile)), "SIGKILL");
    }
    // A short one is left alone.
    await shorten(run.logFolder, { maxBytes: 1 << 20, keptBytes: 1024 });
    match(read(), /line \d+ of/);
  });
});
