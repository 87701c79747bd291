/** Database and accounts of K3s' datastore in a real MariaDB: what a run that was cut off left half made is found. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { keptText, readKept } from "../../src/cluster/kept.ts";
import { settingsSchema } from "../../src/cluster/settings.ts";
import {
  hasDatastore,
  makeDatastore,
  withServer,
} from "../../src/k3s/database.ts";
import { command } from "../../src/system/command.ts";
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
      await command([
        ...["mariadb-install-db", "--no-defaults", `--datadir=${data}`],
        ...["--user=mysql", "--auth-root-authentication-method=socket"],
        "--skip-test-db",
      ], { timeoutMs: 120_000 });
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
