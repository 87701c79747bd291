import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { basename } from "node:path";
import { parse, parseAllDocuments } from "yaml";
import { keptText, readKept } from "../cluster/kept.ts";
import { settingsSchema } from "../cluster/settings.ts";
import {
  datastoreSql,
  fillManifest,
  k3sEnvironment,
  k3sUnit,
  kubeletConfig,
  mariadbConfig,
  mariadbDropIn,
  mountdDropIn,
  NFS_CONFIG,
  nfsConfig,
  nfsDropIn,
  unrecordedMariadbConfig,
} from "./texts.ts";

function kept(more: { [name: string]: unknown } = {}) {
  const settings = settingsSchema.parse({
    node1: "10.0.0.1,10.1.0.1",
    node2: "10.0.0.2,10.1.0.2",
    vip: "10.0.0.100/24",
    ...more,
  });
  return readKept(keptText({ ...settings, name1: "node1" }), "k3s.yaml");
}
const NODE = { name: "node1", address: "10.0.0.1", device: "eth0" };
const SECRETS = { password: "pass.word", token: "token-token-token" };

Deno.test("k3sUnit() pins address and interface, is not started at boot and holds no secret", () => {
  const text = k3sUnit(kept(), NODE);
  for (
    const part of [
      "--tls-san=10.0.0.100",
      "--node-ip=10.0.0.1",
      "--advertise-address=10.0.0.1",
      "--flannel-iface=eth0",
      "Type=notify",
      "ExecStartPre=-/usr/local/bin/hakit k3s-node unpack",
      "After=network-online.target hakit.service",
      "EnvironmentFile=/etc/systemd/system/k3s.service.env",
    ]
  ) assert(text.includes(part), part);
  assert(!text.includes("[Install]"));
  assert(!/mysql:|token/i.test(text));
});

Deno.test("kubeletConfig() lets K3s v1.35 and later start on control groups of version 1, and older ones know no such argument", () => {
  assert.deepEqual(parse(kubeletConfig()), {
    apiVersion: "kubelet.config.k8s.io/v1beta1",
    kind: "KubeletConfiguration",
    failCgroupV1: false,
  });
  assert(!/cgroup/i.test(k3sUnit(kept(), NODE)));
});

