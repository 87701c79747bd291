import assert from "node:assert/strict";
import { serveHttps } from "../api/https.ts";
import { report } from "../cli/report.ts";
import { createAuthority, fingerprint, issueCertificate } from "../api/tls.ts";
import { joinClient, JoinRefused } from "./join_client.ts";
import type { JoinToken } from "./join_token.ts";

const authority = createAuthority("k3s");
const certificate = issueCertificate(authority, {
  name: "node1",
  addresses: ["127.0.0.1"],
});

async function withServer(
  answer: (body: string, path: string) => Response,
  run: (token: JoinToken, bodies: string[]) => Promise<void>,
) {
  const bodies: string[] = [];
  await using server = await serveHttps({
    port: 0,
    hostname: "127.0.0.1",
    authority: authority.certPem,
    certificate,
    nodes: ["node1", "node2"],
    fetch: async (request) => {
      const body = await request.text();
      bodies.push(body);
      return answer(body, new URL(request.url).pathname);
    },
  });
  await run({
    v: 1,
    cluster: "k3s",
    id: "0".repeat(32),
    addresses: ["127.0.0.1"],
    port: server.port,
    fingerprint: fingerprint(certificate.certPem),
    secret: "A".repeat(43),
  }, bodies);
}

// node:tls and node:http keep a handle for a moment after the end.
const options = { sanitizeOps: false, sanitizeResources: false };

Deno.test(
  "joinClient() sends nothing to a server with another certificate",
  options,
  async () => {
    await withServer(() => new Response(), async (token, bodies) => {
      const client = joinClient({ ...token, fingerprint: "0".repeat(64) }, "m");
      await assert.rejects(
        client.welcome(),
        (error: Error) =>
          error instanceof JoinRefused &&
          /not the node that made/.test(error.message),
      );
      assert.deepEqual(bodies, []);
    });
  },
);

Deno.test(
  "joinClient() tells the other node's refusal, and an unusable answer, in one line",
  options,
  async () => {
    const refused = {
      error: {
        code: "refused",
        message: "the token has expired",
        remedy: "Make another",
      },
    };
    await withServer(
      () => Response.json(refused, { status: 403 }),
      async (token, bodies) => {
        await assert.rejects(joinClient(token, "m").welcome(), (error) => {
          assert.deepEqual(report(error), {
            line: "The other node refused: the token has expired",
            remedy: "Make another",
            code: 2,
          });
          return true;
        });
        assert.equal(JSON.parse(bodies[0]!).secret, token.secret);
      },
    );
    for (
      const [answer, line, remedy] of [
        [Response.json(refused, { status: 429 }), "the token has expired", {
          remedy: "Make another",
        }],
        [new Response("no JSON", { status: 500 }), "HTTP status 500", {}],
      ] as const
    ) {
      await withServer(() => answer, async (token) => {
        await assert.rejects(joinClient(token, "m").welcome(), (error) => {
          const said = `The other node could not answer: ${line}`;
          assert.deepEqual(report(error), { line: said, ...remedy, code: 1 });
          return true;
        });
      });
    }
    await withServer(
      () => Response.json({ node: "node2" }),
      async (token) => {
        await assert.rejects(
          joinClient(token, "m").welcome(),
          /cannot be used/,
        );
      },
    );
  },
);

Deno.test(
  "joinClient() tries the next address and names all that failed",
  options,
  async () => {
    await withServer(
      () => Response.json({ error: { message: "x" } }, { status: 403 }),
      async (token) => {
        const two = { ...token, addresses: ["127.0.0.2", "127.0.0.1"] };
        await assert.rejects(joinClient(two, "m").welcome(), JoinRefused);
        const none = { ...token, addresses: ["127.0.0.2", "127.0.0.3"] };
        await assert.rejects(
          joinClient(none, "m").welcome(),
          /Cannot reach .*127\.0\.0\.2: .*127\.0\.0\.3: /,
        );
      },
    );
  },
);

Deno.test("joinClient() streams a file whole", options, async () => {
  const bytes = crypto.getRandomValues(new Uint8Array(60_000));
  await withServer(
    () => new Response(bytes),
    async (token) => {
      const chunks: Uint8Array[] = [];
      await joinClient(token, "m").file(
        { name: "k3s", size: bytes.length, sha256: "" },
        (chunk) => {
          chunks.push(chunk.slice());
          return Promise.resolve();
        },
      );
      const got = new Uint8Array(
        await new Blob(chunks as BlobPart[]).arrayBuffer(),
      );
      assert.deepEqual(got, bytes);
    },
  );
});
