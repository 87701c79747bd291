/** Database and accounts of K3s' datastore in a real MariaDB: what a run that was cut off left half made is found. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { keptText, readKept } from "../../src/cluster/kept.ts";
import { settingsSchema } from "../../src/cluster/settings.ts";
import {
  hasDatastore,
  makeDatastore,
  makeTables,
  withServer,
} from "../../src/k3s/database.ts";
import { OBSTACLE } from "./database.ts";

const ignore = OBSTACLE !== null;
const because = ignore ? ` (left out: ${OBSTACLE})` : "";

Deno.test({
  name: `hasDatastore() wants database, accounts and what they may${because}`,
  ignore,
  async fn() {
    const settings = settingsSchema.parse({
      ...{ node1: "10.0.0.1", node2: "10.0.0.2", vip: "10.0.0.100/24" },
    });
    const kept = readKept(keptText({ ...settings, name1: "node1" }), "test");
    const home = await Deno.makeTempDir({ dir: "/var/tmp", prefix: "hakit-" });
    try {
      await Deno.chmod(home, 0o755);
      const data = join(home, "data");
      await makeTables(data);
      await withServer(data, async (server) => {
        assert.equal(await hasDatastore(server, kept), false);
        await makeDatastore(server, kept, "secret123");
        assert.equal(await hasDatastore(server, kept), true);
        // A power cut between CREATE USER and GRANT.
        await server.sql("REVOKE ALL ON k3s.* FROM 'k3s'@'10.0.0.2';");
        assert.equal(await hasDatastore(server, kept), false);
        await makeDatastore(server, kept, "secret123");
        assert.equal(await hasDatastore(server, kept), true);
        // Less than all is not enough either.
        await server.sql("REVOKE CREATE ON k3s.* FROM 'k3s'@'10.0.0.100';");
        assert.equal(await hasDatastore(server, kept), false);
        await makeDatastore(server, kept, "secret123");
        await server.sql("CREATE USER 'k3s'@'10.9.9.9';");
        assert.equal(await hasDatastore(server, kept), false);
      });
    } finally {
      await Deno.remove(home, { recursive: true });
    }
  },
});

Deno.test({
  name:
    `where MariaDB's profile of AppArmor is loaded, its server is never started within it${because}`,
  ignore,
  async fn() {
    const home = await Deno.makeTempDir({ dir: "/var/tmp", prefix: "hakit-" });
    try {
      await Deno.chmod(home, 0o755);
      const [data, tool, told] = ["data", "aa-exec", "told"]
        .map((name) => join(home, name));
      await Deno.writeTextFile(
        tool!,
        `#!/bin/sh\necho "$1 $2 $3 $4" >>${told}\nshift 3\nexec "$@"\n`,
        { mode: 0o755 },
      );
      const outside = () =>
        Promise.resolve([tool!, "-p", "unconfined", "--"] as const);
      await makeTables(data!, outside);
      await withServer(data!, ({ sql }) => sql("SELECT 1;"), outside);
      const started = (await Deno.readTextFile(told!)).trim().split("\n");
      // The script that makes the tables may start it more than once.
      assert(started.length >= 2);
      for (const line of started) {
        assert.equal(line, "-p unconfined -- /usr/sbin/mariadbd");
      }
    } finally {
      await Deno.remove(home, { recursive: true });
    }
  },
});
