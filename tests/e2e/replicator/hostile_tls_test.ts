/**
 * The encrypted link under attack: from strangers that dial, from a machine that plays the secondary, from one in the middle. Each
 * ends with the connection and one line in the log, never with a process or a byte; what is mirrored stays mirrored.
 */
import { match, ok, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import { HEADER, writeHeader } from "../../../src/peer/frame.ts";
import { pskIdentity, pskOf } from "../../../src/peer/tls.ts";
import { PROTOCOL } from "../../../src/peer/handshake.ts";
import { KIND } from "../../../src/replication/operation.ts";
import { termsOf } from "../../../src/replication/terms.ts";
import { sufferHarms } from "./harms.ts";
import { equalCopies, exercisePair, later, onPair } from "./on_pair.ts";
import type { Node, Pair } from "./pair.ts";
import { sleep } from "./replicator_process.ts";
import { lacking, run } from "./shell.ts";

const PORT = 5600;

/** A frame as a replicator sends it. */
function frame(kind: number, json: unknown): Uint8Array {
  const payload = new TextEncoder().encode(JSON.stringify(json));
  const bytes = new Uint8Array(HEADER + payload.length);
  bytes.set(payload, HEADER);
  writeHeader(bytes, new DataView(bytes.buffer), 0, {
    ...{ length: payload.length, kind, volume: 0, flags: 0 },
    ...{ sequence: 0, id: 0, argument: 0 },
  });
  return bytes;
}

const OTHER_VERSION = new RegExp(
  `it speaks protocol ${
    PROTOCOL + 1
  }, expected ${PROTOCOL}: install the same hakit`,
);
const OTHER_VERSION_SEEN = new RegExp(
  `speaks protocol ${PROTOCOL + 1}, expected ${PROTOCOL}`,
);

function hello(pair: Pair, node: string, version = PROTOCOL) {
  return frame(KIND.HELLO, {
    version,
    cluster: pair.cluster,
    module: "pair",
    node,
    nonce: "ab".repeat(32),
    features: [],
    terms: termsOf([{ path: "/data" }]),
    "something of another version": true,
  });
}

/** The key and the name with which a primary that is `a` speaks to `b`. */
function secret(pair: Pair, key = pair.key) {
  const party = { cluster: pair.cluster, module: "pair", node: "a", peer: "b" };
  return {
    psk: pskOf({ ...party, key }, "client").toHex(),
    identity: pskIdentity({ ...party, key }, "client"),
  };
}

/** Runs a line in a node's network; ends by itself after `seconds`. */
async function inNetwork(
  node: Node,
  line: string,
  options: { readonly seconds?: number; readonly input?: Uint8Array } = {},
): Promise<string> {
  const { seconds = 2, input = new Uint8Array(0) } = options;
  const file = await Deno.makeTempFile({ dir: "/dev/shm" });
  try {
    await Deno.writeFile(file, input);
    const { stdout, stderr } = await run("nsenter", [
      ...[`--net=/run/netns/${node.namespace}`, "sh", "-c"],
      `(cat ${file}; sleep ${seconds}) | timeout ${seconds + 3} ${line} 2>&1`,
    ], { allowFailure: true });
    return stdout + stderr;
  } finally {
    await Deno.remove(file);
  }
}

function client(pair: Pair, args: string) {
  const { address } = pair.secondary;
  return `openssl s_client -quiet -connect ${address}:${PORT} ${args}`;
}

/** Bytes as they are, without TLS. */
function raw(pair: Pair) {
  return `${Deno.execPath()} eval '
    const c = await Deno.connect({ hostname: "${pair.secondary.address}", port: ${PORT} });
    c.readable.pipeTo(Deno.stdout.writable).catch(() => {}).finally(() => Deno.exit(0));
    for await (const b of Deno.stdin.readable) await c.write(b);'`;
}

async function log(pair: Pair, node: Node): Promise<string[]> {
  const text = await Deno.readTextFile(join(pair.root, `${node.name}.log`));
  return text.split("\n").filter((line) => line !== "");
}

interface Attack {
  readonly name: string;
  /** The one line in the log of the secondary. */
  readonly said: RegExp;
  readonly line: (pair: Pair) => string;
  readonly input?: (pair: Pair) => Uint8Array;
  readonly seconds?: number;
  /** What the attacker gets to see. */
  readonly sees?: RegExp;
}

const withKey = (pair: Pair, key?: string) => {
  const { psk, identity } = secret(pair, key);
  return client(pair, `-tls1_3 -psk ${psk} -psk_identity '${identity}'`);
};
const clientHello = new Uint8Array([22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3]);

const ATTACKS: readonly Attack[] = [
  {
    name: "another key",
    said: /it does not know the cluster's key$/,
    line: (pair) => withKey(pair, "77".repeat(32)),
  },
  {
    name: "another name",
    said: /it calls itself "somebody"/,
    line: (pair) =>
      client(
        pair,
        `-tls1_3 -psk ${secret(pair).psk} -psk_identity somebody`,
      ),
  },
  {
    name: "TLS 1.3 without a key",
    said: /it shows no key of the cluster/,
    line: (pair) => client(pair, "-tls1_3"),
  },
  {
    name: "TLS 1.2",
    said: /it does not speak TLS 1\.3$/,
    line: (pair) => client(pair, "-tls1_2"),
  },
  {
    name: "no TLS: a replicator whose link is trusted",
    said: /it does not encrypt, but this node's cluster\.yaml/,
    line: raw,
    input: (pair) => hello(pair, "a"),
    sees: /does not mark the link trusted/,
  },
  {
    name: "garbage in the handshake",
    said: /refused a connection/,
    line: raw,
    input: () =>
      new Uint8Array([
        ...clientHello,
        ...crypto.getRandomValues(new Uint8Array(2000)),
      ]),
  },
  {
    name: "half a handshake and silence",
    said: /it did not say who it is within 3000 ms/,
    line: raw,
    input: () => clientHello,
    seconds: 5,
  },
  {
    name: "the key and silence",
    said: /it did not say who it is within 3000 ms/,
    line: (pair) => withKey(pair),
    seconds: 5,
  },
  {
    name: "the key and nonsense",
    said: /more than allowed|wrong checksum/,
    line: (pair) => withKey(pair),
    input: () => crypto.getRandomValues(new Uint8Array(3000)),
  },
  {
    name: "the key and another protocol version",
    said: OTHER_VERSION,
    line: (pair) => withKey(pair),
    input: (pair) => hello(pair, "a", PROTOCOL + 1),
    sees: OTHER_VERSION_SEEN,
  },
];

onPair({
  name: "strangers at the encrypted port: a line each, and nothing else",
  lacking: lacking("openssl"),
  async run(pair) {
    const before = (await log(pair, pair.secondary)).length;
    for (const [i, attack] of ATTACKS.entries()) {
      const { line, input, seconds } = attack;
      const attacked = inNetwork(pair.primary, line(pair), {
        ...(input ? { input: input(pair) } : {}),
        ...(seconds ? { seconds } : {}),
      });
      // The loop is blocked by nobody: files are mirrored meanwhile.
      await Deno.writeTextFile(`${pair.primary.data}/during${i}`, attack.name);
      const seen = await attacked;
      if (attack.sees) match(seen, attack.sees, attack.name);
      const lines = (await log(pair, pair.secondary)).slice(before);
      strictEqual(lines.length, i + 1, `${attack.name}: ${lines.join("\n")}`);
      match(lines[i]!, attack.said, attack.name);
      strictEqual(pair.primary.replicator.report.session, "mirrored");
    }
    await exercisePair(pair, { operations: 600 });
    await equalCopies(pair);
  },
});

onPair({
  name:
    "two hundred connections at once: the log stays short, the pair goes on",
  async run(pair) {
    const before = (await log(pair, pair.secondary)).length;
    const script = `
      const all = Array.from({ length: 200 }, async (_, i) => {
        try {
          const c = await Deno.connect({ hostname: "${pair.secondary.address}", port: ${PORT} });
          if (i % 3 === 0) await c.write(new Uint8Array([22, 3, 1, 2, 0, 1]));
          if (i % 3 === 1) await c.write(crypto.getRandomValues(new Uint8Array(500)));
          const end = setTimeout(() => c.close(), 5000);
          while (await c.read(new Uint8Array(100)) !== null);
          clearTimeout(end);
          c.close();
        } catch { /* refused, reset, closed */ }
      });
      await Promise.all(all);`;
    const attack = later(run("nsenter", [
      ...[`--net=/run/netns/${pair.primary.namespace}`, Deno.execPath()],
      ...["eval", script],
    ]));
    await exercisePair(pair, { operations: 600 });
    await attack;
    const lines = (await log(pair, pair.secondary)).slice(before);
    ok(lines.length >= 1 && lines.length <= 25, lines.join("\n"));
    strictEqual(pair.primary.replicator.report.session, "mirrored");
    await equalCopies(pair);
  },
});

const IMPOSTORS: readonly {
  readonly name: string;
  readonly said: RegExp;
  readonly line: (pair: Pair) => string;
  readonly input?: (pair: Pair) => Uint8Array;
}[] = [
  {
    name: "a certificate instead of the key",
    said: /it does not know the cluster's key$/,
    line: ({ root }) => server(`-tls1_3 -key ${root}/key -cert ${root}/cert`),
  },
  {
    name: "another key",
    said: /no session with .*: /,
    line: (pair) => serverWithKey(pair, "77".repeat(32)),
  },
  {
    name: "TLS 1.2",
    said: /no session with .*: TLS: .*protocol version/,
    line: ({ root }) => server(`-tls1_2 -key ${root}/key -cert ${root}/cert`),
  },
  {
    name: "the key and another protocol version",
    said: OTHER_VERSION,
    line: (pair) => serverWithKey(pair),
    input: () =>
      frame(KIND.REFUSED, {
        version: PROTOCOL + 1,
        why: "is too old",
      }),
  },
  {
    name: "the key and a greeting of another protocol version",
    said: OTHER_VERSION,
    line: (pair) => serverWithKey(pair),
    input: (pair) => hello(pair, "b", PROTOCOL + 1),
  },
];

function server(args: string) {
  return `openssl s_server -quiet -accept ${PORT} ${args}`;
}
function serverWithKey(pair: Pair, key?: string) {
  const { psk, identity } = secret(pair, key);
  return server(`-nocert -tls1_3 -psk ${psk} -psk_identity '${identity}'`);
}

onPair({
  name:
    "machines that play the secondary get nothing, and the true one is found",
  idle: true,
  lacking: lacking("openssl"),
  async run(pair) {
    const { primary } = pair;
    await run("openssl", [
      ...["req", "-x509", "-newkey", "ec", "-pkeyopt"],
      ...["ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=b"],
      ...["-keyout", `${pair.root}/key`, "-out", `${pair.root}/cert`],
    ]);
    await primary.replicator.command({ command: "force", full: true });
    await pair.alone();
    await Deno.writeTextFile(`${primary.data}/secret`, "nobody else's");
    await primary.replicator.command({ command: "connect" });
    for (const impostor of IMPOSTORS) {
      const said = primary.replicator.said.length;
      primary.replicator.said.splice(0, said);
      const seen = await inNetwork(pair.secondary, impostor.line(pair), {
        seconds: 4,
        ...(impostor.input ? { input: impostor.input(pair) } : {}),
      });
      const words = primary.replicator.said.join("\n");
      match(words, impostor.said, `${impostor.name}: ${words}\n${seen}`);
      ok(!seen.includes("nobody else's"));
    }
    await pair.secondary.replicator.command({ command: "secondary" });
    await pair.mirrored();
    await exercisePair(pair, { operations: 300 });
    await equalCopies(pair);
  },
});

for (const trusting of [0, 1] as const) {
  onPair({
    name: `a link that only the ${
      trusting === 0 ? "primary" : "secondary"
    } trusts carries nothing, and both say why`,
    idle: true,
    config: [{ trusted: [trusting === 0] }, { trusted: [trusting === 1] }],
    async run(pair) {
      const { primary, secondary } = pair;
      await primary.replicator.command({ command: "force", full: true });
      await pair.alone();
      await secondary.replicator.command({ command: "secondary" });
      await primary.replicator.command({ command: "connect" });
      for (const { replicator } of [primary, secondary]) {
        await replicator.until(
          ({ notice }) => !!notice && /cluster\.yaml/.test(notice),
          "a reason that names cluster.yaml",
        );
      }
      await sleep(2000);
      strictEqual(secondary.replicator.report.session, "connecting");
      strictEqual(secondary.replicator.report.identity.current, null);
    },
  });
}

onPair({
  name: "a trusted link mirrors without OpenSSL",
  trusted: true,
  withoutOpenSsl: [true, true],
  async run(pair) {
    await exercisePair(pair, { operations: 300 });
    await equalCopies(pair);
  },
});

onPair({
  name:
    "without OpenSSL nothing is sent in clear; installed later, it is found",
  idle: true,
  withoutOpenSsl: [false, true],
  async run(pair) {
    const { primary, secondary } = pair;
    await primary.replicator.command({ command: "force", full: true });
    await pair.alone();
    await secondary.replicator.command({ command: "secondary" });
    await primary.replicator.command({ command: "connect" });
    await secondary.replicator.until(
      ({ notice }) => !!notice?.includes("apt-get install openssl"),
      "what to install",
    );
    await sleep(2000);
    strictEqual(secondary.replicator.report.session, "connecting");
    await Deno.remove(join(pair.root, "broken-libraries"), { recursive: true });
    await pair.mirrored();
    await equalCopies(pair);
  },
});

const BROKEN = {
  by: 1,
  said: /a record was changed, repeated or lost on its way$/,
  once: true,
} as const;
const ENDED = {
  by: 1,
  said: /closed the connection|lost|ECONNRESET/,
} as const;

onPair({
  name: "a machine in the middle changes, repeats, drops, adds or cuts records",
  idle: true,
  config: [{ dial: ["10.177.0.1"] }, {}],
  run: (pair) =>
    sufferHarms(pair, "records", [
      { harm: "there:flip", ...BROKEN },
      { harm: "there:repeat", ...BROKEN },
      { harm: "there:drop", ...BROKEN },
      { harm: "there:insert", ...BROKEN },
      { harm: "there:shorten", ...BROKEN },
      { harm: "there:cut", by: 1, said: /closed the connection|ECONNRESET/ },
      { harm: "back:flip", ...ENDED },
      { harm: "back:repeat", ...ENDED },
    ]),
});
