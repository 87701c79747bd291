import assert from "node:assert/strict";
import { join } from "node:path";
import { command, CommandError } from "./command.ts";
import { createLog } from "./log.ts";
import { redact, secretsIn, withoutUserinfo } from "./redact.ts";

const PROXY = "http://corp:S3cr3t@Pw@proxy.local:3128";
const MASKED = "http://[removed]@proxy.local:3128";

Deno.test("withoutUserinfo() takes names and passwords out of addresses, and nothing else", () => {
  assert.equal(
    withoutUserinfo(`via ${PROXY} and "${PROXY}"`),
    `via ${MASKED} and "${MASKED}"`,
  );
  for (
    const text of [
      "http://proxy.local:3128/path@x and me@host",
      "K10abc::server:1234",
      "https://[fd00::9]:6443/",
    ]
  ) assert.equal(withoutUserinfo(text), text);
});

Deno.test("a proxy's password is in no redacted text, no log and no failed command's message", async () => {
  assert.equal(redact(`proxy: ${PROXY}\n`, []), `proxy: ${MASKED}\n`);
  assert.deepEqual(secretsIn("short"), ["short"]);
  const folder = await Deno.makeTempDir();
  try {
    const log = createLog(join(folder, "install.log"));
    log.info(`apt uses ${PROXY}`);
    const error = await command([
      ...["sh", "-c", `echo "E: ${PROXY} refused" >&2; exit 1`],
    ]).then(() => null, (error: unknown) => error);
    assert(error instanceof CommandError);
    for (
      const text of [
        await Deno.readTextFile(log.path),
        error.message,
        error.stderr,
      ]
    ) {
      assert(!text.includes("S3cr3t"), text);
      assert(text.includes("proxy.local"), text);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("command() hands variables over without naming them in its words", async () => {
  const { stdout } = await command(
    ["sh", "-c", 'echo "$GIVEN"; [ -n "$PATH" ]'],
    { env: { GIVEN: "by environment" } },
  );
  assert.equal(stdout, "by environment\n");
});
