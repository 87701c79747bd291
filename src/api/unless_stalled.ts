/** Asks for what may be large: it may take as long as it goes on, and each time that nothing comes has a limit instead. */

export interface StallLimits {
  /** Until the answer begins. */
  readonly timeoutMs: number;
  /** While its body goes on: where nothing comes for so long it breaks. What its reader takes does not count. */
  readonly stallMs: number;
}

/** The answer that `ask` gets; what is under way ends when the signal does. */
export async function unlessStalled(
  ask: (signal: AbortSignal) => Promise<Response>,
  { timeoutMs, stallMs }: StallLimits,
): Promise<Response> {
  const over = new AbortController();
  const within = async <T>(ms: number, work: Promise<T>): Promise<T> => {
    const timer = setTimeout(() => {
      const why = `nothing came for ${ms / 1000} s`;
      over.abort(new DOMException(why, "TimeoutError"));
    }, ms);
    try {
      return await work;
    } finally {
      clearTimeout(timer);
    }
  };
  const answer = await within(timeoutMs, ask(over.signal));
  if (answer.body === null) return answer;
  const reader = answer.body.getReader();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await within(stallMs, reader.read());
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: (reason) => reader.cancel(reason),
  }, { highWaterMark: 0 });
  return new Response(body, answer);
}
