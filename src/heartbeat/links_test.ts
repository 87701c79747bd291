/** Two real Workers on the loopback network: what is said on one side is heard on the other, and silence is noticed. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { createSocket } from "node:dgram";
import { now } from "../system/clock.ts";
import type { Body } from "./body.ts";
import type { PeerVerdict } from "./detector.ts";
import { type LinkHealth, Links } from "./links.ts";
import { Codec } from "./message.ts";
import { SET_BACK } from "./strangers.ts";

const KEY = "11".repeat(32);
const CLUSTER = "22".repeat(16);

class Side {
  readonly heard: Body[] = [];
  readonly verdicts: PeerVerdict[] = [];
  readonly logs: string[] = [];
  readonly died: string[] = [];
  problem: string | null = null;
  health: readonly LinkHealth[] = [];
  readonly links: Links;

  constructor(nodeIndex: 0 | 1, port: number, key: string = KEY) {
    const mine = nodeIndex === 0 ? "127.0.41.1" : "127.0.41.2";
    const theirs = nodeIndex === 0 ? "127.0.41.2" : "127.0.41.1";
    this.links = new Links({
      key,
      cluster: CLUSTER,
      nodeIndex,
      port,
      periodMs: 50,
      timeoutMs: 400,
      guard: "/nonexistent/guard.sock",
      links: [
        { local: mine, remote: theirs },
        // An address that this machine does not have: that link never comes up, and the others do not mind.
        { local: "192.0.2.1", remote: "192.0.2.2" },
      ],
      onHeard: (body) => this.heard.push(body),
      onVerdict: (verdict) => {
        if (this.verdicts.at(-1) !== verdict) this.verdicts.push(verdict);
      },
      onLinks: (health) => this.health = health,
      onProblem: (problem) => this.problem = problem,
      onLog: (_, text) => this.logs.push(text),
      onDied: (error) => this.died.push(error.message),
    });
  }
}

async function until(what: () => boolean, message: string): Promise<void> {
  const end = performance.now() + 20_000;
  while (!what()) {
    ok(performance.now() < end, `not within 20 s: ${message}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

Deno.test("Links hear each other, tell at once, and notice that the other side is gone", async () => {
  const port = 42_000 + Deno.pid % 1000;
  const one = new Side(0, port);
  one.links.send({ version: "one", modules: [] }, 0);
  let two = new Side(1, port);
  two.links.send({ version: "two", modules: [] }, 0);
  try {
    await until(
      () => one.heard.at(-1)?.version === "two",
      "the first hears the second",
    );
    await until(
      () => two.heard.at(-1)?.version === "one",
      "the second hears the first",
    );
    await until(
      () => one.health[0]?.roundTripMs !== null,
      "a round trip is known",
    );
    deepStrictEqual(one.health.map(({ state }) => state), ["up", "unknown"]);
    await until(
      () => one.health[0]?.lossPercent !== undefined,
      "how much is lost is known",
    );
    strictEqual(one.health[1]?.lossPercent, undefined);
    ok(one.logs.some((text) => text.includes("192.0.2.1")), "says which link");

    two.links.send({ version: "two again", modules: [] }, 0);
    two.links.tell();
    await until(
      () => one.heard.at(-1)?.version === "two again",
      "the new word is heard",
    );

    const configuration = Object.fromEntries(
      Array.from(
        { length: 500 },
        (_, at) => [`part ${at}`, "0123456789abcdef"],
      ),
    );
    two.links.send({ version: "much", modules: [], configuration }, 0);
    await until(
      () => one.heard.at(-1)?.version === "much",
      "what takes many packets is heard",
    );
    deepStrictEqual(one.heard.at(-1)?.configuration, configuration);

    await two.links.close();
    await until(() => one.verdicts.at(-1) === "lost", "the loss is noticed");
    two = new Side(1, port);
    two.links.send({ version: "two, second life", modules: [] }, 0);
    await until(
      () => one.heard.at(-1)?.version === "two, second life",
      "the second life is recognised",
    );
    await until(() => one.verdicts.at(-1) === "alive", "and counts as alive");
  } finally {
    await one.links.close();
    await two.links.close();
  }
});

Deno.test("Links with another cluster's key stay strangers", async () => {
  const port = 43_000 + Deno.pid % 1000;
  const one = new Side(0, port);
  const two = new Side(1, port, "33".repeat(32));
  try {
    one.links.send({ version: "one", modules: [] }, 0);
    two.links.send({ version: "two", modules: [] }, 0);
    await until(
      () => one.verdicts.length > 0 && two.verdicts.length > 0,
      "both Workers are at work",
    );
    await new Promise((resolve) => setTimeout(resolve, 500));
    deepStrictEqual([one.heard, two.heard], [[], []]);
    deepStrictEqual([one.verdicts, two.verdicts], [["unknown"], ["unknown"]]);
  } finally {
    await one.links.close();
    await two.links.close();
  }
});

Deno.test("Links tell of a thread that died: who has no heartbeats must not take the peer for alive", async () => {
  // With such a key the thread cannot even begin.
  const one = new Side(0, 44_000 + Deno.pid % 1000, "no key");
  try {
    await until(() => one.died.length > 0, "the end of the thread");
    match(one.died[0]!, /thread died: .*/);
  } finally {
    await one.links.close();
  }
});

Deno.test("Links end the life of a machine that was set back", async () => {
  const port = 45_000 + Deno.pid % 1000;
  const one = new Side(0, port);
  const codec = new Codec({ key: KEY, cluster: CLUSTER });
  const boot = "ab".repeat(16);
  const peer = createSocket("udp4");
  let number = 0;
  let after = 0;
  peer.on("message", (bytes: Uint8Array) => {
    const { boot: theirs } = codec.open(bytes)!;
    if (one.died.length > 0) after += 1;
    const sentAt = now();
    const content = {
      echo: [theirs],
      sentAt,
      // Three are of the present; then it has heard the life of an hour later.
      reply: {
        sentAt: number < 3 ? sentAt - 1 : sentAt + 3_600_000,
        heldMs: 0,
        boot: theirs,
      },
      body: null,
    };
    number += 1;
    const answer = codec.seal({ sender: 1, boot, link: 0, number, content });
    peer.send(answer, port, "127.0.41.1");
  });
  try {
    await new Promise<void>((resolve) =>
      peer.bind({ address: "127.0.41.2", port }, resolve)
    );
    one.links.send({ version: "one", modules: [] }, 0);
    await until(() => one.died.length > 0, "the life ends");
    strictEqual(one.problem, SET_BACK);
    ok(number > 3, "and not before");
    await new Promise((resolve) => setTimeout(resolve, 300));
    strictEqual(after, 0, "not one heartbeat more");
  } finally {
    await one.links.close();
    await new Promise<void>((resolve) => peer.close(() => resolve()));
  }
});
