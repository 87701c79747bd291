/**
 * The mirrored file system's own tests on a server's kernel: what an older kernel does otherwise than the developer's is found nowhere
 * else (Linux 5.10 answered reads that would have to wait as if the file ended there).
 */
import { join } from "node:path";
import { on, type Server, vm } from "./lab.ts";
import { check, note } from "./report.ts";

const TESTS = [
  "src/fuse/cold_reads_test.ts",
  "tests/e2e/replicator/mount_test.ts",
  "tests/e2e/replicator/long_writes_test.ts",
  "tests/e2e/replicator/full_disk_test.ts",
  "tests/e2e/replicator/sick_disk_test.ts",
  "tests/e2e/posix/posix_test.ts",
];
const PLACE = "/root/hakit-kernel";
/** Each; in emulation, where Deno compiles everything anew. */
const SECONDS = 3600;

export async function kernel(
  root: string,
  folder: string,
  server: Server,
): Promise<void> {
  const { stdout } = await on(server, "uname -r");
  note(`      kernel ${stdout.trim()}`);
  await vm(["put", String(server), await pack(root, folder), PLACE], {
    seconds: 600,
  });
  for (const test of TESTS) {
    await check(`${test} on this kernel`, async () => {
      const { code, stdout } = await on(
        server,
        `cd ${PLACE}/pack && DENO_DIR=$PWD/cache NO_COLOR=1 ./deno test -A --no-check --cached-only ${test} 2>&1 | grep -v 'has been running'; exit \${PIPESTATUS[0]}`,
        { seconds: SECONDS, anyCode: true },
      );
      const lines = stdout.trim().split("\n");
      note(`      ${lines.at(-1)}`);
      if (code !== 0) throw new Error(lines.slice(-30).join("\n"));
    });
  }
}

/** Deno, what it has fetched for these tests, and the sources: the servers reach no registry. */
async function pack(root: string, folder: string): Promise<string> {
  const at = join(folder, "pack");
  await Deno.remove(at, { recursive: true }).catch(() => {});
  await Deno.mkdir(at, { recursive: true });
  const run = async (program: string, args: string[]) => {
    const { success, stderr } = await new Deno.Command(program, {
      args,
      cwd: root,
      env: { DENO_DIR: join(at, "cache") },
    }).output();
    if (!success) throw new Error(new TextDecoder().decode(stderr).slice(-600));
  };
  const parts = ["deno.json", "deno.lock", "main.ts", "src", "modules"];
  await run("cp", ["-r", ...parts, "tests", at]);
  await run("cp", [Deno.execPath(), join(at, "deno")]);
  await run(Deno.execPath(), [
    ...["cache", "--quiet", "main.ts", ...TESTS],
    "tests/e2e/posix/run_cases.ts",
  ]);
  return at;
}
