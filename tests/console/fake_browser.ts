/** As much of a browser as the event streams use; time and sight are the test's. */
import { en } from "../../src/console/text/en.ts";

const KEYS = ["document", "EventSource", "fetch", "setInterval", "hakitTexts"];

export function browser() {
  const kept = new Map(KEYS.map((key) => [key, Reflect.get(globalThis, key)]));
  const locks = Object.getOwnPropertyDescriptor(navigator, "locks");
  const clocks = { now: performance.now, date: Date.now };
  const sources: FakeSource[] = [];
  const ticks: (() => void)[] = [];
  let time = 1_000_000;
  let asked = 0;

  class FakeSource extends EventTarget {
    static readonly CLOSED = 2;
    readyState = 1;
    constructor(readonly url: string) {
      super();
      sources.push(this);
    }
    close(): void {
      this.readyState = 2;
    }
  }
  const document = Object.assign(new EventTarget(), {
    hidden: false,
  });
  let last: Promise<unknown> = Promise.resolve();
  Object.assign(globalThis, {
    document,
    hakitTexts: en,
    EventSource: FakeSource,
    setInterval: (tick: () => void) => ticks.push(tick),
    fetch: () => {
      asked++;
      return Promise.resolve(Response.json(NOTHING));
    },
  });
  Object.defineProperty(navigator, "locks", {
    configurable: true,
    value: {
      // One at a time; who gives up while waiting is passed over.
      request(
        _name: string,
        { signal }: { signal: AbortSignal },
        hold: () => Promise<void>,
      ) {
        const mine = last.then(() => {
          signal.throwIfAborted();
          return hold();
        });
        last = mine.catch(() => {});
        return mine;
      },
    },
  });
  performance.now = () => time;
  Date.now = () => time;

  return {
    /** Addresses of the streams that are open. */
    open: () =>
      sources.filter(({ readyState }) => readyState === 1)
        .map(({ url }) => url).toSorted(),
    opened: () => sources.length,
    asked: () => asked,
    hide(hidden: boolean) {
      document.hidden = hidden;
      document.dispatchEvent(new Event("visibilitychange"));
    },
    pass(ms: number) {
      time += ms;
      for (const tick of ticks) tick();
    },
    /** On every open stream. */
    say(event: string) {
      const data = JSON.stringify(NOTHING);
      for (const source of sources.filter(({ readyState }) => readyState < 2)) {
        source.dispatchEvent(new MessageEvent(event, { data }));
      }
    },
    /** What was begun goes on. */
    async turn() {
      for (let step = 0; step < 50; step++) await Promise.resolve();
      await new Promise((done) => setTimeout(done, 0));
    },
    [Symbol.dispose]() {
      for (const [key, value] of kept) {
        if (value === undefined) Reflect.deleteProperty(globalThis, key);
        else Object.assign(globalThis, { [key]: value });
      }
      if (locks) Object.defineProperty(navigator, "locks", locks);
      else Reflect.deleteProperty(navigator, "locks");
      performance.now = clocks.now;
      Date.now = clocks.date;
    },
  };
}

const NOTHING = { nodes: [], warnings: [], links: [], sentences: {} };
