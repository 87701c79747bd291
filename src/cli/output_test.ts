import assert from "node:assert/strict";
import { columns } from "./columns.ts";
import { outputTo } from "./output.ts";
import { progressLine } from "./progress.ts";
import { distance, suggest } from "./suggest.ts";
import { bytes, seconds } from "../system/units.ts";

Deno.test("progressLine() says share, bytes, rate and time left", () => {
  assert.equal(
    progressLine("Copy", { done: 2 ** 30, total: 2 ** 32 }, 10),
    "Copy: 25 %, 1.0 GiB of 4.0 GiB, 102.4 MiB/s, 30 s left",
  );
  assert.equal(
    progressLine("Copy", { done: 512, text: "names" }, 0),
    "Copy: 512 B, 0 B/s, names",
  );
});

Deno.test("progress prints a line now and then where nobody looks", () => {
  let now = 0;
  let text = "";
  const out = outputTo({
    terminal: false,
    colour: false,
    out: () => {},
    err: (part) => text += part,
    now: () => now,
  });
  const progress = out.progress("Copy");
  for (; now < 25_000; now += 100) {
    progress.update({ done: now, total: 25_000 });
  }
  progress.end();
  assert.equal(text.split("\n").length - 1, 4);
  assert.ok(text.endsWith("Copy: done\n"));
  assert.ok(!text.includes("\r"));
});

Deno.test("columns() lines up coloured cells", () => {
  assert.deepEqual(columns([["a", "b"], ["\x1b[31mlong\x1b[39m", "c"]]), [
    "a     b",
    "\x1b[31mlong\x1b[39m  c",
  ]);
});

Deno.test("suggest() finds a slip and leaves strangers alone", () => {
  assert.equal(distance("swap", "swpa"), 2);
  assert.equal(suggest("sate", ["start", "state"]), "state");
  assert.equal(suggest("banana", ["start", "state"]), null);
});

Deno.test("units", () => {
  assert.equal(bytes(0), "0 B");
  assert.equal(bytes(1536), "1.5 KiB");
  assert.equal(seconds(75), "1 min 15 s");
  assert.equal(seconds(3700), "1 h 1 min");
});
