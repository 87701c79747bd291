import assert from "node:assert/strict";
import { join } from "node:path";
import { stringify } from "yaml";
import { invite } from "../cluster/invitation.ts";
import { keptText } from "../cluster/kept.ts";
import { places } from "../cluster/places.ts";
import { settingsSchema } from "../cluster/settings.ts";
import { type Welcome, welcomeSchema } from "../cluster/welcome.ts";
import { paths } from "../system/paths.ts";
import type { AuditEntry } from "./audit.ts";
import { joinRoutes } from "./join.ts";
import { createAuthority } from "./tls.ts";

type AuditWord = Omit<AuditEntry, "at">;
const ID = "0".repeat(32);
const MACHINE = "c".repeat(32);

async function inCluster(
  run: (
    post: (path: string, body: unknown) => Promise<Response>,
    secret: string,
    told: {
      readonly audit: AuditWord[];
      readonly log: string[];
      /** Nodes whose password K3s was to forget. */
      readonly forgotten: string[];
    },
  ) => Promise<void>,
  /** Whether K3s answers. */
  k3s = true,
) {
  const told = {
    audit: [] as AuditWord[],
    log: [] as string[],
    forgotten: [] as string[],
  };
  const home = await Deno.makeTempDir();
  try {
    const where = paths(home);
    const at = places(where);
    await Deno.mkdir(join(at.module, "bin"), { recursive: true });
    await Deno.writeTextFile(join(at.module, "module.yaml"), "name: k3s\n");
    await Deno.writeTextFile(
      join(at.module, "bin", "start_prim"),
      "#!/bin/sh\n",
    );
    await Deno.chmod(join(at.module, "bin", "start_prim"), 0o755);
    const authority = createAuthority("k3s");
    const texts: [string, string][] = [
      [
        at.cluster,
        stringify({
          cluster: "k3s",
          id: ID,
          nodes: [
            { name: "node1", addresses: ["10.0.0.1"] },
            { name: "node2", addresses: ["10.0.0.2"] },
          ],
        }),
      ],
      [at.node, "node1\n"],
      [at.key, "ab".repeat(32) + "\n"],
      [at.authority, authority.certPem],
      [at.authorityKey, authority.keyPem],
      [at.users, "users: []\n"],
      [at.password, "password1\n"],
      [at.k3sToken, "0123456789abcdef\n"],
      [
        at.settings,
        keptText({
          ...settingsSchema.parse({
            node1: "10.0.0.1",
            node2: "10.0.0.2",
            vip: "10.0.0.9/24",
          }),
          name1: "node1",
        }),
      ],
    ];
    for (const [file, text] of texts) await Deno.writeTextFile(file, text);
    const app = joinRoutes(where, {
      audit: { write: (entry) => told.audit.push(entry) },
      log: {
        info: (line) => told.log.push(`info ${line}`),
        warning: (line) => told.log.push(`warning ${line}`),
      },
      forget: (node) => {
        told.forgotten.push(node);
        return Promise.resolve(k3s);
      },
    });
    await run(
      async (path, body) =>
        await app.request(path, {
          method: "POST",
          body: JSON.stringify(body),
          headers: { "content-type": "application/json" },
        }, { connection: { kind: "network", address: "192.0.2.7" } }),
      await invite(at.invitation),
      told,
    );
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

Deno.test("POST /api/join gives the second node all it needs, twice to the same machine", async () => {
  await inCluster(async (post, secret) => {
    for (const _ of [1, 2]) {
      const response = await post("/api/join", {
        cluster: ID,
        secret,
        machine: MACHINE,
      });
      assert.equal(response.status, 200);
      const welcome: Welcome = welcomeSchema.parse(await response.json());
      assert.equal(welcome.node, "node2");
      assert.deepEqual(
        welcome.module.map(({ path, mode }) => [path, mode]),
        [["bin/start_prim", 0o755], ["module.yaml", 0o644]],
      );
      assert.match(welcome.certificate, /BEGIN CERTIFICATE/);
    }
    const other = await post("/api/join", {
      cluster: ID,
      secret,
      machine: "d".repeat(32),
    });
    assert.equal(other.status, 403);
    assert.match(await other.text(), /used by another machine/);
  });
});

Deno.test("POST /api/join has K3s take a server that was in the cluster before, and says so where K3s does not answer", async () => {
  const good = { cluster: ID, machine: MACHINE };
  for (const k3s of [true, false]) {
    await inCluster(
      async (post, secret, told) => {
        const ask = async (secret: string) => {
          await (await post("/api/join", { ...good, secret })).body?.cancel();
        };
        await ask("wrong");
        assert.deepEqual(told.forgotten, []);
        await ask(secret);
        assert.deepEqual(told.forgotten, ["node2"]);
        const said = told.log.filter((line) =>
          /^warning join: K3s does not answer .* delete secret node2\.node-password\.k3s$/
            .test(line)
        );
        assert.equal(said.length, k3s ? 0 : 1, told.log.join("\n"));
      },
      k3s,
    );
  }
});

Deno.test("POST /api/join refuses a wrong secret, another cluster and nonsense, and says no secret", async () => {
  await inCluster(async (post, secret) => {
    const good = { cluster: ID, secret, machine: MACHINE };
    const tries: [unknown, number, RegExp][] = [
      [{ ...good, secret: "wrong" }, 403, /not valid/],
      [{ ...good, cluster: "1".repeat(32) }, 403, /another cluster/],
      [{ ...good, machine: "../../x" }, 400, /Expected/],
      [{ ...good, extra: 1 }, 400, /Expected/],
      [null, 400, /Expected/],
      [{ ...good, secret: "x".repeat(10_000) }, 413, /short body/],
    ];
    for (const [body, status, expected] of tries) {
      const response = await post("/api/join", body);
      const text = await response.text();
      assert.equal(response.status, status, text);
      assert.match(text, expected);
      assert(!text.includes("password1"));
    }
  });
});

Deno.test("POST /api/join/file gives only files that are listed", async () => {
  await inCluster(async (post, secret) => {
    const good = { cluster: ID, secret, machine: MACHINE };
    for (const name of ["../../etc/shadow", "k3s", "images/x.tar"]) {
      const response = await post("/api/join/file", { ...good, name });
      assert.equal(response.status, 404);
      await response.body?.cancel();
    }
    const wrong = await post("/api/join/file", {
      ...good,
      secret: "wrong",
      name: "k3s",
    });
    assert.equal(wrong.status, 403);
    await wrong.body?.cancel();
  });
});

Deno.test("audit and log tell which machine joined from where, and which was refused, without the secret", async () => {
  await inCluster(async (post, secret, told) => {
    const good = { cluster: ID, secret, machine: MACHINE };
    const tries = [
      { ...good, secret: "wrong-secret" },
      good,
      { ...good, machine: "d".repeat(32) },
    ];
    for (const body of tries) {
      await (await post("/api/join", body)).body?.cancel();
    }
    await (await post("/api/join/file", { ...good, name: "k3s" })).body
      ?.cancel();
    assert.deepEqual(
      told.audit.map(({ who, from, what, result }) =>
        [who, from, what, result].join(", ")
      ),
      [
        `machine ${MACHINE}, 192.0.2.7, POST /api/join, refused`,
        `machine ${MACHINE}, 192.0.2.7, POST /api/join, done`,
        `machine ${"d".repeat(32)}, 192.0.2.7, POST /api/join, refused`,
        `machine ${MACHINE}, 192.0.2.7, POST /api/join/file, done`,
      ],
    );
    assert.match(told.audit[2]!.detail, /used by another machine/);
    const log = told.log.join("\n");
    assert.match(log, /^warning join refused: machine c{32} from 192\.0\.2\.7/);
    assert.match(log, /^info join: machine c{32} .* the cluster's key/m);
    assert.equal(
      (log + JSON.stringify(told.audit)).includes(secret) ||
        log.includes("wrong-secret"),
      false,
    );
  });
});

Deno.test("a stranger who is refused again and again waits, and fills no audit", async () => {
  await inCluster(async (post, _secret, told) => {
    const statuses: number[] = [];
    for (let count = 0; count < 20; count++) {
      const answer = await post("/api/join", {
        cluster: ID,
        secret: "wrong",
        machine: MACHINE,
      });
      statuses.push(answer.status);
      await answer.body?.cancel();
    }
    assert.equal(statuses[0], 403);
    assert.equal(statuses.at(-1), 429);
    assert.ok(told.audit.length < 10, `${told.audit.length}`);
  });
});
