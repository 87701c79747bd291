import { join } from "node:path";
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { Log } from "../system/log.ts";
import { now, sleep } from "../system/clock.ts";
import { WitnessClient } from "./client.ts";
import type { Answer } from "./protocol.ts";
import type { Ask } from "./register.ts";
import { runWitness } from "./server.ts";
import { MAX_CLUSTERS, type Remembered, Store } from "./store.ts";

const CLUSTER = "cd".repeat(16);
const KEY = "ab".repeat(32);
const QUIET: Log = {
  path: "",
  write: () => {},
  error: () => {},
  warning: () => {},
  info: () => {},
};

function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  return port;
}

/** A running witness; `end` stops it and waits. */
async function start(
  folder: string | Store,
  port: number,
  log: Log = QUIET,
) {
  const stop = new AbortController();
  const ready = Promise.withResolvers<void>();
  const done = runWitness({
    store: typeof folder === "string" ? new Store(folder) : folder,
    port,
    address: "127.0.0.1",
    log,
    signal: stop.signal,
    ready: ready.resolve,
  });
  await Promise.race([ready.promise, done]);
  return { end: () => (stop.abort(), done) };
}

function ask(change: Partial<Ask>): Ask {
  return {
    module: "app",
    want: "look",
    expect: 0,
    floor: 0,
    alone: false,
    heedLease: true,
    leaseMs: 500,
    ...change,
  };
}

class Asker {
  answers: Answer[] = [];
  asked: Ask = ask({});
  readonly client: WitnessClient;

  constructor(node: 0 | 1, port: number, key = KEY) {
    this.client = new WitnessClient({
      address: "127.0.0.1",
      port,
      key,
      cluster: CLUSTER,
      node,
      periodMs: 100,
      asks: () => [this.asked],
      onAnswer: (answer, askedAt) => {
        strictEqual(askedAt <= now(), true);
        this.answers.push(answer);
      },
    });
  }

  /** The first answer to this very question; null: none in time. */
  async ask(question: Ask, limitMs = 5000): Promise<Answer | null> {
    this.answers = [];
    this.asked = question;
    this.client.changed();
    const end = now() + limitMs;
    const text = JSON.stringify(question);
    while (now() < end) {
      const found = this.answers.find(({ ask }) =>
        JSON.stringify(ask) === text
      );
      if (found) return found;
      await sleep(5);
    }
    return null;
  }
}

