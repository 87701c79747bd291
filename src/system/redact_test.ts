import assert from "node:assert/strict";
import { join } from "node:path";
import { command, CommandError } from "./command.ts";
import { createLog } from "./log.ts";
import {
  pathSecrets,
  redact,
  secretsIn,
  withoutCredentials,
} from "./redact.ts";

const PROXY = "http://corp:S3cr3t@Pw@proxy.local:3128";
const MASKED = "http://[removed]@proxy.local:3128";

Deno.test("withoutCredentials() takes names and passwords out of addresses, and nothing else", () => {
  assert.equal(
    withoutCredentials(`via ${PROXY} and "${PROXY}"`),
    `via ${MASKED} and "${MASKED}"`,
  );
  for (
    const text of [
      "http://proxy.local:3128/path@x and me@host",
      "K10abc::server:1234",
      "https://[fd00::9]:6443/",
    ]
  ) assert.equal(withoutCredentials(text), text);
});

Deno.test("withoutCredentials() knows login links, tokens and keys by their form, and takes no more", () => {
  const made = "aB3-_xyz".repeat(6).slice(0, 43);
  for (
    const [text, clean] of [
      [
        `https://n:9010/login?once=${made} now`,
        "https://n:9010/login?once=[removed] now",
      ],
      [`hakit second hakit1.${made}${made}`, "hakit second hakit1.[removed]"],
      [`key hakit_${made}.`, "key hakit_[removed]."],
      [
        '-H "Authorization: Bearer t0k"',
        '-H "Authorization: Bearer [removed]"',
      ],
      ['{"authorization":"Basic dTpw"}', '{"authorization":"Basic [removed]"}'],
    ] as const
  ) assert.equal(withoutCredentials(text), clean);
  for (
    const text of [
      'hakit_replication_change_seconds_bucket{module="k3s"} 1',
      "once=1 of 2, hakit1.example, authorization: none needed",
    ]
  ) assert.equal(withoutCredentials(text), text);
});

Deno.test("pathSecrets() takes keys out of a path, and no names of pages", () => {
  assert.deepEqual(
    pathSecrets("https://x/services/T024BE7LD/8f3a9c2e5b7d1f6042ab?id=1"),
    ["8f3a9c2e5b7d1f6042ab"],
  );
  for (
    const url of [
      "http://127.0.0.1/api/v1/namespaces/kube-system/health",
      "https://${HOST}/index.html#abcdefghij0123456789",
      "http://10.0.0.9:8080",
    ]
  ) assert.deepEqual(pathSecrets(url), []);
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
