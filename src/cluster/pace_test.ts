import { deepStrictEqual, ok } from "node:assert/strict";
import { detectionFor, measurePace } from "./pace.ts";

Deno.test("detectionFor() gives more time to one processor, and most to a slow machine", () => {
  const chosen = (processors: number, startMs: number) =>
    detectionFor({ processors, startMs })?.detection ?? null;
  deepStrictEqual(
    [
      chosen(2, 43),
      chosen(8, 900),
      chosen(1, 43),
      chosen(1, 2e3),
      chosen(2, 2e3),
    ],
    [null, null, "5s", "10s", "10s"],
  );
});

Deno.test("measurePace() takes the best of its tries, and no second one of a machine that is fast", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const file = `${folder}/starts`;
    // Slow at its first start only.
    const program = [
      "sh",
      "-c",
      `test -e ${file} || sleep 0.4; echo $1 >> ${file}`,
      "hakit",
    ];
    ok((await measurePace(program)).startMs < 400);
    deepStrictEqual(await Deno.readTextFile(file), "version\nversion\n");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
