import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import {
  sampleModule,
  sampleNode,
  sampleState,
} from "../../tests/console/sample.ts";
import type { ModuleState } from "../api/state.ts";
import { EMPTY } from "../replication/identity.ts";
import { en } from "./text/en.ts";
import {
  dataState,
  headline,
  percent,
  places,
  placeTone,
  resyncText,
  roleMeaning,
  troubles,
  unbroken,
} from "./view.ts";
import { bytes, seconds } from "../system/units.ts";

const resync = {
  stage: "data",
  bytesDone: 450 * 1024 * 1024,
  bytesTotal: 1000 * 1024 * 1024,
  bytesSent: 400 * 1024 * 1024,
  bytesPerSecond: 50 * 1024 * 1024,
  secondsLeft: 11,
} as const;

Deno.test("headline() says Protected only when both nodes answer and are Ready", () => {
  const tone = (
    first: Partial<ModuleState>,
    second: Partial<ModuleState>,
  ) => headline(sampleState(first, second), en).tone;
  strictEqual(tone({}, {}), "good");
  strictEqual(
    tone({ role: "ALONE" }, { role: "STOP", status: "NotReady" }),
    "risk",
  );
  strictEqual(tone({ role: "ALONE" }, { status: "Transient" }), "risk");
  strictEqual(tone({ status: "Transient" }, {}), "busy");
  strictEqual(tone({ differences: 3 }, {}), "risk");
  strictEqual(tone({}, { failover: false }), "risk");
  strictEqual(tone({}, { hindered: "the witness does not answer" }), "risk");
  strictEqual(
    tone({ role: "WAIT", status: "NotReady" }, {
      role: "STOP",
      status: "NotReady",
    }),
    "bad",
  );
  const stopped = { role: "STOP", status: "NotReady" } as const;
  strictEqual(tone(stopped, stopped), "off");
});

const down = {
  name: "tcp.sql",
  state: "down",
  detail: "connection refused",
  since: 0,
} as const;

Deno.test("headline() is not Protected while a checker's resource is down, even where nothing follows from it", () => {
  const broken: Partial<ModuleState> = {
    resources: [down, { ...down, name: "custom.ok", state: "up" }],
  };
  for (const state of [sampleState(broken), sampleState({}, broken)]) {
    deepStrictEqual(headline(state, en), {
      tone: "risk",
      text: "Running, but something is down",
    });
    const both = places(state, "k3s");
    const at = both.findIndex(({ module }) => module?.resources.length);
    deepStrictEqual(both.map(placeTone).indexOf("risk"), at);
    deepStrictEqual(
      troubles(both).map(({ node, name }) => `${node} ${name}`),
      [`node${at + 1} tcp.sql`],
    );
  }
  // What is worse keeps its own words.
  const alone = sampleState({ ...broken, role: "ALONE" }, {
    role: "STOP",
    status: "NotReady",
  });
  strictEqual(headline(alone, en).text, en.overview.headlines.risk);
  const silent = sampleState({}, broken);
  const nodes = silent.nodes.map((node) =>
    node.local ? node : { ...node, reachable: false }
  );
  deepStrictEqual(troubles(places({ ...silent, nodes }, "k3s")), []);
});

Deno.test("troubles() names what cannot be told, which changes no tone; not what nobody looks at", () => {
  const blind: Partial<ModuleState> = {
    resources: [
      { ...down, name: "custom.sql", state: "unknown" },
      { ...down, name: "ping.router", state: "unknown", detail: null },
      { ...down, name: "tcp.web", state: "init" },
      { ...down, name: "custom.space", state: "up", detail: "40 % full" },
    ],
  };
  const state = sampleState({}, blind);
  strictEqual(headline(state, en).tone, "good");
  const both = places(state, "k3s");
  deepStrictEqual(both.map(placeTone), ["good", "good"]);
  deepStrictEqual(
    troubles(both).map(({ node, name, tone }) => `${node} ${name} ${tone}`),
    ["node2 custom.sql risk"],
  );
});

