import assert from "node:assert/strict";
import { healthy } from "../../tests/doctor_facts.ts";
import { encodeToken } from "../cluster/join_token.ts";
import { type Call, UsageError } from "./command.ts";
import { parse } from "./parse.ts";
import {
  command,
  foreignK3s,
  joining,
  k3sFolder,
  proxyWarnings,
  unlike,
} from "./second.ts";

Deno.test("second --adopt keeps NFS exports that are here, and takes no data along", () => {
  const { on } = parse(command, ["TOKEN", "--adopt"]);
  assert.equal(on("adopt"), true);
  const existing = {
    ...healthy().existing,
    exports: ["/home"],
    databases: ["shop"],
    storage: ["mine"],
  };
  const refused = joining(existing, { adopt: false });
  assert.match(refused.problems.join(), /exports folders.*: --adopt$/);
  const adopted = joining(existing, { adopt: true });
  assert.deepEqual(adopted.problems, []);
  assert.equal(adopted.warnings.length, 1);
  const k3s = joining({ ...existing, k3s: "/etc/systemd/k3s" }, {
    adopt: true,
  });
  assert.match(k3s.problems.join(), /K3s is here already/);
});

Deno.test("second refuses a server of the other one's host name, and compares the clocks of the moment when it answered, not of the one when it has looked at this server", () => {
  const here = {
    mysql: { uid: 860, gid: 860 },
    kin: { architecture: "x86_64", mariadb: "10.11" },
    hostname: "node2",
  };
  const answered = {
    ...here,
    hostname: "node1",
    time: 1_000_000,
    receivedAt: 1_001_000,
  };
  // Whatever the clock says by now: it is not asked.
  assert.deepEqual(unlike(here, answered), []);
  assert.match(
    unlike(here, { ...answered, receivedAt: 1_031_000 }).join(),
    /clocks differ by 31.0 s/,
  );
  assert.match(
    unlike(here, { ...answered, hostname: "node2" }).join(),
    /^Both are called node2\. .* Remedy: hostnamectl set-hostname NAME$/,
  );
  // Of a version that did not say it.
  assert.deepEqual(unlike(here, { ...answered, hostname: undefined }), []);
});

Deno.test("second --k3s with another K3s than the cluster's is refused, and told how it is changed", () => {
  const k3s = (sha256: string) => [{ name: "k3s", size: 1, sha256 }];
  assert.deepEqual(foreignK3s("/stick", k3s("a"), k3s("a")), []);
  assert.match(
    foreignK3s("/stick", k3s("a"), k3s("b")).join(),
    /^--k3s \/stick holds another K3s.*"hakit k3s upgrade \/stick"$/,
  );
});

Deno.test("second --k3s VERSION is wrong use: K3s comes from the other node", async () => {
  const token = encodeToken({
    v: 1,
    cluster: "k3s",
    id: "0".repeat(32),
    addresses: ["127.0.0.1"],
    port: 1,
    fingerprint: "0".repeat(64),
    secret: "A".repeat(43),
  });
  const call = parse(command, [token, "--k3s", "v1.33.5+k3s1"]);
  await assert.rejects(
    async () => await command.run(call as unknown as Call),
    (error: Error) =>
      error instanceof UsageError && /expected a folder/.test(error.message),
  );
});

Deno.test("second takes K3s' folder by flag, environment or file, and leaves a version to the first server", async () => {
  const folder = (...words: readonly string[]) =>
    k3sFolder(parse(command, ["TOKEN", ...words]));
  assert.equal(await folder(), undefined);
  const file = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(file, "k3s: /media/file\nvip: 10.0.0.9/24\n");
    assert.equal(await folder("--config", file), "/media/file");
    Deno.env.set("HAKIT_K3S", "/media/environment");
    assert.equal(await folder("--config", file), "/media/environment");
    assert.equal(await folder("--k3s", "stick"), "stick");
    Deno.env.set("HAKIT_K3S", "v1.33.5+k3s1");
    assert.equal(await folder(), undefined);
  } finally {
    Deno.env.delete("HAKIT_K3S");
    await Deno.remove(file);
  }
});

Deno.test("second says that a proxy which systemd gives to all services here would be K3s' between the nodes", async () => {
  const tools = await Deno.makeTempDir();
  const before = Deno.env.get("PATH")!;
  try {
    const systemctl = async (line: string) =>
      await Deno.writeTextFile(
        `${tools}/systemctl`,
        `#!/bin/sh\n[ "$1" = show-environment ] && echo "${line}"\n`,
        { mode: 0o755 },
      );
    Deno.env.set("PATH", `${tools}:${before}`);
    await systemctl("https_proxy=http://proxy:3128");
    const [warning] = await proxyWarnings({ proxy: undefined });
    assert.match(warning!, /https_proxy.*"hakit first".*--proxy/);
    // The cluster's own proxy comes with what is reached without it.
    assert.deepEqual(await proxyWarnings({ proxy: "http://proxy:3128" }), []);
    await systemctl("LANG=C");
    assert.deepEqual(await proxyWarnings({ proxy: undefined }), []);
  } finally {
    Deno.env.set("PATH", before);
    await Deno.remove(tools, { recursive: true });
  }
});
