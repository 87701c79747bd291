import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { sleep } from "../system/clock.ts";
import { E, libc } from "../system/libc.ts";
import {
  type Accepted,
  acceptFrom,
  canonicalAddress,
  dial,
  listenOn,
} from "./socket.ts";

for (const [address, written] of [["127.0.0.1"], ["::1", "0::0:1"]]) {
  Deno.test(`acceptFrom() says where ${address} comes from as canonicalAddress() writes it`, async () => {
    const free = Deno.listen({ hostname: address!, port: 0 });
    const { port } = free.addr as Deno.NetAddr;
    free.close();
    const listening = listenOn(address!, port);
    ok("fd" in listening, "listens");
    const caller = dial(written ?? address!, port, address);
    let accepted: Accepted | null = null;
    while (!(accepted = acceptFrom(listening.fd))) await sleep(5);
    strictEqual(accepted.address, canonicalAddress(written ?? address!));
    for (const fd of [caller, accepted.fd, listening.fd]) libc.close(fd);
  });
}

Deno.test("listenOn() and dial() take no address that has another meaning elsewhere", () => {
  for (const address of ["999.1.1.1", "127.0.0.01", "::1%lo", "localhost"]) {
    deepStrictEqual(listenOn(address, 9), { error: E.INVAL });
    strictEqual(dial(address, 9, undefined), -1);
  }
});
