import { match, ok, strictEqual } from "node:assert/strict";
import type { ModuleView } from "../machine/state.ts";
import { DATA, moduleView as view } from "../../tests/module_view.ts";
import { clusterState, type Known } from "./status.ts";

function sentence(
  mine: Partial<ModuleView> | null,
  theirs: Partial<ModuleView> | null,
  verdict: Known["peer"]["verdict"] = "alive",
): string {
  return state(mine, theirs, verdict).sentence;
}

function state(
  mine: Partial<ModuleView> | null,
  theirs: Partial<ModuleView> | null,
  verdict: Known["peer"]["verdict"] = "alive",
  change: Partial<Known> = {},
  peer: Partial<Known["peer"]> = {},
) {
  const link = { local: "10.0.0.1", remote: "10.0.0.2", roundTripMs: 1 };
  return clusterState({
    cluster: "c",
    timeoutMs: 2100,
    peerTimeoutMs: null,
    differs: [],
    local: {
      name: "node1",
      version: "1",
      addresses: ["10.0.0.1"],
      modules: mine ? [view(mine)] : [],
    },
    peer: {
      name: "node2",
      version: "1",
      addresses: ["10.0.0.2"],
      modules: theirs ? [view(theirs)] : [],
      verdict,
      ...peer,
    },
    links: [{ ...link, state: "up" }, { ...link, state: "up" }],
    arbiter: { kind: "none" },
    arbiterAnswers: null,
    addresses: { k3s: ["10.0.0.9/24"] },
    unmirrored: [],
    resources: {},
    index: 0,
    problems: [],
    ...change,
  });
}

const PRIM = { role: "PRIM", status: "Ready", goal: "run" } as const;
const SECOND = { role: "SECOND", status: "Ready", goal: "run" } as const;
const ALONE = { role: "ALONE", status: "Ready", goal: "run" } as const;

Deno.test("clusterState() says the same on both nodes while all is well", () => {
  const text =
    "k3s runs on node1 (PRIM); node2 holds an identical copy and begins to take over about 3 s after node1 dies.";
  strictEqual(sentence(PRIM, SECOND), text);
  strictEqual(
    sentence(SECOND, PRIM),
    text.replaceAll("node1", "x").replaceAll("node2", "node1")
      .replaceAll("x", "node2"),
  );
});

Deno.test("clusterState() foretells from what a takeover of the secondary has taken, not of the primary", () => {
  strictEqual(
    sentence({ ...PRIM, takeoverMs: 60_000 }, { ...SECOND, takeoverMs: 4200 }),
    "k3s runs on node1 (PRIM); node2 holds an identical copy and serves about 7 s after node1 dies (its last takeover took 4.2 s).",
  );
});

Deno.test("clusterState() says that a primary's disk hangs, alone too", () => {
  const reason =
    "applications wait: the disk of node1 has not ended an fsync for 15 s";
  match(
    sentence({ ...PRIM, reason }, SECOND),
    /\. Applications wait: the disk of node1 has not ended an fsync for 15 s\.$/,
  );
  match(
    sentence({ ...PRIM, role: "ALONE", reason }, null),
    /\. Applications wait: the disk of node1 /,
  );
});

Deno.test("clusterState() does not call on its way what serves while its writes wait, or clients do not reach it", () => {
  const moving = { ...PRIM, status: "Transient" } as const;
  strictEqual(
    sentence({ ...moving, session: "lost", reason: "writes wait: x" }, SECOND),
    "k3s runs on node1, and its applications hang: writes wait for node2. Writes wait: x.",
  );
  const reason = "the virtual address is not here, it is tried again: x";
  strictEqual(
    sentence({ ...moving, role: "ALONE", reason }, SECOND),
    `k3s runs ALONE on node1, but clients do not reach it: ${reason}.`,
  );
  strictEqual(
    sentence({ ...moving, reason }, SECOND),
    `k3s runs on node1 (PRIM), but clients do not reach it: ${reason}.`,
  );
  match(sentence({ ...moving, reason: null }, SECOND), /is on its way to PRIM/);
});

