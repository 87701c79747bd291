import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import { isSaid } from "../../../tests/console/is_said.ts";
import { sampleState } from "../../../tests/console/sample.ts";
import {
  DRILL,
  EXAMINED,
  LOG_1,
  LOG_2,
  RESOURCES,
} from "../../../tests/console/sample_story.ts";
import { clusterState, type Known } from "../../agent/status.ts";
import type { ModuleView } from "../../machine/state.ts";
import { EMPTY } from "../../replication/identity.ts";
import { lastingRefusal, NotLevel } from "../../replication/unlike_disks.ts";
import { DATA, moduleView } from "../../../tests/module_view.ts";
import { clusterEffects } from "../../module/cluster_plan.ts";
import { parseCluster, parseModule } from "../../module/load.ts";
import { NOTICE_LANGUAGES } from "../../module/notifications.ts";
import { conditions } from "../../notify/conditions.ts";
import { facts } from "../../../tests/notices.ts";
import { planChange, type Version } from "../../module/plan.ts";
import { type Cluster, moduleSchema } from "../../module/schema.ts";
import { mistakeIn } from "../client/config/changes.ts";
import { parseLine } from "../client/lines.ts";
import { PHRASES } from "./en/phrases.ts";
import { phrases as fr } from "./fr/phrases.ts";
import { phrases as ja } from "./ja/phrases.ts";
import { sayIn } from "./phrases.ts";
import { told } from "./speech.ts";
import { LANGUAGES } from "./texts.ts";

const PLACE = /\{([a-z]+)([*=!?]?)\}/g;

/** The full stop and what follows it: the only ones that are no sentence. */
const SENTENCES = PHRASES.filter((key) => key !== "." && key !== " ");

Deno.test("every phrase has the same places in every language, and the same commands", () => {
  const places = (text: string) =>
    [...new Set(Array.from(text.matchAll(PLACE), ([, name]) => name!))]
      .toSorted();
  const plain = (text: string) => text.replaceAll(PLACE, "{$1}");
  for (const phrases of [fr, ja]) {
    for (const key of SENTENCES) {
      const said = phrases[key];
      ok(said !== "", key);
      deepStrictEqual(places(said), places(key), said);
      for (
        const [command] of plain(key).matchAll(/"(hakit|systemctl) [^"]*"/g)
      ) {
        ok(said.includes(command), `${command}: ${said}`);
      }
    }
  }
});

Deno.test("speech() finds every phrase by itself, with its parts put in", () => {
  const nested = "the disk does not answer";
  for (const [language, phrases] of [["fr", fr], ["ja", ja]] as const) {
    const say = sayIn(language);
    for (const key of SENTENCES) {
      const given: { [name: string]: string } = {};
      const spoken = key.replaceAll(
        PLACE,
        (_, name, kind) =>
          given[name] ??= name === "role"
            ? "PRIM"
            : name === "state"
            ? "down"
            : name === "code"
            ? "127"
            : kind === "!"
            ? nested
            : kind === "?"
            ? ""
            : kind === ""
            ? `w-${name}`
            : `Of ${name} (2)`,
      );
      const expected = phrases[key].replaceAll(
        PLACE,
        (_, name) => given[name] === "" ? "" : say(given[name]!),
      );
      strictEqual(say(spoken), expected, spoken);
    }
  }
});

Deno.test("every phrase is one that the sources have: whoever changes a sentence changes its phrase, too", async () => {
  const sources = await textOf(new URL("../../", import.meta.url));
  const missing = SENTENCES.flatMap((key) =>
    key.split(PLACE).filter((_, at) => at % 3 === 0)
      .filter((piece) => piece.length >= 8 && !sources.includes(piece))
  );
  deepStrictEqual(missing, []);
});