Deno.test("headline() does not believe what a silent node said last", () => {
  const state = sampleState({ role: "ALONE" });
  const [node1] = state.nodes;
  const silent = sampleNode("node2", [sampleModule({ role: "SECOND" })], {
    reachable: false,
  });
  strictEqual(headline({ ...state, nodes: [node1!, silent] }, en).tone, "risk");
  const stopped = sampleNode("node1", [
    sampleModule({ role: "STOP", status: "NotReady" }),
  ]);
  // Stopped here, and nobody knows about the other: that is not "as wanted".
  deepStrictEqual(headline({ ...state, nodes: [stopped, silent] }, en), {
    tone: "bad",
    text: "Not running here",
  });
  const [, place] = places({ ...state, nodes: [node1!, silent] }, "k3s");
  strictEqual(placeTone(place!), "bad");
  strictEqual(
    roleMeaning(place!, en),
    "Does not answer. It was SECOND when it was last heard.",
  );
  strictEqual(dataState(place!, en).text, "unknown until it answers");
});

Deno.test("a primary whose writes wait, or whom clients do not reach, is not on its way", () => {
  const moving = { status: "Transient" } as const;
  const address = (held: boolean) => [{ address: "10.0.0.9/24", held }];
  const said = (change: Partial<ModuleState>) => {
    const state = sampleState({ ...moving, ...change });
    const [place] = places(state, "k3s");
    return [
      headline(state, en).text,
      placeTone(place!),
      roleMeaning(place!, en),
    ];
  };
  const broken = ["Running, but something is down", "risk"];
  deepStrictEqual(said({ session: "lost" }), [
    ...broken,
    "Runs the service, but applications hang: writes wait for node2.",
  ]);
  const away = { role: "ALONE", addresses: address(false) } as const;
  deepStrictEqual(said({ ...away, reason: "the virtual address is taken" }), [
    ...broken,
    "Runs the service, but clients do not reach it.",
  ]);
  deepStrictEqual(said(away), ["Changing", "busy", "Taking over."]);
});

Deno.test("roleMeaning() does not call a secondary ready that would not take over", () => {
  const said = (change: Partial<ModuleState>) =>
    roleMeaning(places(sampleState({}, change), "k3s")[1]!, en);
  strictEqual(said({}), "Ready to take over from node1.");
  strictEqual(
    said({ hindered: "the witness 10.0.0.3 does not answer it" }),
    "Stands by, but does not take over if node1 dies: the witness 10.0.0.3 does not answer it.",
  );
});

Deno.test("headline() takes the module that is worst off", () => {
  const state = sampleState();
  const nodes = state.nodes.map((node) => ({
    ...node,
    modules: [
      ...node.modules,
      sampleModule({
        name: "mail",
        role: "WAIT",
        status: "NotReady",
      }),
    ],
  }));
  strictEqual(headline({ ...state, nodes }, en).tone, "bad");
});

Deno.test("dataState() says identical, behind, copying, alone, empty", () => {
  const texts = (
    first: Partial<ModuleState>,
    second: Partial<ModuleState>,
  ) =>
    places(sampleState(first, second), "k3s").map((place) =>
      dataState(place, en).text
    );
  deepStrictEqual(texts({}, {}), [
    "identical with node2",
    "identical with node1",
  ]);
  deepStrictEqual(
    texts({ role: "ALONE", session: "none", dirtyBytes: 3 << 20 }, {
      role: "STOP",
      session: "none",
      upToDate: false,
    }),
    ["newest copy, 3.0 MiB of it only here", "3.0 MiB behind node1"],
  );
  deepStrictEqual(
    texts({ session: "resync", resync }, {
      status: "Transient",
      session: "resync",
      upToDate: false,
    }),
    ["newest copy", "being copied from node1"],
  );
  deepStrictEqual(
    texts({ role: "ALONE", session: "none" }, {
      role: "WAIT",
      session: "none",
      identity: EMPTY,
    }),
    ["newest copy", "empty"],
  );
  strictEqual(texts({ session: "lost" }, {})[0], "writes wait for node2");
});