Deno.test("clusterState() promises no takeover that failover off forbids, and no identical copy that differs", () => {
  strictEqual(
    sentence({ ...PRIM, differences: 2 }, { ...SECOND, failover: false }),
    "k3s runs on node1 (PRIM); node2 holds a copy that DIFFERS in 2 places and does not take over if node1 dies: failover is off.",
  );
});

Deno.test("clusterState() promises no takeover that the arbiter does not let happen, on either node", () => {
  const witness = {
    kind: "witness",
    id: "w",
    address: "10.0.0.3",
    retired: false,
  } as const;
  const ping = { kind: "ping", addresses: ["10.0.0.4"] } as const;
  const second = { ...SECOND, claim: 3 };
  const said = (
    arbiter: Known["arbiter"],
    answers: boolean | null | undefined,
    view: Partial<ModuleView> = second,
  ) => {
    // From the secondary itself, and from the primary, to which it says so.
    const here = state(view, PRIM, "alive", {
      arbiter,
      arbiterAnswers: answers ?? null,
    });
    const there = state(
      PRIM,
      view,
      "alive",
      { arbiter, arbiterAnswers: true },
      {
        arbiterAnswers: answers,
      },
    );
    if (answers !== undefined) {
      strictEqual(
        there.sentence,
        here.sentence.replaceAll("node1", "x").replaceAll("node2", "node1")
          .replaceAll("x", "node2"),
      );
      strictEqual(
        there.nodes[1]!.modules[0]!.hindered,
        here.nodes[0]!.modules[0]!.hindered,
      );
    }
    return there.sentence;
  };
  for (const answers of [false, null]) {
    strictEqual(
      said(witness, answers),
      "k3s runs on node1 (PRIM); node2 holds an identical copy and does not take over if node1 dies: the witness 10.0.0.3 does not answer it.",
    );
    match(
      said(ping, answers),
      /dies: its ping of 10\.0\.0\.4 is not answered\.$/,
    );
  }
  match(
    said(witness, true, SECOND),
    /dies: the witness 10\.0\.0\.3 has not been told yet that its copy is level\.$/,
  );
  match(said({ ...witness, retired: true }, true), /is being removed\.$/);
  // An older version does not say whether it is answered.
  for (const answers of [true, undefined]) {
    match(said(witness, answers), /begins to take over/);
    match(said(ping, answers), /begins to take over/);
  }
});

Deno.test("clusterState() names the command that ends a switch, also where module.yaml says auto", () => {
  const watch = { resources: [], maintenance: ["boot off", "failover off"] };
  const { warnings } = state({ ...PRIM, watch }, SECOND);
  match(warnings[0]!, /BOOT OFF for k3s on node1: .*"hakit boot auto -m k3s"/);
  match(
    warnings[1]!,
    /the service is down until a person moves it; "hakit failover on -m k3s" ends it/,
  );
});

Deno.test("clusterState() names what is kept on either node until it is dropped", () => {
  const salvage = "2026-11-23T02-30-00-000Z";
  const warned = (
    mine?: string,
    theirs?: string,
    verdict: Known["peer"]["verdict"] = "alive",
  ) =>
    state({ ...PRIM, salvage: mine }, { ...SECOND, salvage: theirs }, verdict)
      .warnings.filter((line) => line.startsWith("KEPT DATA"));
  strictEqual(warned().length, 0);
  match(
    warned(undefined, salvage)[0]!,
    /of k3s on node2: .*"hakit salvage show k3s\/2026-11-23T02-30-00-000Z" .*"hakit salvage export [^"]+ FILE" .*drop [^"]+" destroys the only copy/,
  );
  strictEqual(warned(salvage, salvage).length, 2);
  strictEqual(warned(salvage, salvage, "lost").length, 1);
  const shown = state(PRIM, { ...SECOND, salvage }).nodes[1]!.modules[0]!;
  strictEqual(shown.salvage, salvage);
});

Deno.test("clusterState() warns of a cluster.yaml that differs, of the same version", () => {
  const warned = (version: string) => {
    const change = { differs: ["links", "console"] };
    const { warnings } = state(PRIM, SECOND, "alive", {
      ...change,
      local: { name: "node1", version, addresses: [], modules: [view(PRIM)] },
    });
    return warnings.find((line) => line.startsWith("cluster.yaml"));
  };
  // Not systemd's restart, which would stop the modules of that node.
  match(
    warned("1")!,
    /between node1 and node2 \(links, console\): make it .*"hakit upgrade --restart" on one/,
  );
  strictEqual(warned("2"), undefined);
});

