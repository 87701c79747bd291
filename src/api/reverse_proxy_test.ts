/** Whom a request counts as: what a stranger can reach by writing headers himself, and what a proxy's users must not share. */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { Hono } from "hono";
import { type AuthEnv, type Connection, isLocal } from "./caller.ts";
import { serveHttp } from "./https.ts";
import { isOwnOrigin } from "./origin.ts";
import { throughProxy } from "./reverse_proxy.ts";

const PROXIES = ["127.0.0.1", "10.42.0.0/16", "fd00::/64"];

function from(address: string, forwarded?: string): Connection {
  const headers = forwarded === undefined
    ? {}
    : { "x-forwarded-for": forwarded };
  return throughProxy(address, headers, PROXIES);
}

const addressOf = (connection: Connection) =>
  connection.kind === "network" && connection.address;

Deno.test("throughProxy() takes the address that the last named proxy has heard, whatever stands before it", () => {
  for (
    const [said, client] of [
      ["192.0.2.7", "192.0.2.7"],
      // What the browser wrote itself, the proxy's word behind it.
      ["198.51.100.1, 192.0.2.7", "192.0.2.7"],
      ["127.0.0.1, 192.0.2.7", "192.0.2.7"],
      // Two proxies, both named.
      ["198.51.100.1, 192.0.2.7, 10.42.3.4", "192.0.2.7"],
      ["192.0.2.7:4711", "192.0.2.7"],
      ["[2001:db8::7]:4711", "2001:db8::7"],
      ["[2001:db8::7]", "2001:db8::7"],
      ["::ffff:192.0.2.7", "192.0.2.7"],
      // Nobody: it stays with the proxy.
      ["", "127.0.0.1"],
      ["unknown", "127.0.0.1"],
      ["192.0.2.7, _hidden", "127.0.0.1"],
      [`192.0.2.7${", 10.42.0.1".repeat(1000)}`, "10.42.0.1"],
    ] as const
  ) strictEqual(addressOf(from("127.0.0.1", said)), client, said);
  strictEqual(addressOf(from("fd00::1", "192.0.2.7")), "192.0.2.7");
});

Deno.test("throughProxy() believes no header of anybody else", () => {
  for (const address of ["192.0.2.9", "127.0.0.2", "::1"]) {
    const connection = throughProxy(address, {
      "x-forwarded-for": "127.0.0.1",
      "x-forwarded-host": "console.example",
    }, PROXIES);
    deepStrictEqual(connection, { kind: "network", address, handedOn: true });
  }
  deepStrictEqual(from("192.0.2.9"), { kind: "network", address: "192.0.2.9" });
});

Deno.test("isLocal() is nobody who comes through a proxy, named or not, not even when it says so", () => {
  const forged = "127.0.0.1";
  strictEqual(isLocal(from("127.0.0.1", forged)), false);
  strictEqual(isLocal(from("127.0.0.1")), false);
  strictEqual(isLocal(from("127.0.0.2")), true);
  for (const trace of ["x-forwarded-for", "x-real-ip", "forwarded", "via"]) {
    const headers = { [trace]: "192.0.2.7" };
    strictEqual(isLocal(throughProxy("::1", headers, [])), false, trace);
  }
});

Deno.test("isOwnOrigin() compares with the name that the browser used, where a named proxy asks by another", async () => {
  const app = new Hono<AuthEnv>()
    .get("/", (c) => c.text(String(isOwnOrigin(c))));
  const own = async (address: string) => {
    const headers = {
      host: "127.0.0.1:9080",
      origin: "https://console.example",
      "x-forwarded-host": "console.example",
    };
    const connection = throughProxy(address, headers, PROXIES);
    return await (await app.request("/", { headers }, { connection })).text();
  };
  strictEqual(await own("127.0.0.1"), "true");
  strictEqual(await own("192.0.2.9"), "false");
});

Deno.test("serveHttp() gives a named proxy as many connections as there are, and knows who is behind it", async () => {
  await using server = await serveHttp({
    port: 0,
    hostname: "127.0.0.1",
    proxies: ["127.0.0.0/8"],
    patience: { perAddress: 2 },
    fetch: (_request, env) => Response.json(env.connection),
  });
  const sockets: Deno.Conn[] = [];
  try {
    for (let count = 0; count < 5; count++) {
      sockets.push(await Deno.connect({ port: server.port }));
    }
    for (const [index, socket] of sockets.entries()) {
      const lines = [
        "GET / HTTP/1.1",
        "Host: x",
        "X-Forwarded-For: 198.51.100.1",
        `X-Forwarded-For: 192.0.2.${index}`,
        "Connection: close",
      ];
      const text = lines.join("\r\n") + "\r\n\r\n";
      await socket.write(new TextEncoder().encode(text));
      const answer = await new Response(socket.readable).text();
      deepStrictEqual(JSON.parse(/\{.*\}/.exec(answer)![0]), {
        kind: "network",
        address: `192.0.2.${index}`,
        handedOn: true,
      });
    }
  } finally {
    // Read to their ends: closed already.
    for (const socket of sockets) {
      try {
        socket.close();
      } catch { /* So. */ }
    }
  }
});
