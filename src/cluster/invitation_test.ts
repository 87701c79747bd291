import assert from "node:assert/strict";
import { join } from "node:path";
import { accept, invite, judge } from "./invitation.ts";

const A = "a".repeat(32);
const B = "b".repeat(32);
const HOUR = 3_600_000;

async function inFolder(run: (file: string) => Promise<void>) {
  const folder = await Deno.makeTempDir();
  try {
    await run(join(folder, "join.json"));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("accept() lets one machine in, again and again, and no other", async () => {
  await inFolder(async (file) => {
    const secret = await invite(file, 0);
    const kind = async (machine: string, at: number, given = secret) =>
      (await accept(file, { secret: given, machine }, at)).kind;
    assert.equal(await kind(B, HOUR, "wrong"), "refused");
    assert.equal(await kind(A, HOUR), "welcome");
    assert.equal(await kind(A, 2 * HOUR), "welcome");
    assert.equal(await kind(B, 2 * HOUR), "refused");
    assert.equal(await kind(A, 24 * HOUR), "refused");
  });
});

Deno.test("invite() voids the older invitation and keeps no secret", async () => {
  await inFolder(async (file) => {
    const first = await invite(file, 0);
    const second = await invite(file, 0);
    const text = await Deno.readTextFile(file);
    assert(!text.includes(first) && !text.includes(second));
    assert.equal(((await Deno.stat(file)).mode ?? 0) & 0o777, 0o600);
    const refused = await accept(file, { secret: first, machine: A }, 1);
    assert.equal(refused.kind, "refused");
  });
});

Deno.test("judge() refuses when there is no invitation, or a damaged one", async () => {
  assert.equal(
    judge(null, { secret: "x", machine: A, now: 0 }).kind,
    "refused",
  );
  await inFolder(async (file) => {
    await Deno.writeTextFile(file, "{}");
    const verdict = await accept(file, { secret: "x", machine: A }, 0);
    assert(verdict.kind === "refused" && verdict.why.includes("hakit invite"));
  });
});
