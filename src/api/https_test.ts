import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { Buffer } from "node:buffer";
import { connect } from "node:net";
import { connect as connectTls } from "node:tls";
import { type HttpsOptions, serveHttp, serveHttps } from "./https.ts";
import { createAuthority, issueCertificate } from "./tls.ts";
import type { Connection } from "./auth.ts";
import type { PatienceLimits } from "./patience.ts";

const authority = createAuthority("office");
const node1 = issueCertificate(authority, { name: "node1", addresses: [] });
const node2 = issueCertificate(authority, { name: "node2", addresses: [] });

function serve(
  patience: Partial<PatienceLimits> = {},
  more: Partial<HttpsOptions> = {},
) {
  return serveHttps({
    patience,
    port: 0,
    hostname: "127.0.0.1",
    authority: authority.certPem,
    certificate: node1,
    nodes: ["node1", "node2"],
    fetch: (_request, env) => Response.json(env.connection),
    ...more,
  });
}

async function ask(
  port: number,
  certificate?: { certPem: string; keyPem: string },
): Promise<Connection> {
  using client = Deno.createHttpClient({
    caCerts: [authority.certPem],
    ...(certificate
      ? { cert: certificate.certPem, key: certificate.keyPem }
      : {}),
  });
  // The dom library's RequestInit does not know Deno's `client`.
  const init = { client } as RequestInit;
  const response = await fetch(`https://localhost:${port}/`, init);
  return await response.json();
}

Deno.test("serveHttps() knows the peer by its certificate and a browser by its address", async () => {
  await using server = await serve();
  deepStrictEqual(await ask(server.port, node2), {
    kind: "peer",
    node: "node2",
  });
  deepStrictEqual(await ask(server.port), {
    kind: "network",
    address: "127.0.0.1",
  });
});

Deno.test("serveHttps() takes a certificate of a strange authority or name for the network", async () => {
  await using server = await serve();
  const strange = issueCertificate(createAuthority("office"), {
    name: "node2",
    addresses: [],
  });
  const guest = issueCertificate(authority, { name: "guest", addresses: [] });
  for (const certificate of [strange, guest]) {
    const connection = await ask(server.port, certificate)
      .catch(() => ({ kind: "refused" }));
    strictEqual(connection.kind === "peer", false, JSON.stringify(connection));
  }
});

Deno.test("serveHttps() survives bytes that are no TLS", async () => {
  await using server = await serve();
  await new Promise<void>((resolve) => {
    const socket = connect(server.port, "127.0.0.1", () => {
      socket.write(crypto.getRandomValues(new Uint8Array(4096)));
    });
    socket.on("error", () => {});
    socket.on("close", () => resolve());
    socket.resume();
  });
  strictEqual((await ask(server.port)).kind, "network");
});

Deno.test("serveHttps() says in one line that the port is taken", async () => {
  await using server = await serve();
  await rejects(
    serveHttps({
      port: server.port,
      hostname: "127.0.0.1",
      authority: authority.certPem,
      certificate: node1,
      nodes: [],
      fetch: () => new Response(),
    }),
    /Cannot serve the console on port \d+: .*(in use|EADDRINUSE)/,
  );
});

Deno.test("serveHttps() closes whoever sends half a header or nothing, and serves others meanwhile", async () => {
  await using server = await serve({ perAddress: 60, idleMs: 300 });
  const { port } = server;
  const end = Promise.withResolvers<void>();
  const slow = connectTls(
    { port, host: "127.0.0.1", rejectUnauthorized: false },
    () => slow.write("GET / HTTP/1.1\r\nHost: x\r\nX-Slow: "),
  );
  slow.on("error", () => {});
  slow.on("close", () => end.resolve());
  slow.resume();
  strictEqual((await ask(port)).kind, "network");
  const late = setTimeout(() => end.reject(new Error("still open")), 5000);
  await end.promise;
  clearTimeout(late);
});

Deno.test("serveHttps() takes only so many connections of one address, and forgets those that ended", async () => {
  await using server = await serve({ perAddress: 5, idleMs: 10_000 });
  let closed = 0;
  const ends: Promise<void>[] = [];
  const sockets = Array.from({ length: 8 }, () => {
    const socket = connect(server.port, "127.0.0.1");
    const end = Promise.withResolvers<void>();
    ends.push(end.promise);
    socket.on("error", () => {});
    socket.on("close", () => {
      closed++;
      end.resolve();
    });
    socket.resume();
    return socket;
  });
  for (let tries = 0; closed < 3 && tries < 100; tries++) await pause(20);
  await pause(50);
  strictEqual(closed, 3);
  for (const socket of sockets) socket.destroy();
  await Promise.all(ends);
  await pause(100);
  strictEqual((await ask(server.port)).kind, "network");
});

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

Deno.test("serveHttps() shows another certificate from the next handshake on, and an own one only by its name", async () => {
  await using server = await serve();
  const company = createAuthority("company");
  const own = issueCertificate(company, {
    name: "console",
    addresses: ["one.hakit.example", "two.hakit.example"],
  });
  const renewed = issueCertificate(authority, { name: "node1", addresses: [] });
  // A name for each call: a client that knows a name goes on with its old session, in which no certificate is shown.
  const shown = (servername: string) =>
    new Promise<string>((resolve, reject) => {
      const socket = connectTls({
        port: server.port,
        host: "127.0.0.1",
        rejectUnauthorized: false,
        servername,
      }, () => {
        resolve(Buffer.from(socket.getPeerCertificate().raw).toString("hex"));
        socket.destroy();
      });
      socket.on("error", reject);
    });
  const before = await shown("a.example");
  server.show({ certificate: renewed, own });
  const after = await shown("b.example");
  strictEqual(before === after, false);
  const theirs = await shown("one.hakit.example");
  strictEqual(theirs === after, false);
  deepStrictEqual(await ask(server.port, node2), {
    kind: "peer",
    node: "node2",
  });
  server.show({ certificate: renewed, own: null });
  strictEqual(await shown("two.hakit.example"), after);
});