/** All that this folder and those below it say, but for the phrases themselves and tests. */
async function textOf(folder: URL): Promise<string> {
  const texts: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const url = new URL(isDirectory ? `${name}/` : name, folder);
    if (isDirectory && name !== "text") texts.push(await textOf(url));
    const counts = name.endsWith(".ts") && !name.endsWith("_test.ts");
    if (counts) texts.push(await Deno.readTextFile(url));
  }
  // A long one is written in parts.
  return texts.join("\n").replaceAll(/["'`]\s*\+\s*["'`]/g, "");
}

Deno.test("speech() puts sentences into sentences, and leaves what it does not know", () => {
  const say = sayIn("fr");
  for (
    const [english, french] of [
      [
        'app runs nowhere: node1 waits. First start: neither node has data of this module yet; say "hakit prim app" on the node whose data is good.',
        'app ne tourne nulle part : node1 attend. Premier démarrage : aucun des nœuds n’a encore de données de ce module ; faites "hakit prim app" sur le nœud dont les données sont bonnes.',
      ],
      [
        "app is stopping on node1. No heartbeat of node2; what runs here is stopped first.",
        "app est en train de s’arrêter sur node1. node2 ne donne plus signe de vie ; ce qui tourne ici est d’abord arrêté.",
      ],
      [
        'failed 4 times in 24 hours, last: tcp.web is down (no answer within 500 ms); start it again when the cause is gone: "hakit start app"',
        '4 échecs en 24 h, le dernier : tcp.web est en panne (pas de réponse en 500 ms) ; redémarrez-le quand la cause aura disparu : "hakit start app"',
      ],
      [
        "script start_prim: the cat is gone; what runs here is stopped first",
        "script start_prim : the cat is gone ; ce qui tourne ici est d’abord arrêté",
      ],
      [
        "It is needed for K3s' API.",
        "Il est nécessaire pour l’API de K3s.",
      ],
      ["It is needed for the cat.", "Il est nécessaire pour the cat."],
      ["a newer node's words, and more", "a newer node's words, and more"],
      ["x".repeat(2001), "x".repeat(2001)],
    ] as const
  ) strictEqual(say(english), french);
});

Deno.test("told() leaves everything as it is but what is said", () => {
  const detail = "no answer within 500 ms";
  const resources = [
    { name: "tcp.web", state: "down", detail, since: 1 },
  ] as const;
  const one =
    "The link 10.0.0.1 to 10.0.0.2 is down: the nodes still hear each other on another one; check cable, switch and firewall.";
  const both = ["k3s runs nowhere: node1 waits.", "app is starting on node2."];
  const state = sampleState({ reason: "node2 starts first", resources }, {}, {
    sentence: both.join(" "),
    sentences: { k3s: both[0]!, app: both[1]! },
    warnings: [one],
  });
  deepStrictEqual(told(state, (text) => text), state);
  const said = told(state, sayIn("ja"));
  const module = said.nodes[0]!.modules[0]!;
  strictEqual(module.reason, "node2 が先に開始します");
  strictEqual(module.resources[0]!.detail, "500 ms 以内に応答がありません");
  for (const sentence of Object.values(said.sentences)) {
    ok(said.sentence.includes(sentence), sentence);
  }
  ok([said.arbiter, ...said.warnings].every((text) => /[ぁ-ん]/.test(text)));
});

const ROLES = ["STOP", "WAIT", "ALONE", "PRIM", "SECOND"] as const;

function view(change: Partial<ModuleView>): ModuleView {
  return moduleView({ status: "Ready", goal: "run", ...change });
}

/** Of two nodes; whatever there is to warn of is there. */
function state(
  mine: Partial<ModuleView> | null,
  theirs: Partial<ModuleView> | null,
  verdict: Known["peer"]["verdict"] = "alive",
  change: Partial<Known> = {},
) {
  const link = { local: "10.0.0.1", remote: "10.0.0.2", roundTripMs: 1 };
  const node = { version: "1", addresses: ["10.0.0.1"] };
  const known = (one: Partial<ModuleView> | null) => one ? [view(one)] : [];
  return clusterState({
    cluster: "c",
    timeoutMs: 2100,
    peerTimeoutMs: 5000,
    differs: ["links"],
    local: { ...node, name: "node1", modules: known(mine) },
    peer: {
      ...node,
      name: "node2",
      version: "2",
      modules: known(theirs),
      verdict,
      arbiterAnswers: change.arbiterAnswers,
    },
    links: [{ ...link, state: "down", blackHoleBytes: 1500 }],
    arbiter: { kind: "none" },
    arbiterAnswers: null,
    addresses: {},
    unmirrored: [],
    resources: {},
    index: 0,
    problems: [],
    ...change,
  });
}

Deno.test("every sentence of clusterState() is known: of all pairs of roles", () => {
  const resync = {
    stage: "data",
    bytesDone: 50 << 20,
    bytesTotal: 200 << 20,
    bytesSent: 0,
    bytesPerSecond: 10 << 20,
    secondsLeft: 75,
  } as const;
  const changes: readonly Partial<ModuleView>[] = [
    {},
    { status: "Transient" },
    { status: "NotReady", reason: "node3 starts first" },
    { status: "Transient", goal: "stop" },
    { status: "Transient", session: "lost" },
    {
      status: "Transient",
      reason: "the virtual address is not here, it is tried again: x",
    },
    { dirtyBytes: 3 << 20 },
    { failover: false, differences: 2 },
    { takeoverMs: 4200 },
    { identity: EMPTY },
    { resync },
    { resync: { ...resync, secondsLeft: null } },
    { resync: { ...resync, bytesTotal: 0 } },
    { resync: { ...resync, stage: "names" } },
    { resync: { ...resync, paused: true } },
    { resync: { ...resync, bytesTotal: 0, paused: true } },
  ];
  const newer = { ...DATA, bitmap: "b2" };
  for (const mine of [...ROLES, null]) {
    for (const theirs of [...ROLES, null]) {
      for (const change of changes) {
        for (const identity of [change.identity ?? DATA, newer]) {
          for (const verdict of ["alive", "lost"] as const) {
            const { sentence } = state(
              mine && { role: mine, ...change },
              theirs && { role: theirs, ...change, identity },
              verdict,
            );
            ok(isSaid(sentence), sentence);
          }
        }
      }
    }
  }
});

Deno.test("every sentence of clusterState() is known: warnings, and who decides", () => {
  const watch = {
    resources: [],
    maintenance: ["errd off", "checker off", "failover off", "boot off"],
  };
  const mine = {
    role: "PRIM",
    differences: 2,
    keeps: "node1",
    salvage: "2026-11-23T02-30-00-000Z",
    watch: { ...watch, maintenance: [...watch.maintenance, "boot on"] },
  } as const;
  const theirs = { role: "SECOND", keeps: null, watch } as const;
  const witness = { kind: "witness", id: "w", address: "10.0.0.3" } as const;
  const node = { name: "node1", version: "1", addresses: [] };
  const other = { ...node, name: "node2", verdict: "alive" } as const;
  const heeds = (id?: string) => [view({ ...theirs, witness: id })];
  const arbiters: readonly Partial<Known>[] = [
    { arbiter: { kind: "none" } },
    { peer: { ...other, modules: heeds("w") } },
    {
      arbiter: { ...witness, retired: false },
      local: { ...node, modules: heeds("w") },
    },
    {
      local: { ...node, modules: heeds("v") },
      peer: { ...other, modules: heeds("w") },
    },
    ...[true, false, null].flatMap((arbiterAnswers) =>
      [
        { arbiter: { kind: "ping" as const, addresses: ["10.0.0.4"] } },
        { arbiter: { ...witness, retired: false } },
        { arbiter: { ...witness, retired: true } },
      ].map((one) => ({ ...one, arbiterAnswers }))
    ),
  ];
  let most = 0;
  for (const arbiter of arbiters) {
    for (const claim of [1, undefined]) {
      for (const version of ["1", "2"]) {
        const said = state({ ...mine, claim }, theirs, "alive", {
          local: {
            name: "node1",
            version,
            addresses: [],
            modules: [view({ ...mine, claim })],
          },
          ...arbiter,
        });
        const hindered = said.nodes[1]!.modules[0]!.hindered ?? [];
        for (
          const sentence of [
            said.arbiter,
            said.sentence,
            ...said.warnings,
          ].concat(hindered)
        ) {
          ok(isSaid(sentence), sentence);
        }
        most = Math.max(most, said.warnings.length);
      }
    }
  }
  ok(most > 15, `${most} warnings at once`);
});

Deno.test("what another node's file system cannot hold is said in each language", () => {
  for (const what of ['"a/long"', 'the attributes of "a/b"']) {
    const error = new NotLevel(`its disk refuses ${what}: ENAMETOOLONG`, 36);
    const said = lastingRefusal(error, "node2");
    ok(isSaid(`k3s: ${said}`), `${said}`);
  }
});

Deno.test("everything that a change of configuration does is known", () => {
  const content = new Uint8Array(1);
  const file = (path: string, executable = false) => ({
    path,
    executable,
    content,
  });
  const version = (value: number, ...paths: string[]) => ({
    module: Object.fromEntries(
      Object.keys(moduleSchema.shape).map((key) => [key, value]),
    ),
    files: paths.map((path) => file(path)),
  } as unknown as Version);
  const part = (value: number) => ({
    trusted: value,
    heartbeat: { port: 1, timeout: value },
    console: { http: 1 },
  } as unknown as Cluster);
  const effects = [
    ...planChange(
      version(1, "module.yaml", "bin/old"),
      version(2, "module.yaml", "bin/start_prim", "extra.conf"),
    ).effects,
    ...clusterEffects(part(1), part(2)),
  ];
  ok(effects.length > 15, `${effects.length} effects`);
  for (const { text } of effects) ok(isSaid(text), text);
});

Deno.test("everything that is told by mail and webhook is known", () => {
  deepStrictEqual([...NOTICE_LANGUAGES], [...LANGUAGES]);
  const texts = new Set<string>();
  const see = (...given: Parameters<typeof facts>) => {
    for (const { text } of conditions(facts(...given)).values()) {
      if (text !== "") texts.add(text);
    }
  };
  for (const mine of ROLES) {
    for (const theirs of ROLES) {
      for (const reachable of [true, false]) {
        for (const reason of ["node3 starts first", undefined]) {
          const more = reason === undefined ? {} : { reason };
          see({ mine, theirs, reachable, ...more });
          see({ mine, theirs, reachable, moving: true, ...more });
        }
      }
    }
  }
  for (const resource of ["up", "down", "unknown"] as const) {
    for (const detail of ["no answer within 500 ms", null]) {
      see({ mine: "PRIM", theirs: "SECOND", resource, detail });
    }
  }
  for (const link of ["up", "down"] as const) {
    see({ mine: "PRIM", theirs: "SECOND", link, first: true, differences: 3 });
  }
  see({ mine: "PRIM", theirs: "SECOND", blackHoleBytes: 9000, first: true });
  for (const reason of ["failover", "handover"] as const) {
    see({ mine: "PRIM", theirs: "SECOND" }, {
      takeovers: [{ module: "shop", reason, lastSeconds: 2.3, lastAt: 1 }],
      disks: { "/var/log": reason === "failover" ? 0.1 : 0.5 },
      certificates: { "ca.pem": -1, "own.pem": 7, "node.pem": 900 },
      salvage: { shop: "2026-11-23T02-30-00-000Z" },
    });
  }
  ok(texts.size > 35, `${texts.size} texts`);
  deepStrictEqual([...texts].filter((text) => !isSaid(text)), []);
});

Deno.test("the usual mistakes in module.yaml are known", () => {
  const good = "name: app\nmode: mirror\n";
  const twice = "  tcp:\n" +
    "    - { name: web, host: 127.0.0.1, port: 80 }\n".repeat(2);
  for (
    const bad of [
      good + "hodl: 1\n",
      "mode: mirror\n",
      "name: App\nmode: mirror\n",
      good + "checkers:\n" + twice,
      good + "processes: [{ name: web }]\n",
      good + "directories: [{ path: /a }, { path: /a/b }]\nport: 5600\n",
      good + "boot_delay: 5x\n",
      good + "boot_delay: 5\n",
      good + "boot: yes\n",
      good + "max_restarts: -1\n",
      good + "max_restarts: 1.5\n",
      good + "port: 99999\n",
      good + `title: ${"x".repeat(121)}\n`,
      good + "virtual_addresses: [{ address: x }]\n",
      good + "checkers: { ping: [{ name: lan, address: 10.0.0.300 }] }\n",
      good + "resync: { limit: 50MB }\n",
      good + "variables: { password: x }\n",
      good + "variables: { PASSWORD: !x!y }\n",
    ]
  ) {
    throws(() => parseModule(bad, "app/module.yaml"), ({ message }: Error) => {
      const { line, text } = mistakeIn(message);
      ok(line !== null && isSaid(text), message);
      return true;
    });
  }
});

Deno.test("what a proxy's address must be is known", () => {
  const node = (n: number) => ({ name: `n${n}`, addresses: [`10.0.0.${n}`] });
  const cluster = {
    cluster: "c",
    id: "c1".repeat(16),
    nodes: [node(1), node(2)],
    console: { trusted_proxies: ["0.0.0.0/0"] },
  };
  throws(
    () => parseCluster(JSON.stringify(cluster), "cluster.yaml"),
    ({ message }: Error) => isSaid(mistakeIn(message).text),
  );
});

Deno.test("whatever the sample pages show of both nodes is known", () => {
  const shown = [
    ...[...LOG_1, ...LOG_2].map((line) => parseLine(line).text),
    ...RESOURCES.flatMap(({ history }) => history.map(({ detail }) => detail)),
    ...EXAMINED.findings.flatMap(({ what, why }) => [what, `${why}.`]),
    ...EXAMINED.well.map((title) => title.replace(/ \(node\d\)$/, "")),
    ...DRILL.timeline.map(({ what }) => what),
  ].filter((text) => text !== null);
  ok(shown.length > 25, `${shown.length} texts`);
  deepStrictEqual(shown.filter((text) => !isSaid(text)), []);
});