Deno.test("clusterState() warns of time-outs that differ", () => {
  for (const [timeoutMs, warned] of [[2100, false], [5000, true]] as const) {
    const { warnings } = state(PRIM, SECOND, "alive", {
      peerTimeoutMs: timeoutMs,
    });
    strictEqual(
      warnings.some((line) =>
        /heartbeat\.timeout .*5000 ms .*"hakit upgrade --restart"/.test(line)
      ),
      warned,
    );
  }
});

Deno.test("clusterState() warns of a side to keep that only one node names", () => {
  const warned = (mine?: string | null, theirs?: string | null) =>
    state({ ...PRIM, keeps: mine }, { ...SECOND, keeps: theirs })
      .warnings.find((line) => line.startsWith("split_brain.keep"));
  match(
    warned("node1", null) ?? "",
    /is node1 on node1 and nothing on node2, .*cluster.yaml of both, then "hakit upgrade --restart"/,
  );
  strictEqual(warned("node1", "node1"), undefined);
  strictEqual(warned(null, null), undefined);
  // An older version says nothing of it.
  strictEqual(warned("node1", undefined), undefined);
});

Deno.test("clusterState() says on both nodes that only one of them heeds a witness, or each another one", () => {
  const witness = { kind: "witness", id: "w", address: "10.0.0.3" } as const;
  const said = (mine?: string, theirs?: string, retired = false) => {
    const arbiter = mine === undefined
      ? { kind: "none" } as const
      : { ...witness, retired };
    const { arbiter: sentence, unlike, warnings, nodes, ...all } = state(
      { ...PRIM, witness: mine },
      { ...SECOND, witness: theirs },
      "alive",
      { arbiter, arbiterAnswers: true },
    );
    strictEqual(unlike, mine === theirs || retired ? undefined : sentence);
    if (unlike !== undefined) {
      match(all.sentence, /does not take over .*: the two nodes do not heed/);
      ok(nodes[1]!.modules[0]!.hindered);
    }
    return warnings.includes(sentence) ? sentence : "";
  };
  match(
    said("w"),
    /^node1 .*node2 does not: .*on node1, .*"hakit witness add" again/,
  );
  match(said(undefined, "w"), /^node2 .*node1 does not: .*on node2, /);
  match(said("w", "v"), /different witnesses/);
  strictEqual(said("w", "w"), "");
  match(said(), /^There is no arbiter/);
  // It is being removed, and the other node has forgotten it already.
  strictEqual(said("w", undefined, true), "");
});

Deno.test("clusterState() says that nothing has a second copy while the peer is away", () => {
  const text = sentence({ ...ALONE, dirtyBytes: 3 << 20 }, SECOND, "lost");
  const alone =
    "k3s runs ALONE on node1: node2 is not reachable, nothing written now has a second copy (3.0 MiB so far); start node2, or repair the links between the nodes.";
  strictEqual(
    text,
    `${alone} If node2 is on, it may serve k3s, too: then what one of the two writes is set aside. Look at node2; if it serves, say "hakit stop k3s" on one of them now.`,
  );
  // Only a witness excludes that.
  const parted = (arbiter: Known["arbiter"]) =>
    state({ ...ALONE, dirtyBytes: 3 << 20 }, SECOND, "lost", { arbiter })
      .sentence;
  const ping = { kind: "ping", addresses: ["10.0.0.4"] } as const;
  strictEqual(parted(ping), text);
  const witness = { id: "w", address: "10.0.0.3", retired: false };
  strictEqual(parted({ kind: "witness", ...witness }), alone);
});