Deno.test("serveHttp() takes nobody for the peer, and closes whoever says nothing", async () => {
  await using server = await serveHttp({
    port: 0,
    hostname: "127.0.0.1",
    patience: { perAddress: 10, idleMs: 300 },
    fetch: (_request, env) => Response.json(env.connection),
  });
  const answer = await fetch(`http://127.0.0.1:${server.port}/`);
  deepStrictEqual(await answer.json(), {
    kind: "network",
    address: "127.0.0.1",
  });
  await new Promise<void>((resolve) => {
    const socket = connect(server.port, "127.0.0.1");
    socket.on("error", () => {});
    socket.on("close", () => resolve());
    socket.resume();
  });
});

/** What comes back for these bytes over plain HTTP. */
async function raw(port: number, text: string): Promise<string> {
  using socket = await Deno.connect({ port, hostname: "127.0.0.1" });
  await socket.write(new TextEncoder().encode(text));
  return await new Response(socket.readable).text();
}

Deno.test("serveHttp() answers a load balancer that speaks HTTP/1.0 and names no host", async () => {
  await using server = await serveHttp({
    port: 0,
    hostname: "127.0.0.1",
    fetch: (request) => new Response(new URL(request.url).pathname),
  });
  const answer = await raw(server.port, "GET /health/k3s HTTP/1.0\r\n\r\n");
  strictEqual(answer.split("\r\n")[0], "HTTP/1.1 200 OK", answer);
  strictEqual(answer.includes("/health/k3s"), true, answer);
});

Deno.test("serveHttp() logs requests that are none once, however many a stranger sends", async () => {
  const lines: string[] = [];
  await using server = await serveHttp({
    port: 0,
    hostname: "127.0.0.1",
    fetch: () => new Response("ok"),
    log: (line) => lines.push(line),
  });
  for (const host of ["a b", "a/b", "a@b"]) {
    const answer = await raw(
      server.port,
      `GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`,
    );
    strictEqual(answer.split("\r\n")[0], "HTTP/1.1 400 Bad Request");
  }
  deepStrictEqual(lines, ["request failed: Invalid URL"]);
});

/** Bytes without end, one piece each `everyMs`; and then none, but the stream stays open. */
function pieces(everyMs: number, count = Infinity) {
  let sent = 0;
  return new Response(
    new ReadableStream<Uint8Array>({
      async pull(controller) {
        if (sent++ >= count) return await new Promise(() => {});
        await pause(everyMs);
        controller.enqueue(new Uint8Array(65_536));
      },
    }),
  );
}

const REQUEST = new TextEncoder().encode("GET / HTTP/1.1\r\nHost: x\r\n\r\n");

/** A client that reads nothing by itself. */
async function request(port: number): Promise<Deno.TlsConn> {
  const caCerts = [authority.certPem];
  const socket = await Deno.connectTls({
    port,
    hostname: "localhost",
    caCerts,
  });
  await socket.write(REQUEST);
  return socket;
}

Deno.test("serveHttps() cuts an answer that nobody reads, and no other", async () => {
  const limits = { stallMs: 400, slowest: 1000, idleMs: 10_000 };
  const ended = new Set<string>();
  const of = async (name: string, answer: Response) => {
    const server = await serve(limits, {
      fetch: (request) => {
        request.signal.addEventListener("abort", () => ended.add(name));
        return answer;
      },
    });
    const socket = await request(server.port);
    return {
      socket,
      async [Symbol.asyncDispose]() {
        socket.close();
        await server[Symbol.asyncDispose]();
      },
    };
  };
  await using _never = await of("never read", pieces(1));
  await using slow = await of("read slowly", pieces(1));
  await using _quiet = await of("a quiet stream", pieces(1, 1));
  await using plain = await serveHttp({
    port: 0,
    hostname: "127.0.0.1",
    patience: limits,
    fetch: (request) => {
      request.signal.addEventListener("abort", () => ended.add("plain"));
      return pieces(1);
    },
  });
  using unread = await Deno.connect({ port: plain.port });
  await unread.write(REQUEST);
  const bytes = new Uint8Array(1 << 20);
  // What the kernel holds for a reader counts as read: it takes that in gulps.
  for (let tries = 0; tries < 30; tries++) {
    await pause(100);
    for (let gulp = 0; gulp < 30; gulp++) await slow.socket.read(bytes);
  }
  deepStrictEqual([...ended].sort(), ["never read", "plain"]);
});

Deno.test("serveHttps() leaves places for the nodes when strangers hold all others", async () => {
  const limits = { places: 3, idleMs: 10_000 };
  const from = ["127.0.0.2", "127.0.0.3", "127.0.0.4"];
  for (const nodeAddresses of [[], ["127.0.0.1"]]) {
    await using server = await serve(limits, { nodeAddresses });
    const strangers = await Promise.all(
      from.map((localAddress) => {
        const { promise, resolve } = Promise.withResolvers<void>();
        const socket = connect(
          { port: server.port, host: "127.0.0.1", localAddress },
          () => resolve(),
        );
        socket.on("error", () => {});
        return promise.then(() => socket);
      }),
    );
    deepStrictEqual(strangers.map((socket) => socket.localAddress), from);
    const node = await ask(server.port, node2)
      .then(({ kind }) => kind, () => "no place");
    strictEqual(node, nodeAddresses.length > 0 ? "peer" : "no place");
    for (const socket of strangers) socket.destroy();
    await pause(50);
  }
});
