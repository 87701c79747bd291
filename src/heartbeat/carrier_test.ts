import { strictEqual } from "node:assert/strict";
import { faultOf } from "../system/interface_flags.ts";
import { Carrier } from "./carrier.ts";

Deno.test("faultOf() tells an interface that is set down from one whose cable is out", () => {
  // ip link: <BROADCAST,MULTICAST,UP,LOWER_UP>, <NO-CARRIER,BROADCAST,MULTICAST,UP>, <BROADCAST,MULTICAST>
  strictEqual(faultOf(0x1043), null);
  strictEqual(faultOf(0x1003), "has no carrier");
  strictEqual(faultOf(0x1002), "is down");
});

Deno.test("Carrier.fault() says nothing of an interface that works, nor of an address that no interface has", () => {
  for (const address of ["127.0.0.1", "192.0.2.1"]) {
    const carrier = new Carrier(address);
    strictEqual(carrier.fault(0), null, address);
    strictEqual(carrier.fault(10_000), null, address);
    carrier.close();
  }
});
