import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { join } from "node:path";
import { createUser, readUsers, verifyPassword } from "../api/users.ts";
import { type Paths, paths } from "../system/paths.ts";
import { installFiles } from "../module/install.ts";
import { adoptCluster, checkWelcome } from "./adopt.ts";
import {
  checkSameCluster,
  checkSamePassword,
  createCluster,
  existingCluster,
  missingFiles,
} from "./create.ts";
import { newToken } from "./invite.ts";
import { decodeToken } from "./join_token.ts";
import { keptText, readKept } from "./kept.ts";
import { places } from "./places.ts";
import { settingsSchema } from "./settings.ts";
import { gatherWelcome } from "./welcome.ts";

const SETTINGS = {
  ...settingsSchema.parse({
    node1: "10.0.0.1",
    node2: "10.0.0.2",
    vip: "10.0.0.9/24",
  }),
  name1: "node1",
};

Deno.test("createCluster() writes the detection time that was asked for, and beats seven times in it", async () => {
  await inHomes(async (first) => {
    await createCluster(first, { ...SETTINGS, detection: "3.5s" }, () => {});
    const { heartbeat } = (await existingCluster(first))!;
    assert.deepEqual([heartbeat.timeout, heartbeat.period], [3500, 500]);
  });
  assert.equal(
    settingsSchema.safeParse({ ...SETTINGS, detection: "100ms" }).success,
    false,
  );
});

