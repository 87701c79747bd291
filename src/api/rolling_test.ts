import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { sampleState } from "../../tests/console/sample.ts";
import { LateError, restartAll, type RollingDoor, turn } from "./rolling.ts";

/** A pair whose agents begin again when they are asked; `primary` serves k3s. */
function pair(primary: "node1" | "node2") {
  const did: string[] = [];
  const lives = new Map([["node1", 1], ["node2", 1]]);
  let serves = primary;
  const door: RollingDoor & { restart(node: string): Promise<void> } = {
    state: () =>
      Promise.resolve(
        serves === "node1"
          ? sampleState()
          : sampleState({ role: "SECOND" }, { role: "PRIM" }),
      ),
    info: (node) =>
      Promise.resolve({ life: `${lives.get(node)}`, ready: true }),
    swap: (module, node) => {
      did.push(`swap ${module} from ${node}`);
      serves = node === "node1" ? "node2" : "node1";
      return Promise.resolve();
    },
    say: () => {},
    restart: (node) => {
      did.push(`restart ${node}`);
      // The order that this is about: nobody begins again while it serves.
      strictEqual(serves === node, false);
      lives.set(node, lives.get(node)! + 1);
      return Promise.resolve();
    },
  };
  return { did, door };
}

Deno.test("restartAll() moves away what a node serves before its agent begins again, on one node after the other", async () => {
  const { did, door } = pair("node1");
  await restartAll(["node2", "node1"], door);
  deepStrictEqual(did, [
    "restart node2",
    "swap k3s from node1",
    "restart node1",
  ]);
});

Deno.test("restartAll() leaves the other node alone when one was refused", async () => {
  const { did, door } = pair("node1");
  const refusing = {
    ...door,
    restart: (node: string) => {
      did.push(`asked ${node}`);
      return Promise.reject(new Error("refused"));
    },
  };
  await rejects(restartAll(["node2", "node1"], refusing), /refused/);
  deepStrictEqual(did, ["asked node2"]);
});

Deno.test("turn() ends before the copies are waited for when another agent began than was to", async () => {
  const { door } = pair("node1");
  const said: string[] = [];
  await rejects(
    turn("node2", { ...door, say: ({ did }) => said.push(did) }, {
      begin: () => door.restart("node2"),
      check: () => {
        throw new Error("put back");
      },
    }),
    /put back/,
  );
  deepStrictEqual(said, []);
});

Deno.test("turn() gives up in time, and says what it waited for", async () => {
  const { door } = pair("node1");
  const error = await turn("node2", door, {
    begin: () => Promise.resolve(),
    limitMs: 10,
  }).then(() => null, (error) => error);
  deepStrictEqual(error.wait, { for: "begin", node: "node2" });
});

Deno.test("restartAll() of a pair at rest moves nothing", async () => {
  const { did, door } = pair("node1");
  const rest = { role: "STOP", status: "NotReady" } as const;
  let life = 1;
  await restartAll(["node2", "node1"], {
    ...door,
    state: () => Promise.resolve(sampleState(rest, rest)),
    info: () => Promise.resolve({ life: `${life}`, ready: true }),
    restart: (node) => {
      did.push(`restart ${node}`);
      life++;
      return Promise.resolve();
    },
  });
  deepStrictEqual(did, ["restart node2", "restart node1"]);
});

Deno.test("restartAll() of a pair at rest goes on without a node that is not heard, and is done only when it is", async () => {
  const { did, door } = pair("node1");
  const rest = { role: "STOP", status: "NotReady" } as const;
  const said: string[] = [];
  const restart = (comesBack: boolean) => {
    let life = 1;
    let begun = 0;
    return restartAll(["node2", "node1"], {
      ...door,
      state: () => Promise.resolve(sampleState(rest, rest)),
      info: (node) =>
        node === "node1" || begun === 0 || comesBack && begun === 2
          ? Promise.resolve({ life: `${life}`, ready: true })
          : Promise.reject(new Error("no answer")),
      restart: (node) => {
        did.push(`restart ${node}`);
        life++;
        begun++;
        return Promise.resolve();
      },
      say: (step) => "node" in step && said.push(`${step.did} ${step.node}`),
    }, 10);
  };
  await restart(true);
  deepStrictEqual(did, ["restart node2", "restart node1"]);
  deepStrictEqual(said, ["unheard node2", "begin node1", "begin node2"]);
  await rejects(restart(false), LateError);
});
