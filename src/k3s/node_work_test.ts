import assert from "node:assert/strict";
import type { AgentApi } from "../cli/agent_api.ts";
import { back, leave, lost, type Station, type World } from "./node_work.ts";

/** What the pair and Kubernetes look like at some second of the story. */
interface Moment {
  readonly role?: string;
  /** The other node's. */
  readonly there?: string;
  readonly heard?: boolean;
  readonly answers?: readonly string[];
  /** Kubernetes does not answer. */
  readonly mute?: boolean;
  readonly nodes?: readonly object[];
  readonly deployments?: readonly object[];
}

const ADDRESS = "10.0.0.2";

function node(name: string, more: object = {}, annotations: object = {}) {
  return {
    metadata: { name, annotations },
    spec: more,
    status: {
      addresses: [{ type: "InternalIP", address: `10.0.0.${name.at(-1)}` }],
      conditions: [{ type: "Ready", status: "True" }],
    },
  };
}

/** A station whose hours pass in no time; what it said, and what Kubernetes was told. */
function stationWith(
  at: (second: number) => Moment,
  { fails, stops = false }: {
    readonly fails?: RegExp;
    readonly stops?: boolean;
  } = {},
) {
  let ms = 0;
  const told: string[] = [];
  const said: string[] = [];
  const gone = new Set<string>();
  const now = () => at(Math.round(ms / 1000));
  const things = (args: readonly string[]): readonly object[] => {
    const { nodes = [node("node1"), node("node2")], deployments = [] } = now();
    switch (args[1]) {
      case "nodes":
        return nodes;
      case "deployments":
        return deployments;
      case "pods":
        return gone.has("db-0") ? [] : [{
          metadata: { namespace: "shop", name: "db-0" },
          spec: { nodeName: "node2" },
        }];
      case "leases":
        return args.includes("--namespace=kube-system") && !gone.has("k3s")
          ? [{ metadata: { name: "k3s" }, spec: { holderIdentity: "rack8" } }]
          : [];
      default:
        throw new Error(args.join(" "));
    }
  };
  const world: World = {
    host: () => "rack7",
    stops: () => Promise.resolve(stops),
    answering: () => Promise.resolve([...now().answers ?? []]),
    clock: {
      now: () => ms,
      sleep(length) {
        ms += length;
        return Promise.resolve();
      },
    },
    kubectl(args) {
      const reply = (code: number, stdout = "", stderr = "") =>
        Promise.resolve({ code, stdout, stderr });
      if (now().mute) return reply(1, "", "no route to host");
      if (args[0] === "get") {
        return reply(0, JSON.stringify({ items: things(args) }));
      }
      told.push(args.slice(0, 3).join(" "));
      if (fails?.test(args.join(" "))) {
        return reply(1, "", "at first\nrefused");
      }
      if (args[0] === "delete") gone.add(args[2]!);
      return reply(0);
    },
  };
  const api = {
    state: () =>
      Promise.resolve({
        nodes: [
          {
            local: true,
            name: "node1",
            modules: [{ name: "k3s", role: now().role ?? "ALONE" }],
          },
          {
            local: false,
            name: "node2",
            reachable: now().heard ?? false,
            addresses: [ADDRESS],
            modules: [{ name: "k3s", role: now().there ?? "SECOND" }],
          },
        ],
      }),
  } as unknown as AgentApi;
  const station: Station = {
    ...{ api, module: "k3s", self: "node1", world },
    say: (text) => said.push(text),
  };
  return { station, told, said, seconds: () => ms / 1000 };
}

const FENCED = { fence: "witness", policy: "fenced" } as const;
const RELEASE = ["taint node node2", "delete lease k3s", "delete pod db-0"];

Deno.test("lost() waits out an orderly shutdown: heard, then answering, then gone; its pods are released then", async () => {
  const story = stationWith((second) => ({
    heard: second < 40,
    answers: second < 60 ? [ADDRESS] : [],
    nodes: [
      node("node1"),
      node(
        "node2",
        second < 61
          ? {}
          : { taints: [{ key: OUT_OF_SERVICE, value: "hakit" }] },
      ),
    ],
  }));
  await lost(story.station, FENCED);
  assert.deepEqual(story.told, RELEASE);
  assert.deepEqual(story.said.slice(0, 2), [
    "Waits: node2 is heard",
    `Waits: node2 answers at ${ADDRESS}`,
  ]);
  assert.match(story.said.at(-1)!, /released after 62\.\d s/);
});

const OUT_OF_SERVICE = "node.kubernetes.io/out-of-service";

Deno.test("lost() touches nothing of a peer that comes back, or that lives on beside this node", async () => {
  const returned = stationWith((second) => ({
    heard: true,
    role: second < 30 ? "ALONE" : "PRIM",
  }));
  await lost(returned.station, FENCED);
  assert.deepEqual(returned.told, []);
  assert.equal(
    returned.said.at(-1),
    "Left alone: this node is PRIM, not ALONE",
  );

  const stays = stationWith(() => ({ heard: true }));
  await lost(stays.station, FENCED);
  assert.deepEqual(stays.told, []);
  assert.equal(stays.said.at(-1), "Given up after 5 min: node2 is heard");
  assert(stays.seconds() < 320);
});

