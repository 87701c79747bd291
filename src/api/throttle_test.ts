import { ok, strictEqual } from "node:assert/strict";
import { addressKey, Throttle } from "./throttle.ts";

const limits = {
  free: 3,
  firstMs: 1000,
  longestMs: 60_000,
  forgetMs: 600_000,
  keys: 4,
};

Deno.test("Throttle lets three failures pass, then doubles the wait up to the longest", () => {
  const throttle = new Throttle(limits);
  const waits: number[] = [];
  let now = 0;
  for (let attempt = 0; attempt < 12; attempt++) {
    throttle.attempt("a", now);
    const wait = throttle.waitMs("a", now);
    waits.push(wait);
    now += wait;
    strictEqual(throttle.waitMs("a", now), 0);
  }
  strictEqual(
    waits.join(),
    "0,0,0,1000,2000,4000,8000,16000,32000,60000,60000,60000",
  );
});

Deno.test("Throttle counts guesses that are still being compared", () => {
  const throttle = new Throttle(limits);
  for (let guess = 0; guess < 4; guess++) throttle.attempt("a", 0);
  ok(throttle.waitMs("a", 0) > 0);
  throttle.succeeded("a");
  strictEqual(throttle.waitMs("a", 0), 0);
});

Deno.test("Throttle forgets a key after its time and remembers a bounded number", () => {
  const throttle = new Throttle(limits);
  for (let guess = 0; guess < 9; guess++) throttle.attempt("a", 0);
  ok(throttle.waitMs("a", 1) > 0);
  strictEqual(throttle.waitMs("a", limits.forgetMs), 0);
  for (const key of ["b", "c", "d", "e"]) throttle.attempt(key, 2);
  strictEqual(throttle.waitMs("a", 3), 0);
});

Deno.test("addressKey() takes the /64 of an IPv6 address and the IPv4 address inside a mapped one", () => {
  strictEqual(addressKey("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64");
  strictEqual(addressKey("2001:db8:1:2::9"), "2001:db8:1:2::/64");
  strictEqual(addressKey("::ffff:10.0.0.7"), "10.0.0.7");
  strictEqual(addressKey("fe80::1%eth0"), "fe80:0:0:0::/64");
  strictEqual(addressKey("10.0.0.7"), "10.0.0.7");
});
