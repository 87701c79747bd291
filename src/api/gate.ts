/** An answer that goes on for long: it can be closed from outside, and a source that breaks ends it in an orderly way. */

export interface Gate {
  readonly body: ReadableStream<Uint8Array>;
  /** Settled when nothing more comes, for whatever reason. */
  readonly ended: Promise<void>;
  close(): void;
}

export function gate(source: ReadableStream<Uint8Array>): Gate {
  // Closed, not aborted: for the server below an aborted answer is an error worth printing.
  let close = () => {};
  const through = new TransformStream<Uint8Array, Uint8Array>({
    start(controller) {
      close = () => controller.terminate();
    },
  });
  const ended = source.pipeTo(through.writable, { preventAbort: true })
    // The reader left, the source broke, or it was closed: all are the end.
    .catch(() => close());
  return { body: through.readable, ended, close: () => close() };
}