Deno.test("lost() asks again where kubectl failed, and until Kubernetes answers", async () => {
  const story = stationWith((second) => ({ mute: second < 20 }));
  await lost(story.station, FENCED);
  // The stand-in's node keeps no taint: it is set at each look until the limit.
  assert.deepEqual(story.told.slice(0, 3), RELEASE);
  assert.equal(story.said[0], "Waits: the API server does not answer yet");

  // After a power cut K3s unpacks itself first.
  const slow = stationWith((second) => ({ mute: second < 900 }));
  await lost(slow.station, FENCED);
  assert.deepEqual(slow.told.slice(0, 3), RELEASE);
  assert(slow.told.filter((words) => words === RELEASE[0]).length > 10);
  const silent = stationWith(() => ({ mute: true }));
  await lost(silent.station, FENCED);
  assert.match(silent.said.at(-1)!, /^Given up after 30 min: the API server/);

  const refused = stationWith(() => ({}), { fails: /delete pod/ });
  await lost(refused.station, FENCED);
  assert(refused.told.filter((words) => words === RELEASE[2]).length > 100);
  assert(
    refused.said.includes(`kubectl ${RELEASE[2]} --namespace=shop: refused`),
  );
});

Deno.test("back() opens this node when K3s answers, and ends with a module that stops", async () => {
  const closed = node("node1", { unschedulable: true }, {
    "hakit/cordoned": "true",
  });
  const story = stationWith((second) => ({
    role: "SECOND",
    mute: second < 3600,
    nodes: [second < 3615 ? closed : node("node1")],
  }));
  await back(story.station);
  assert.deepEqual(story.told, ["uncordon node1", "annotate node node1"]);
  assert.equal(story.said.at(-1), "Node node1 takes pods");

  const leaves = stationWith(
    () => ({ role: "SECOND", nodes: [closed] }),
    { stops: true },
  );
  await back(leaves.station);
  assert.deepEqual(leaves.told, []);

  const stopped = stationWith((second) => ({
    role: second < 10 ? "SECOND" : "STOP",
    mute: true,
  }));
  await back(stopped.station);
  assert.equal(stopped.said.at(-1), "Left alone: this node is STOP");
});

Deno.test("back() wants the second name server that K3s has one of", async () => {
  const story = stationWith((second) => ({
    role: "PRIM",
    deployments: [{
      metadata: { name: "coredns" },
      spec: { replicas: second < 2 ? 1 : 2 },
    }],
  }));
  await back(story.station);
  assert(story.told.every((words) => words === "scale deployment coredns"));
  assert(story.told.length > 0);
});

Deno.test("leave() closes the node before it asks pods to go, and goes on to no drain where that failed", async () => {
  const story = stationWith(() => ({}));
  await leave(story.station, 30);
  assert.deepEqual(story.told, [
    "annotate node node1",
    "cordon node1",
    "drain node1 --ignore-daemonsets",
  ]);
  assert.equal(story.said.at(-1), "Pods have left this node");

  const refused = stationWith(() => ({}), { fails: /^cordon/ });
  await leave(refused.station, 30);
  assert.equal(refused.said.at(-1), "kubectl cordon node1: refused");

  const mute = stationWith(() => ({ mute: true }));
  await leave(mute.station, 30);
  assert.match(mute.said[0]!, /the API server does not answer/);
});

Deno.test("leave() waits for a node that has just begun again, and then has the rest of its time", async () => {
  const closed = node("node2", { unschedulable: true }, {
    "hakit/cordoned": "true",
  });
  const drained: string[] = [];
  const opening = (second: number) => ({
    heard: true,
    nodes: [node("node1"), second < 20 ? closed : node("node2")],
  });
  const story = stationWith(opening);
  const { kubectl } = story.station.world!;
  await leave({
    ...story.station,
    world: {
      ...story.station.world!,
      kubectl(args, timeoutMs) {
        if (args[0] === "drain") drained.push(args.at(-1)!);
        return kubectl(args, timeoutMs);
      },
    },
  }, 60);
  assert.deepEqual(drained, ["--timeout=40s"]);
  assert.deepEqual(story.said.slice(0, 1), ["Waits: node2 takes no pods yet"]);
  assert.equal(story.said.at(-1), "Pods have left this node");

  const never = stationWith(() => ({ ...opening(0) }));
  await leave(never.station, 60);
  assert.equal(never.seconds(), 60);
  assert.equal(
    never.said.at(-1),
    "Pods are not asked to leave: node2 takes no pods yet",
  );

  // Whoever is away, or stops as well, opens nothing.
  for (const more of [{ heard: false }, { there: "STOP" }]) {
    const alone = stationWith(() => ({ ...opening(0), ...more }));
    await leave(alone.station, 60);
    assert.equal(alone.seconds(), 0);
    assert.match(alone.said[0]!, /no other node could take its pods/);
  }
});
