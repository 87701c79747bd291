import { strictEqual } from "node:assert/strict";
import { arbiterRefusal, ownedBy } from "./arbiter_refusal.ts";
import { newKey } from "./arbiter_store.ts";

const OWNED = ownedBy([
  { name: "node1", addresses: ["10.0.0.1"] },
  { name: "node2", addresses: ["fd00::2"] },
], ["10.0.0.9/24"]);

Deno.test("arbiterRefusal() takes no address that a node that is cut off answers itself", () => {
  const ping = (...addresses: string[]) =>
    arbiterRefusal({ kind: "ping", addresses }, OWNED);
  strictEqual(ping("10.0.0.254", "fd00::3", "10.0.0.11"), null);
  strictEqual(
    ping("10.0.0.254", "10.0.0.1"),
    "No arbiter: 10.0.0.1 belongs to node1, which would answer itself when it is cut off: expected one that both nodes reach only over the network, such as a router's",
  );
  for (
    const own of ["FD00:0::2", "10.0.0.9", "127.0.0.1", "127.9.9.9", "::1"]
      .concat(["0:0::1", "::", "0.0.0.0", "::ffff:10.0.0.1"])
  ) strictEqual(ping(own) === null, false, own);
  const witness = (address: string) =>
    arbiterRefusal({
      ...{ kind: "witness", address, port: 4810, key: newKey() },
      retired: false,
    }, OWNED);
  strictEqual(witness("10.0.0.3"), null);
  strictEqual(
    witness("fd00::2"),
    "No arbiter: fd00::2 belongs to node2, which would answer itself when it is cut off: expected that of a third machine",
  );
});