Deno.test("dataState() never calls a stopped copy up to date once the other node has gone on, or cannot be asked", () => {
  const stopped = {
    role: "STOP",
    status: "NotReady",
    session: "none",
  } as const;
  const level = { ...EMPTY, current: "a1", upToDate: true };
  const wentOn = { ...level, current: "a2", bitmap: "a1" };
  const text = (
    first: Partial<ModuleState>,
    second: Partial<ModuleState>,
    reachable = true,
  ) => {
    const state = sampleState(first, {
      ...stopped,
      identity: level,
      ...second,
    });
    // What is not heard is asked for on the other node's own page.
    const nodes = state.nodes.map((node) => ({
      ...node,
      local: node.name === "node2",
      reachable: node.name === "node2" || reachable,
    }));
    return dataState(places({ ...state, nodes }, "k3s")[1]!, en).text;
  };
  const alone = { role: "ALONE", session: "none", identity: wentOn } as const;
  strictEqual(text(alone, {}), "behind node1");
  strictEqual(
    text({ ...alone, dirtyBytes: 3 << 20 }, {}),
    "3.0 MiB behind node1",
  );
  strictEqual(text(alone, {}, false), "not known while node1 is silent");
  strictEqual(
    text({ ...alone, identity: level }, {}),
    "as it was when it stopped",
  );
  strictEqual(text(stopped, { identity: wentOn }), "newer than node1's");
  const old = { upToDate: false };
  strictEqual(text({ ...stopped, ...old }, old), "not up to date");
});

Deno.test("dataState() shows no copy under way when its source or its target has fallen silent", () => {
  const source = sampleModule({ role: "ALONE", session: "resync", resync });
  const half = sampleModule({
    role: "WAIT",
    status: "NotReady",
    session: "none",
    identity: { ...EMPTY, consistent: false },
  });
  const said = (here: "node1" | "node2", heard: boolean) => {
    const node = (name: string, module: ModuleState) =>
      sampleNode(name, [module], {
        local: name === here,
        reachable: name === here || heard,
      });
    const nodes = [node("node1", source), node("node2", half)];
    return dataState(places({ ...sampleState(), nodes }, "k3s")[1]!, en).text;
  };
  strictEqual(said("node2", true), "being copied from node1");
  strictEqual(said("node2", false), "half copied, not usable yet");
  strictEqual(said("node1", false), "unknown until it answers");
});

Deno.test("resyncText() shows percent, bytes, rate and time left, and 100 % only at the end", () => {
  strictEqual(
    resyncText(resync, en),
    "45 % · 450.0 MiB of 1000.0 MiB · 50.0 MiB/s · 11 s left",
  );
  strictEqual(percent({ ...resync, bytesDone: resync.bytesTotal }), 99);
  strictEqual(percent({ ...resync, bytesTotal: 0 }), 0);
  strictEqual(resyncText({ ...resync, stage: "names" }, en), "comparing names");
  match(
    resyncText({ ...resync, paused: true }, en),
    /^paused: \d+ % · [^·]+$/,
  );
});

Deno.test("bytes() and seconds() read as people write", () => {
  deepStrictEqual(
    [0, 1023, 1536, 1048575, 5 * 2 ** 40].map(bytes),
    ["0 B", "1023 B", "1.5 KiB", "1.0 MiB", "5.0 TiB"],
  );
  deepStrictEqual(
    [0.4, 59, 75, 3600, 7384].map(seconds),
    ["0 s", "59 s", "1 min 15 s", "1 h 0 min", "2 h 3 min"],
  );
});

Deno.test("unbroken() keeps a number and its unit together and nothing else", () => {
  strictEqual(
    unbroken("45 % at 50.0 MiB/s, 11 s left of 2 steps, 1 Bank"),
    "45\u00a0% at 50.0\u00a0MiB/s, 11\u00a0s left of 2 steps, 1 Bank",
  );
});

Deno.test("dataState() never calls copies identical that were found to differ", () => {
  const state = sampleState({ differences: 3 }, { role: "SECOND" });
  for (const place of places(state, state.nodes[0]!.modules[0]!.name)) {
    match(dataState(place, en).text, /^DIFFERS .* in 3 places/);
  }
});
