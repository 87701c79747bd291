import assert from "node:assert/strict";
import type { ClusterState } from "../api/state.ts";
import { ClientError } from "../api/client.ts";
import { copyStep } from "./second.ts";

const level = {
  nodes: [{
    name: "node2",
    local: true,
    modules: [{
      name: "k3s",
      role: "SECOND",
      status: "Ready",
      upToDate: true,
      lastResync: { bytesSent: 3 * 2 ** 20 },
    }],
  }],
} as unknown as ClusterState;

Deno.test("the first copy goes on when the agent is late with an answer", async () => {
  const answers = [
    () => Promise.reject(new ClientError("no-answer", "late")),
    () => Promise.reject(new ClientError("no-agent", "begins again")),
    () => Promise.resolve(level),
  ];
  const said: string[] = [];
  const step = copyStep(
    {
      state: () => answers.shift()!(),
      role: () => assert.fail("nothing is to be started"),
    },
    { progress: () => ({ update() {}, end() {} }) },
    { wait: () => Promise.resolve() },
  );
  await step.do((text) => said.push(text));
  assert.deepEqual(said, ["SECOND on node2, 3 MiB crossed the network"]);
});
