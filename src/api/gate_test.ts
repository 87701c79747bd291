import assert from "node:assert/strict";
import { gate } from "./gate.ts";

function source() {
  let controller!: ReadableStreamDefaultController<Uint8Array>;
  const cancelled = Promise.withResolvers<void>();
  const body = new ReadableStream<Uint8Array>({
    start: (given) => {
      controller = given;
    },
    cancel: () => cancelled.resolve(),
  });
  return { body, cancelled: cancelled.promise, controller };
}

Deno.test("gate() passes on, and ends where it is closed; the source is let go", async () => {
  const { body, cancelled, controller } = source();
  const gated = gate(body);
  const reader = gated.body.getReader();
  controller.enqueue(Uint8Array.of(1));
  assert.deepEqual((await reader.read()).value, Uint8Array.of(1));
  gated.close();
  assert.equal((await reader.read()).done, true);
  await cancelled;
  await gated.ended;
});

Deno.test("gate() ends in an orderly way when its source breaks", async () => {
  const { body, controller } = source();
  const gated = gate(body);
  controller.error(new DOMException("too late", "TimeoutError"));
  assert.equal((await gated.body.getReader().read()).done, true);
  await gated.ended;
});

Deno.test("gate() lets the source go when the reader leaves", async () => {
  const { body, cancelled } = source();
  const gated = gate(body);
  await gated.body.cancel();
  await cancelled;
  await gated.ended;
});