Deno.test("k3sEnvironment() reaches the datastore by the virtual address with time limits", () => {
  const text = k3sEnvironment(kept(), SECRETS);
  assert.match(
    text,
    /^K3S_DATASTORE_ENDPOINT="mysql:\/\/k3s:pass\.word@tcp\(10\.0\.0\.100:3306\)\/k3s\?timeout=3s/,
  );
  assert(!text.includes("PROXY"));
  const proxied = k3sEnvironment(kept({ proxy: "http://proxy:3128" }), SECRETS);
  assert.match(proxied, /^NO_PROXY=".*10\.0\.0\.100\/24,10\.1\.0\.1,/m);
});

Deno.test("k3sEnvironment() writes an IPv6 address in brackets", () => {
  const six = kept({
    ...{ node1: "fd00::1", node2: "fd00::2", vip: "fd00::9/64" },
    ...{ pods: "fd00:42::/56", services: "fd00:43::/112" },
  });
  assert(k3sEnvironment(six, SECRETS).includes("@tcp([fd00::9]:3306)/"));
  assert(k3sUnit(six, NODE).includes("--flannel-ipv6-masq"));
  assert(!k3sUnit(kept(), NODE).includes("masq"));
});

Deno.test("datastoreSql() grants on the datastore only, from the cluster's addresses only", () => {
  const sql = datastoreSql(kept(), "pass.word");
  const grants = sql.split("\n").filter((line) => line.startsWith("GRANT"));
  assert.equal(grants.length, 7);
  assert(
    grants.every((line) => line.startsWith("GRANT ALL ON k3s.* TO 'k3s'@'")),
  );
  assert(!sql.includes("%"));
});

Deno.test("mariadbConfig() listens on the virtual address only and keeps compaction working", () => {
  const text = mariadbConfig(kept());
  assert.match(text, /^bind-address = 10\.0\.0\.100$/m);
  assert.match(text, /^loose_innodb_snapshot_isolation = OFF$/m);
  // Recovery after a failover reads all of them: MariaDB up to 10.4 has two.
  assert.match(text, /^innodb_log_file_size = 96M$/m);
  assert.match(text, /^loose_innodb_log_files_in_group = 1$/m);
  // Why a start failed is read in the journal.
  assert.match(text, /^skip-log-error$/m);
});

Deno.test("unrecordedMariadbConfig() stays to the byte what stands on servers from before hakit kept a record of its files", () => {
  assert.equal(
    createHash("sha256").update(unrecordedMariadbConfig(kept())).digest("hex"),
    "1dea6365154cbb7e8440e89237bb49034942df694a892deb04d2b7ec7ffe3c9d",
  );
});

Deno.test("nfsConfig() and mountdDropIn() have pods' own groups count on volumes", () => {
  assert.match(nfsConfig(), /^\[mountd\]\nmanage-gids = n$/m);
  // What a distribution's upgrade makes of /etc/default/nfs-kernel-server; the later file counts.
  assert(basename(NFS_CONFIG) > "local.conf" && NFS_CONFIG.endsWith(".conf"));
  assert.match(
    mountdDropIn(),
    /^ExecStart=\nExecStart=\/usr\/sbin\/rpc.mountd$/m,
  );
});

Deno.test("mariadbDropIn() refuses a directory that is not mirrored", () => {
  assert.match(mariadbDropIn(), /^AssertPathIsMountPoint=\/var\/lib\/mysql$/m);
  assert.match(mariadbDropIn(), /^Restart=no$/m);
  assert.match(mariadbDropIn(), /^OOMScoreAdjust=-600$/m);
  // A mount point is a disk of its own, too.
  assert.match(
    mariadbDropIn(),
    /^ExecStartPre=\+\/bin\/grep -q ".* \/var\/lib\/mysql fuse\.hakit " /m,
  );
});

Deno.test("the provisioner's manifests are YAML with this cluster's values", async () => {
  const file = new URL(
    "../../modules/k3s/manifests/nfs-client.yaml",
    import.meta.url,
  );
  const template = await Deno.readTextFile(file);
  const text = fillManifest(template, kept());
  const documents = parseAllDocuments(text.replace(/^#.*\n/gm, ""));
  assert(Array.isArray(documents));
  const objects = documents.map((document) => {
    assert.deepEqual(document.errors, []);
    return document.toJS();
  });
  assert.deepEqual(
    objects.map((object) => object.kind),
    [
      "Namespace",
      "ServiceAccount",
      "ClusterRole",
      "ClusterRoleBinding",
      "Deployment",
      "StorageClass",
    ],
  );
  const pod = objects[4].spec.template.spec;
  assert.deepEqual(pod.volumes[0].nfs, {
    server: "10.0.0.100",
    path: "/srv/hakit-k3s",
  });
  assert.equal(
    pod.containers[0].env.find((e: { name: string }) =>
      e.name === "ENABLE_LEADER_ELECTION"
    ).value,
    "false",
  );
  // Nothing here resizes a claim: one that is enlarged would wait for ever.
  assert.equal(objects[5].allowVolumeExpansion, false);
  assert(!text.replace(/^#.*\n/gm, "").includes("@"));
  const archive = (reclaim: string) =>
    /archiveOnDelete: "(\w+)"/.exec(
      fillManifest(template, kept({ reclaim })),
    )?.[1];
  assert.equal(archive("delete"), "false");
  assert.equal(archive("archive"), "true");
});

Deno.test("nfsDropIn() turns version 4.0 off before the server starts, and starts it where the kernel cannot", () => {
  const line = /^ExecStart=(\/usr.*)$/m.exec(nfsDropIn("c1"))![1]!;
  const script = /-c '(.*)'$/.exec(line)![1]!;
  for (const versions of ["/dev/stdout", "/no/such/file"]) {
    const { code, stdout } = new Deno.Command("sh", {
      args: [
        "-c",
        script.replace("/proc/sys/kernel/hostname", "/dev/stdout")
          .replace("/proc/fs/nfsd/versions", versions)
          .replace("/usr/sbin/rpc.nfsd", "echo rpc.nfsd"),
      ],
    }).outputSync();
    assert.equal(code, 0);
    assert.equal(
      new TextDecoder().decode(stdout),
      "hakit-c1\n" + (versions === "/dev/stdout" ? "-4.0\n" : "") +
        "rpc.nfsd --grace-time 15 --lease-time 15 --no-nfs-version 3 8\n",
    );
  }
});