async function inHomes(run: (first: Paths, second: Paths) => Promise<void>) {
  const home = await Deno.makeTempDir();
  try {
    await run(paths(join(home, "1")), paths(join(home, "2")));
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

const bytes = (text: string) => new TextEncoder().encode(text);
const MODULE = [
  {
    path: "module.yaml",
    executable: false,
    content: bytes("name: k3s\nmode: mirror\n"),
  },
  { path: "bin/start_prim", executable: true, content: bytes("#!/bin/sh\n") },
];

Deno.test("createCluster() makes every file, and a repetition keeps every secret", async () => {
  await inHomes(async (first) => {
    const at = places(first);
    assert.equal(await existingCluster(first), null);
    const shown: string[] = [];
    await createCluster(first, SETTINGS, (password) => shown.push(password));
    assert.match(shown.join(), /^[\w-]{16}$/);
    assert.deepEqual(await missingFiles(first), []);
    const secrets = [
      at.cluster,
      at.key,
      at.authorityKey,
      at.certificateKey,
      at.password,
      at.k3sToken,
      at.users,
    ];
    const read = () => Promise.all(secrets.map((f) => Deno.readTextFile(f)));
    const before = await read();
    await createCluster(first, SETTINGS, () => assert.fail("it is in use"));
    assert.deepEqual(await read(), before);
    for (const file of secrets.slice(1)) {
      const { mode } = await Deno.stat(file);
      assert.equal((mode ?? 0) & 0o077, 0, file);
    }
  });
});

Deno.test("createCluster() goes on where an interrupted run ended", async () => {
  await inHomes(async (first) => {
    const at = places(first);
    await createCluster(first, SETTINGS, () => {});
    const key = await Deno.readTextFile(at.key);
    for (const file of [at.cluster, at.certificate, at.node, at.settings]) {
      await Deno.remove(file);
    }
    await createCluster(first, SETTINGS, () => {});
    assert.deepEqual(await missingFiles(first), []);
    assert.equal(await Deno.readTextFile(at.key), key);
  });
});

Deno.test("createCluster() shows a password of the console that counts, though the run before was cut off after it had made one", async () => {
  await inHomes(async (first) => {
    const at = places(first);
    const run = async () => {
      let shown: string | null = null;
      await createCluster(first, SETTINGS, (password) => shown = password);
      return shown;
    };
    await Deno.mkdir(first.etc, { recursive: true });
    // Nobody has seen it: this one was cut off right after the user was made.
    await createUser(at.users, {
      ...{ name: "admin", role: "administrator", password: "never seen" },
    });
    const shown = await run();
    const users = await readUsers(at.users);
    const login = { name: "admin", password: shown ?? "" };
    assert.equal((await verifyPassword(users, login))?.name, "admin");
    // With cluster.yaml it has been seen, and a person may have changed it.
    assert.equal(await run(), null);
  });
});

Deno.test("adoptCluster() makes the second node of the same cluster", async () => {
  await inHomes(async (first, second) => {
    await createCluster(first, SETTINGS, () => {});
    await installFiles(first, "k3s", MODULE);
    // What no module's archive takes keeps no server from joining.
    const bin = join(places(first).module, "bin");
    await Deno.symlink("start_prim", join(bin, "stop_prim"));
    await Deno.writeTextFile(join(bin, ".start_prim.swp"), "");
    const welcome = await gatherWelcome(first);
    const { id } = (await existingCluster(first))!;
    checkWelcome(welcome, id);
    await adoptCluster(second, welcome);
    await adoptCluster(second, welcome);
    assert.deepEqual(await missingFiles(second), []);
    const [mine, theirs] = [places(first), places(second)];
    for (const name of ["cluster", "key", "authority", "settings"] as const) {
      assert.equal(
        await Deno.readTextFile(mine[name]),
        await Deno.readTextFile(theirs[name]),
      );
    }
    assert.equal(await Deno.readTextFile(theirs.node), "node2\n");
    assert.notEqual(
      await Deno.readTextFile(mine.certificate),
      await Deno.readTextFile(theirs.certificate),
    );
    const modeOf = async (path: string) =>
      ((await Deno.stat(path)).mode ?? 0) & 0o777;
    const script = join(theirs.module, "bin", "start_prim");
    assert.deepEqual(
      welcome.module.map(({ path }) => path),
      ["bin/start_prim", "module.yaml"],
    );
    assert.equal(await modeOf(script), 0o755);
    // Variables of module.yaml may be passwords.
    assert.equal(await modeOf(theirs.module), 0o700);
    assert.equal(await modeOf(join(theirs.module, "..")), 0o750);
  });
});

Deno.test("a lost first node is replaced: the second one invites, and hands over who decides between the nodes", async () => {
  await inHomes(async (first, second) => {
    await createCluster(first, SETTINGS, () => {});
    await installFiles(first, "k3s", MODULE);
    await adoptCluster(second, await gatherWelcome(first));
    const left = places(second);
    const arbiter = '{"kind":"ping","addresses":["10.0.0.254"]}\n';
    await Deno.writeTextFile(left.arbiter, arbiter);

    const decoded = decodeToken(await newToken(second));
    assert("token" in decoded);
    assert.deepEqual(decoded.token.addresses, ["10.0.0.2"]);
    const welcome = await gatherWelcome(second);
    checkWelcome(welcome, decoded.token.id);
    assert.equal(welcome.node, "node1");
    const fresh = paths(join(first.etc, "../../3"));
    await adoptCluster(fresh, welcome);
    assert.equal(await Deno.readTextFile(places(fresh).arbiter), arbiter);
    const shown = new X509Certificate(
      await Deno.readTextFile(places(fresh).certificate),
    );
    assert.match(shown.subjectAltName ?? "", /10\.0\.0\.1,/);

    // What is gone from the one node goes from a server that joins again.
    await Deno.remove(left.arbiter);
    await adoptCluster(fresh, await gatherWelcome(second));
    await assert.rejects(Deno.stat(places(fresh).arbiter));
  });
});

Deno.test("checkWelcome() refuses what does not fit together", async () => {
  await inHomes(async (first, other) => {
    for (const home of [first, other]) {
      await createCluster(home, SETTINGS, () => {});
      await installFiles(home, "k3s", MODULE);
    }
    const welcome = await gatherWelcome(first);
    const { id } = (await existingCluster(first))!;
    const stranger = await gatherWelcome(other);
    const bad = (change: object, expected: RegExp) =>
      assert.throws(
        () => checkWelcome({ ...welcome, ...change }, id),
        expected,
      );
    bad({ cluster: stranger.cluster }, /sent cluster/);
    bad({ certificate: stranger.certificate }, /not signed/);
    bad({ node: "node3" }, /calls this server "node3"/);
    bad({ module: [] }, /no module.yaml/);
  });
});

Deno.test("checkSameCluster() names both clusters when they differ", async () => {
  await inHomes(async (first) => {
    await createCluster(first, SETTINGS, () => {});
    const cluster = (await existingCluster(first))!;
    const kept = readKept(keptText(SETTINGS), "k3s.yaml");
    checkSameCluster(cluster, kept);
    assert.throws(
      () => checkSameCluster(cluster, { ...kept, node2: ["10.0.0.3"] }),
      /belongs to cluster "k3s" \(node1 10\.0\.0\.1 and node2 10\.0\.0\.2\).*hakit uninstall/,
    );
  });
});

Deno.test("checkSameCluster() knows an address of IPv6 by its value, not by how it is written in cluster.yaml", async () => {
  await inHomes(async (first) => {
    const six = {
      ...settingsSchema.parse({
        ...{ node1: "fd00::1,fd01::1", node2: "fd00::2,fd01::2" },
        ...{ vip: "fd00::9/64" },
        ...{ pods: "fd00:42::/56", services: "fd00:43::/112" },
      }),
      name1: "node1",
    };
    await createCluster(first, six, () => {});
    const file = places(first).cluster;
    const text = await Deno.readTextFile(file);
    await Deno.writeTextFile(
      file,
      text.replace("fd00::1", "FD00::1").replace("fd01::1", "fd01::0001"),
    );
    const cluster = (await existingCluster(first))!;
    assert.deepEqual(cluster.nodes[0]!.addresses, ["FD00::1", "fd01::0001"]);
    checkSameCluster(cluster, readKept(keptText(six), "k3s.yaml"));
  });
});

Deno.test("checkSamePassword() refuses another one than the database has, without showing either", async () => {
  const file = await Deno.makeTempFile();
  try {
    const given = (password?: string) =>
      checkSamePassword(file, password === undefined ? {} : { password });
    await given("not-made-yet");
    await Deno.writeTextFile(file, "first-password\n");
    await given("first-password");
    await given();
    await assert.rejects(given("second-password"), (error: Error) => {
      assert.equal(error.name, "ConfigError");
      assert.match(error.message, /^password: another one is in use here/);
      assert(!/(first|second)-password/.test(error.message));
      return true;
    });
  } finally {
    await Deno.remove(file);
  }
});