Deno.test("clusterState() shows the progress of a resync, from either side", () => {
  const resync = {
    stage: "data",
    bytesDone: 50 << 20,
    bytesTotal: 200 << 20,
    bytesSent: 0,
    bytesPerSecond: 10 << 20,
    secondsLeft: 75,
  } as const;
  const copying = {
    ...SECOND,
    status: "Transient",
    session: "resync",
    resync,
  } as const;
  const expected =
    /runs ALONE on node1; node2 is being brought up to date: 25 % of 200\.0 MiB at 10\.0 MiB\/s, 1 min 15 s left\. Until then node2 cannot take over\.$/;
  match(sentence({ ...ALONE, resync }, { ...copying, resync: null }), expected);
  match(sentence(ALONE, copying), expected);
  match(
    sentence({ ...ALONE, resync: { ...resync, paused: true } }, copying),
    /up to date: paused at 25 % of 200\.0 MiB, "hakit resync continue k3s" lets it go on\. Until/,
  );
});

Deno.test("clusterState() says why a node waits and what to do", () => {
  const reason = 'waits for node2: it may have newer data; "hakit prim k3s"';
  strictEqual(
    sentence({ role: "WAIT", goal: "run", reason }, null, "unknown"),
    'k3s does not run on node1; whether node2, which is not reachable, runs it is not known here. Waits for node2: it may have newer data; "hakit prim k3s".',
  );
  strictEqual(
    sentence({ role: "WAIT", goal: "run", reason: "node2 starts first" }, {}),
    "k3s runs nowhere: node1 waits. node2 starts first.",
  );
});

Deno.test("clusterState() does not claim that a module runs nowhere while the other node is not reachable", () => {
  const unknown =
    "whether node2, which is not reachable, runs it is not known here.";
  for (const verdict of ["lost", "unknown"] as const) {
    for (const theirs of [PRIM, SECOND, {}]) {
      strictEqual(
        sentence({}, theirs, verdict),
        `k3s does not run on node1; ${unknown} k3s is stopped on node1: say "hakit start k3s".`,
      );
      strictEqual(
        sentence(SECOND, theirs, verdict),
        `k3s does not run on node1; ${unknown}`,
      );
      strictEqual(
        sentence(null, theirs, verdict),
        `k3s is not installed on node1; ${unknown}`,
      );
    }
  }
});

Deno.test("clusterState() says where a module is not installed by what installs it as it is here", () => {
  // "hakit module install" would put the bare template over both.
  strictEqual(
    sentence(ALONE, null),
    'k3s runs ALONE on node1: it is not installed on node2, nothing written now has a second copy; say "hakit module config k3s --apply" on node1 to install it on both.',
  );
});

Deno.test("clusterState() says that a module stops while what runs there is taken away, though it is to run", () => {
  const reason = "no heartbeat of node2; what runs here is stopped first";
  const mine = { role: "WAIT", status: "Transient", goal: "run" } as const;
  strictEqual(
    sentence({ ...mine, reason, leaving: true }, null, "lost"),
    "k3s is stopping on node1. node2 is not reachable. No heartbeat of node2; what runs here is stopped first.",
  );
  match(sentence(mine, null, "lost"), /^k3s is starting on node1\./);
});

Deno.test("clusterState() tells of two primaries", () => {
  match(sentence(ALONE, ALONE), /runs on BOTH nodes/);
  // What it said before it was lost is history.
  match(sentence(ALONE, PRIM, "lost"), /node2 is not reachable/);
});

Deno.test("clusterState() names the node with the newer data when both are stopped", () => {
  const newer = { ...DATA, bitmap: "b2" };
  match(sentence({ identity: newer }, {}), /node1 has the newer data/);
  match(sentence({}, { identity: newer }), /node2 has the newer data/);
});

Deno.test("clusterState() has a sentence for every pair of roles", () => {
  const roles = ["STOP", "WAIT", "ALONE", "PRIM", "SECOND"] as const;
  for (const mine of [...roles, null]) {
    for (const theirs of [...roles, null]) {
      for (const verdict of ["alive", "lost", "unknown"] as const) {
        for (const status of ["Ready", "Transient", "NotReady"] as const) {
          const text = sentence(
            mine && { role: mine, status },
            theirs && { role: theirs, status },
            verdict,
          );
          match(text, /^[kN].{20,}\.$/);
          strictEqual(/undefined|null|NaN|\.\./.test(text), false, text);
        }
      }
    }
  }
});

