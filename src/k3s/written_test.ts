import assert from "node:assert/strict";
import { join } from "node:path";
import { keptText, readKept } from "../cluster/kept.ts";
import { type Places, places } from "../cluster/places.ts";
import { settingsSchema } from "../cluster/settings.ts";
import { type TextFile, writeFiles } from "./services.ts";
import {
  k3sUnit,
  MARIADB_CONFIG,
  MOUNTD_DROP_IN,
  NFS_CONFIG,
  unrecordedMariadbConfig,
} from "./texts.ts";
import {
  areNoted,
  fate,
  leftAsTheyAre,
  memberIn,
  noteWritten,
  renewWritten,
  serviceFiles,
  wantedFiles,
} from "./written.ts";

interface Server {
  readonly at: Places;
  readonly home: string;
  /** As a version with these texts wants them; what it renewed. */
  begin(texts: { [name: string]: string }): Promise<string[]>;
  left(texts: { [name: string]: string }): Promise<string[]>;
  files(texts: { [name: string]: string }): TextFile[];
  read(name: string): Promise<string | null>;
  write(name: string, text: string): Promise<void>;
}

async function onServer(work: (server: Server) => Promise<void>) {
  const home = await Deno.makeTempDir();
  const at = places({
    ...{ etc: join(home, "etc"), state: home, run: home, log: home },
  });
  const names = (paths: readonly string[]) =>
    paths.map((path) => path.slice(home.length + 1));
  const files = (texts: { [name: string]: string }) =>
    Object.entries(texts).map(([name, text]) => ({
      path: join(home, name),
      text,
      mode: 0o600,
    }));
  try {
    await Deno.mkdir(join(home, "etc"));
    await work({
      at,
      home,
      files,
      async begin(texts) {
        const renewed: string[] = [];
        await renewWritten(at, files(texts), (path) => renewed.push(path));
        return names(renewed);
      },
      left: async (texts) => names(await leftAsTheyAre(at, files(texts))),
      read: (name) => Deno.readTextFile(join(home, name)).catch(() => null),
      write: (name, text) => Deno.writeTextFile(join(home, name), text),
    });
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

Deno.test("fate() renews what hakit wrote and nobody changed, and writes what is new", () => {
  const of = (is: string | null, was?: string) =>
    fate({ is, was, wanted: "new" });
  assert.equal(of("new"), "right");
  assert.equal(of("old", "old"), "renew");
  assert.equal(of("changed", "old"), "left");
  // Written before there was a record: nobody can tell by whom.
  assert.equal(of("unknown"), "left");
  assert.equal(of(null), "renew");
  // A person removed it.
  assert.equal(of(null, "old"), "left");
});

Deno.test("a newer hakit renews its own files, leaves a changed one and names it", async () => {
  await onServer(async ({ at, begin, left, files, read, write, home }) => {
    const first = { unit: "unit 1", drop: "drop 1", config: "config 1" };
    for (const [name, text] of Object.entries(first)) await write(name, text);
    // A run of "first" that was cut off here is not done.
    assert(!await areNoted(at, files(first)));
    await noteWritten(at, files(first));
    assert(await areNoted(at, files(first)));
    await write("config", "a person's");
    assert.deepEqual(await begin(first), []);

    const second = { ...first, unit: "unit 2", config: "config 2", more: "m" };
    assert.deepEqual(await left(second), ["config"]);
    assert.deepEqual(await begin(second), ["unit", "more"]);
    assert.equal(await read("unit"), "unit 2");
    assert.equal(await read("config"), "a person's");
    const { mode } = await Deno.stat(join(home, "unit"));
    assert.equal(mode! & 0o777, 0o600);
    assert.deepEqual(await begin(second), []);
    assert.deepEqual(await left(second), ["config"]);

    // Put back by hand: hakit's again.
    await write("config", "config 1");
    assert.deepEqual(await begin(second), ["config"]);
    assert.deepEqual(await left(second), []);
    // And back to the version before.
    assert.deepEqual(await begin(first), ["unit", "config"]);
  });
});

Deno.test("a cluster that was made before there was a record: what is right is noted, what is not is left", async () => {
  await onServer(async ({ begin, left, read, write }) => {
    await write("unit", "unit 1");
    await write("drop", "drop 0");
    const texts = { unit: "unit 1", drop: "drop 1" };
    assert.deepEqual(await begin(texts), []);
    assert.deepEqual(await left(texts), ["drop"]);
    assert.deepEqual(await begin({ ...texts, unit: "unit 2" }), ["unit"]);
    assert.equal(await read("drop"), "drop 0");
  });
});

Deno.test("a cluster that was made before there was a record: what hakit wrote then is renewed, what is new is written, what a person removed stays away", async () => {
  await onServer(async ({ at, files, read, write }) => {
    const texts = {
      config: "config 1",
      spoiled: "s 1",
      removed: "r",
      more: "m",
    };
    const [config, spoiled, removed, more] = files(texts);
    const wanted = [
      { ...config!, unrecorded: "config 0" },
      { ...spoiled!, unrecorded: "s 0" },
      removed!,
      { ...more!, unrecorded: null },
    ];
    await write("config", "config 0");
    await write("spoiled", "a person's");
    // Of a unit with a way of its own, which is renewed before these.
    await noteWritten(at, files({ drain: "drain" }));
    const left = [spoiled!.path, removed!.path];
    assert.deepEqual(await leftAsTheyAre(at, wanted), left);
    for (const expected of [[config!.path, more!.path], []]) {
      const renewed: string[] = [];
      await renewWritten(at, wanted, (path) => renewed.push(path));
      assert.deepEqual(renewed, expected);
      assert.deepEqual(await leftAsTheyAre(at, wanted), left);
    }
    assert.equal(await read("config"), "config 1");
    assert.equal(await read("spoiled"), "a person's");
    assert.equal(await read("removed"), null);
  });
});

Deno.test("folders that the agent makes for files are open to everybody, whatever its umask", async () => {
  await onServer(async ({ files, home }) => {
    const before = Deno.umask(0o077);
    try {
      await writeFiles(files({ "etc/nfs.conf.d/of/file": "text" }));
    } finally {
      Deno.umask(before);
    }
    for (const name of ["etc/nfs.conf.d", "etc/nfs.conf.d/of"]) {
      const { mode } = await Deno.stat(join(home, name));
      assert.equal(mode! & 0o777, 0o755, name);
    }
  });
});

Deno.test("serviceFiles() knows what the last hakit without a record wrote otherwise, or not at all", async () => {
  await onServer(async ({ at }) => {
    const settings = settingsSchema.parse({
      ...{ node1: "10.0.0.1", node2: "10.0.0.2", vip: "10.0.0.100/24" },
    });
    const kept = readKept(keptText({ ...settings, name1: "node1" }), "k3s");
    for (const file of [at.password, at.k3sToken]) {
      await Deno.writeTextFile(file, "secret\n");
    }
    const files = await serviceFiles(at, kept, {
      ...{ name: "node1", address: "10.0.0.1", device: "eth0" },
    });
    const otherwise = files.filter(({ unrecorded }) =>
      unrecorded !== undefined
    );
    assert.deepEqual(otherwise.map(({ path }) => path), [
      ...[MARIADB_CONFIG, NFS_CONFIG, MOUNTD_DROP_IN],
    ]);
    assert.deepEqual(otherwise.map(({ unrecorded }) => unrecorded), [
      ...[unrecordedMariadbConfig(kept), null, null],
    ]);
  });
});

Deno.test("wantedFiles() knows this server by K3s' unit, and wants nothing where K3s is another's", async () => {
  await onServer(async ({ at, home }) => {
    const settings = settingsSchema.parse({
      node1: "10.0.0.1,10.1.0.1",
      node2: "10.0.0.2,10.1.0.2",
      vip: "10.0.0.100/24",
    });
    const text = keptText({ ...settings, name1: "node1" });
    const me = { name: "node2", address: "10.0.0.2", device: "eth7" };
    const unit = join(home, "k3s.service");
    const wanted = k3sUnit(readKept(text, "k3s.yaml"), me);
    assert.deepEqual(memberIn(wanted), me);
    await Deno.writeTextFile(unit, wanted);
    assert.equal(await wantedFiles(at, unit), null);
    for (
      const [path, content] of [
        [at.settings, text],
        [at.password, "password\n"],
        [at.k3sToken, "token\n"],
      ] as const
    ) await Deno.writeTextFile(path, content);
    const files = await wantedFiles(at, unit);
    assert(files?.some((file) => file.text === wanted));
    await Deno.writeTextFile(unit, wanted.replace("Description=", "# "));
    assert.equal(await wantedFiles(at, unit), null);
  });
});

Deno.test("systemd is told of a renewed unit, also when the run before was cut off before that", async () => {
  await onServer(async ({ at, begin, files, write, home }) => {
    const before = Deno.env.get("PATH")!;
    const told = join(home, "told");
    const said = async () => {
      const text = await Deno.readTextFile(told).catch(() => "");
      await Deno.writeTextFile(told, "");
      return text;
    };
    await Deno.writeTextFile(
      join(home, "systemctl"),
      `#!/bin/sh\necho "$*" >>${told}\n`,
      { mode: 0o755 },
    );
    const texts = { "systemd/unit": "unit 1", config: "config 1" };
    try {
      Deno.env.set("PATH", `${home}:${before}`);
      await noteWritten(at, files({ config: "config 1" }));
      await write("config", "config 1");
      assert.deepEqual(await begin(texts), ["systemd/unit"]);
      assert.equal(await said(), "daemon-reload\n");
      await begin({ ...texts, config: "config 2" });
      assert.equal(await said(), "");
      await write("systemd/unit", "unit 2");
      await begin({ ...texts, "systemd/unit": "unit 2" });
      assert.equal(await said(), "daemon-reload\n");
      await begin({ ...texts, "systemd/unit": "unit 2" });
      assert.equal(await said(), "");
    } finally {
      Deno.env.set("PATH", before);
    }
  });
});