Deno.test("a witness lets one of two nodes go on, and remembers it over its own death", async () => {
  const folder = await Deno.makeTempDir({ prefix: "hakit-witness-" });
  const port = freePort();
  await new Store(folder).write({
    name: "office",
    id: CLUSTER,
    key: KEY,
    modules: {},
  });
  let witness = await start(folder, port);
  const one = new Asker(0, port);
  const two = new Asker(1, port);
  const stranger = new Asker(0, port, "00".repeat(32));
  try {
    const share = await one.ask(ask({ want: "set" }));
    strictEqual(share?.verdict.entry?.epoch, 1);
    const bid = ask({ want: "set", expect: 1, alone: true });
    deepStrictEqual((await two.ask(bid))?.verdict.entry?.holder, 1);
    await two.ask(ask({}));
    strictEqual((await one.ask(bid))?.verdict.done, false);

    await witness.end();
    strictEqual(await one.ask(ask({ floor: 1 }), 400), null);
    witness = await start(folder, port);
    const after = await one.ask(ask({ floor: 2 }));
    strictEqual(after?.verdict.entry?.holder, 1);
    strictEqual(after?.verdict.entry?.epoch, 2);

    strictEqual(await stranger.ask(ask({ floor: 9 }), 400), null);
  } finally {
    for (const { client } of [one, two, stranger]) client.close();
    await witness.end();
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a witness serves a cluster that is admitted while it runs, and forgets one that is dismissed", async () => {
  const folder = await Deno.makeTempDir({ prefix: "hakit-witness-" });
  const port = freePort();
  const witness = await start(folder, port);
  const one = new Asker(0, port);
  try {
    strictEqual(await one.ask(ask({}), 300), null);
    const store = new Store(folder);
    await store.write({ name: "office", id: CLUSTER, key: KEY, modules: {} });
    strictEqual((await one.ask(ask({ floor: 1 })))?.verdict.entry, null);
    await store.remove(CLUSTER);
    await sleep(1500);
    strictEqual(await one.ask(ask({ floor: 2 }), 400), null);
  } finally {
    one.client.close();
    await witness.end();
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a witness leaves out a cluster whose file cannot be read, says so once, and serves the others", async () => {
  const folder = await Deno.makeTempDir({ prefix: "hakit-witness-" });
  const port = freePort();
  const store = new Store(folder);
  const memory = { name: "office", id: CLUSTER, key: KEY, modules: {} };
  await store.write(memory);
  const lost = "ef".repeat(16);
  await Deno.writeTextFile(join(folder, `${lost}.json`), "{");
  const errors: string[] = [];
  const log = { ...QUIET, error: (text: string) => void errors.push(text) };
  const witness = await start(folder, port, log);
  const one = new Asker(0, port);
  try {
    strictEqual((await one.ask(ask({ want: "set" })))?.verdict.done, true);
    // Its own file: nothing is answered from memory, which a restart would not have.
    await Deno.writeTextFile(join(folder, `${CLUSTER}.json`), "");
    await sleep(1500);
    strictEqual(await one.ask(ask({ floor: 1 }), 400), null);
    deepStrictEqual(
      errors.map((text) => /([0-9a-f]{32})\.json/.exec(text)![1]),
      [
        lost,
        CLUSTER,
      ],
    );
    await store.write(memory);
    strictEqual((await one.ask(ask({ floor: 2 })))?.verdict.entry, null);
  } finally {
    one.client.close();
    await witness.end();
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a witness refuses a cluster beyond its limit with a line, and drops none that it serves", async () => {
  const folder = await Deno.makeTempDir({ prefix: "hakit-witness-" });
  const port = freePort();
  const store = new Store(folder);
  const cluster = (number: number) => ({
    name: `c${number}`,
    id: number.toString(16).padStart(32, "0"),
    key: KEY,
    modules: {},
  });
  for (let number = 1; number < MAX_CLUSTERS; number++) {
    const one = cluster(number);
    await Deno.writeTextFile(
      join(folder, `${one.id}.json`),
      JSON.stringify(one),
    );
  }
  await store.write({ name: "office", id: CLUSTER, key: KEY, modules: {} });
  const errors: string[] = [];
  const log = { ...QUIET, error: (text: string) => void errors.push(text) };
  const witness = await start(folder, port, log);
  const one = new Asker(0, port);
  try {
    await store.write(cluster(0));
    await sleep(2500);
    deepStrictEqual(errors.map((text) => text.slice(0, 12)), ['cluster "c0"']);
    strictEqual((await one.ask(ask({})))?.verdict.entry, null);
  } finally {
    one.client.close();
    await witness.end();
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a witness that loses sight of a cluster while it saves what it has decided does not decide it twice", async () => {
  const folder = await Deno.makeTempDir({ prefix: "hakit-witness-" });
  const port = freePort();
  const saves = Promise.withResolvers<void>();
  /** A disk that takes its time to write, and cannot be read for a moment. */
  class Sick extends Store {
    unreadable = false;
    override async read() {
      const found = await super.read();
      if (!this.unreadable) return found;
      const broken = found.clusters.map(({ id }) => ({ id, problem: "EIO" }));
      return { clusters: [], broken };
    }
    override async write(memory: Remembered) {
      saves.resolve();
      await sleep(2_500);
      await super.write(memory);
    }
  }
  const app = { epoch: 4, holder: null, by: 0, leaseMs: 500 } as const;
  const memory = { name: "office", id: CLUSTER, key: KEY, modules: { app } };
  await new Store(folder).write(memory);
  const store = new Sick(folder);
  const witness = await start(store, port);
  const [one, two] = [new Asker(0, port), new Asker(1, port)];
  try {
    const bid = ask({ want: "set", expect: 4, alone: true });
    one.asked = bid;
    await saves.promise;
    one.client.close();
    store.unreadable = true;
    await sleep(1_200);
    store.unreadable = false;
    two.asked = bid;
    await sleep(6_000);
    const answers = two.answers.filter(({ ask }) => ask.want === "set");
    strictEqual(answers.at(-1)?.verdict.entry?.holder, 0);
    strictEqual(answers.some(({ verdict }) => verdict.done), false);
  } finally {
    for (const { client } of [one, two]) client.close();
    await witness.end();
    await Deno.remove(folder, { recursive: true });
  }
});