Deno.test("clusterState() warns of a broken link, of a single one, and of the missing arbiter", () => {
  const link = { local: "10.0.0.1", remote: "10.0.0.2", roundTripMs: null };
  const { warnings } = state(PRIM, SECOND, "alive", {
    links: [{ ...link, state: "down" }],
  });
  strictEqual(warnings.length, 3);
  match(warnings[0]!, /10\.0\.0\.1 to 10\.0\.0\.2 is down/);
  match(warnings[1]!, /only one link .*, then "hakit upgrade --restart"\.$/);
  match(
    warnings[2]!,
    /no arbiter.*"hakit witness install" on a third machine, then "hakit witness add ADDRESS"/,
  );
});

Deno.test("clusterState() warns of a link that carries no large packets, while the other node is heard", () => {
  const said = (verdict: Known["peer"]["verdict"], blackHoleBytes = 1500) => {
    const links = [
      { local: "10.0.0.1", remote: "10.0.0.2", blackHoleBytes },
      { local: "10.1.0.1", remote: "10.1.0.2" },
    ].map((link) => ({ ...link, roundTripMs: 1, state: "up" } as const));
    return state(PRIM, SECOND, verdict, { links }).warnings
      .filter((warning) => warning.includes(`${blackHoleBytes} bytes`));
  };
  strictEqual(said("alive").length, 1);
  match(
    said("alive")[0]!,
    /the link 10\.0\.0\.1 to 10\.0\.0\.2, small ones do.*ip link set INTERFACE mtu 1400/,
  );
  match(said("alive", 9000)[0]!, /ip link set INTERFACE mtu 1500"/);
  strictEqual(said("lost").length, 0);
});

Deno.test("clusterState() says where to look when the witness does not answer, and does not accuse one that was not heard yet", () => {
  const arbiter = {
    kind: "witness",
    id: "w",
    address: "10.0.0.3",
    retired: false,
  } as const;
  const said = (arbiterAnswers: boolean | null) =>
    state(PRIM, SECOND, "alive", { arbiter, arbiterAnswers });
  const silent = said(false);
  match(
    silent.arbiter,
    /does not answer node1.*"systemctl status hakit-witness" there/,
  );
  strictEqual(silent.warnings.includes(silent.arbiter), true);
  const early = said(null);
  match(
    early.arbiter,
    /has not answered node1 yet: until it does there is no failover.*"hakit witness admit" there/,
  );
  strictEqual(early.warnings.length, 0);
});

Deno.test("clusterState() says of a pinged address that is silent what it costs, and how to be rid of it", () => {
  const { warnings } = state(PRIM, SECOND, "alive", {
    arbiter: { kind: "ping", addresses: ["10.0.0.4"] },
    arbiterAnswers: false,
  });
  match(
    warnings.at(-1)!,
    /or the other node dies now, this node stops what it serves, and as SECOND does not take over; .*"hakit witness remove" while both/,
  );
});

Deno.test("clusterState() is loud about copies that were found to differ", () => {
  const found = { ...PRIM, differences: 3, proven: "2026-11-23T17:00:00Z" };
  for (const [mine, theirs] of [[found, SECOND], [SECOND, found]] as const) {
    const { warnings, nodes } = state(mine, theirs);
    match(
      warnings[0]!,
      /DIFFER in 3 places.*First find the failing disk.*If it is the primary's, "hakit swap k3s" first; then "hakit verify k3s --repair", which overwrites/,
    );
    strictEqual(
      Math.max(...nodes.map(({ modules }) => modules[0]!.differences)),
      3,
    );
  }
  strictEqual(
    state(PRIM, SECOND).warnings.some((text) => text.includes("DIFFER")),
    false,
  );
});

Deno.test("clusterState() passes on that another folder stands in the mirrored one's place, of either node", () => {
  const waits = { role: "WAIT", status: "NotReady", goal: "run" } as const;
  const strange = { ...waits, otherFolder: true };
  const { nodes } = state(strange, strange, "alive");
  for (const { modules } of nodes) strictEqual(modules[0]!.otherFolder, true);
  const whole = state(waits, waits, "alive").nodes;
  for (const { modules } of whole) {
    strictEqual("otherFolder" in modules[0]!, false);
  }
});
