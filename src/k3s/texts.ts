/** The files that hakit writes for MariaDB, NFS and K3s: units, drop-ins, configuration, environment. Pure. */
import type { Kept } from "../cluster/kept.ts";
import { vipOf } from "../cluster/network.ts";
import { EXECUTABLE } from "../system/unit.ts";
import { K3S } from "./files.ts";
import { proxyVariables } from "./proxy.ts";
import { uniqueId } from "./nfs_clients.ts";

export const MARIADB_CONFIG = "/etc/mysql/mariadb.conf.d/99-hakit.cnf";
export const MODULES_FILE = "/etc/modules-load.d/hakit.conf";
export const NEEDRESTART = "/etc/needrestart/conf.d/hakit.conf";
/** For the init script that MariaDB 10.3 brings along: systemd makes a unit of it when its own is out of boot. */
export const MYSQL_DROP_IN = "/etc/systemd/system/mysql.service.d/hakit.conf";
export const MARIADB_DROP_IN =
  "/etc/systemd/system/mariadb.service.d/hakit.conf";
export const NFS_DROP_IN =
  "/etc/systemd/system/nfs-server.service.d/hakit.conf";
/**
 * Of nfs-utils from 2.4 on. The last file counts (conffile.c, conf_init_dir: versionsort), and the distribution has one of its own,
 * local.conf, with what stood in /etc/default before: it may say the contrary.
 */
export const NFS_CONFIG = "/etc/nfs.conf.d/zz-hakit.conf";
/** Of nfs-utils 1.3.4 (Ubuntu 20.04, Debian 11), which reads the distribution's arguments. */
export const MOUNTD_DROP_IN =
  "/etc/systemd/system/nfs-mountd.service.d/hakit.conf";
export const NFS_CLIENT_CONFIG = "/etc/modprobe.d/hakit-nfs.conf";
export const DATABASE_FOLDER = "/var/lib/mysql";

const LOG_TO_JOURNAL =
  `# Ubuntu 20.04 has it write its errors to a file: then the journal, where one looks, says nothing of a start that failed.
skip-log-error
`;

/** As the last hakit wrote it that kept no record (written.ts): it stands on servers, so a change of the text above must not change it. */
export function unrecordedMariadbConfig(kept: Kept): string {
  return mariadbConfig(kept).replace(LOG_TO_JOURNAL, "");
}

/** Groups [mysqld]: MariaDB 10.3 (Ubuntu 20.04) reads no other. */
export function mariadbConfig(kept: Kept): string {
  return `# Written by hakit: K3s' datastore on a mirrored directory.
[mysqld]
# The directory that is mirrored, whatever another file says.
datadir = ${DATABASE_FOLDER}
# Reached through the virtual address only, which is here before MariaDB starts.
bind-address = ${vipOf(kept)}
port = 3306
# An acknowledged transaction is on both servers' disks.
innodb_flush_log_at_trx_commit = 1
sync_binlog = 1
# Recovery takes as long as this log is: 96 MB about 0.6 s. K3s gives up its lead after 10 s without datastore.
innodb_log_file_size = 96M
# Up to 10.4 there are two such files; later the word is unknown.
loose_innodb_log_files_in_group = 1
innodb_buffer_pool_dump_at_shutdown = OFF
innodb_buffer_pool_load_at_startup = OFF
skip_name_resolve = ON
${LOG_TO_JOURNAL}max_connections = 1000
# MariaDB 11.6.2 and later: otherwise K3s' datastore can no longer compact and grows without end.
loose_innodb_snapshot_isolation = OFF
`;
}

/** MariaDB belongs to the module: never by itself, never on a directory that is not mirrored. */
export function mariadbDropIn(): string {
  return `# Written by hakit: the module k3s starts and stops MariaDB.
[Unit]
# At shutdown MariaDB stops before hakit takes the mirror away.
After=hakit.service
# On the server that is not primary this directory is the mirror's copy: a MariaDB on it would part the copies.
AssertPathIsMountPoint=${DATABASE_FOLDER}

[Service]
Restart=no
# Where memory ends a pod goes: without the datastore there is no K3s on either server.
OOMScoreAdjust=-600
# A disk of its own is mounted there on both servers: that is not the mirror.
ExecStartPre=+/bin/grep -q "^[^ ]* ${DATABASE_FOLDER} fuse.hakit " /proc/mounts
# The distribution's checks after each start: a failover has no time for them.
ExecStartPost=
TimeoutStartSec=280
`;
}

/**
 * Lease and grace of 15 s instead of 90; the same server scope on both nodes, or clients may not reclaim what they had open. Version
 * 4.0 goes: its clients carry no name by which a dead node's record could be forgotten, and never say that they have reclaimed all,
 * so everybody would wait for the whole grace period. The kernel is told before rpc.nfsd is: that of nfs-utils 1.3.4 (Ubuntu 20.04,
 * Debian 11) has no word for it ("-N 4.0" shifts a bit out), and what it says itself, "+4", leaves the minor versions as they are
 * (fs/nfsd/nfsctl.c, __write_versions).
 */
export function nfsDropIn(cluster: string): string {
  return `# Written by hakit: the module k3s starts and stops the NFS server.
[Unit]
After=hakit.service

[Service]
ExecStart=
ExecStart=/usr/bin/unshare --uts -- /bin/sh -c 'echo hakit-${cluster} >/proc/sys/kernel/hostname && { { echo -4.0 >/proc/fs/nfsd/versions; } 2>/dev/null; exec /usr/sbin/rpc.nfsd --grace-time 15 --lease-time 15 --no-nfs-version 3 8; }'
`;
}

/**
 * Debian and Ubuntu have rpc.mountd look a user's groups up on the server ("manage-gids"), which knows nobody of the pods: `fsGroup` and
 * `supplementalGroups` would count for nothing on a volume. The files of the folder outrank nfs.conf (nfs.conf(5), FILES).
 */
export function nfsConfig(): string {
  return `# Written by hakit: pods' groups count on volumes as the pods say them.
[mountd]
manage-gids = n
`;
}

/** The same: its default is the wanted one. */
export function mountdDropIn(): string {
  return `# Written by hakit: pods' groups count on volumes as the pods say them.
[Service]
ExecStart=
ExecStart=/usr/sbin/rpc.mountd
`;
}

/** What hakit starts and stops nobody else restarts. Perl, as all of needrestart's configuration. */
export function needrestartConfig(): string {
  return `# Written by hakit: it restarts these by itself, on one server after the other.
$nrconf{override_rc}{qr(^(hakit|hakit-witness|k3s|mariadb|mysql|nfs-[a-z]+|nfsdcld|rpcbind|rpc-statd)\\.service$)} = 0;
`;
}

export const KERNEL_MODULES = ["fuse", "loop", "xfs", "nfsd"] as const;

/** Loaded at each boot. */
export function modulesText(): string {
  return KERNEL_MODULES.join("\n") + "\n";
}

/** The name by which NFS servers know this one: a node that died is forgotten by it, and two of one host name are told apart. */
export function nfsClientConfig(node: string): string {
  return `# Written by hakit.\noptions nfs nfs4_unique_id=${uniqueId(node)}\n`;
}

/** By it `uninstall` knows the unit for hakit's own. */
export const K3S_DESCRIPTION =
  "Description=K3s, started and stopped by hakit's module k3s";

/** Of each unit of K3s, as its own installer writes it: pods outlive its end, and its first start takes as long as it takes. */
export const K3S_SERVICE = `KillMode=process
Delegate=yes
LimitNOFILE=1048576
LimitNPROC=infinity
LimitCORE=infinity
TasksMax=infinity
TimeoutStartSec=0
Restart=always
`;

/** K3s: started by the module on both nodes, therefore without [Install]. No secret stands here. */
export function k3sUnit(
  kept: Kept,
  node: {
    readonly name: string;
    readonly address: string;
    readonly device: string;
  },
): string {
  const argv = [
    K3S.executable,
    "server",
    `--node-name=${node.name}`,
    `--node-ip=${node.address}`,
    `--advertise-address=${node.address}`,
    // Flannel would take the first address of the default route's interface, which may be the virtual one.
    `--flannel-iface=${node.device}`,
    `--tls-san=${vipOf(kept)}`,
    `--cluster-cidr=${kept.pods}`,
    `--service-cidr=${kept.services}`,
    // Pods' own addresses of IPv6 are known to nobody outside; those of IPv4 are always hidden.
    ...kept.pods.includes(":") ? ["--flannel-ipv6-masq"] : [],
    // A claim without class must not end on one server's own disk.
    "--disable=local-storage",
    "--kube-apiserver-arg=default-not-ready-toleration-seconds=10",
    "--kube-apiserver-arg=default-unreachable-toleration-seconds=10",
  ];
  return `[Unit]
${K3S_DESCRIPTION}
Wants=network-online.target
After=network-online.target hakit.service
StartLimitIntervalSec=0

[Service]
Type=notify
EnvironmentFile=${K3S.environment}
ExecStartPre=-/sbin/modprobe br_netfilter
ExecStartPre=-/sbin/modprobe overlay
# Its programs, whole and on the disk: see unpack.ts.
ExecStartPre=-${EXECUTABLE} k3s-node unpack
ExecStart=${argv.join(" \\\n  ")}
${K3S_SERVICE}RestartSec=2
`;
}

/**
 * From v1.35 on a kubelet does not start on control groups of version 1 (Ubuntu 20.04) unless it is told to; with version 2 this says
 * nothing. A file instead of an argument: a K3s that does not know the word does not read it, and an upgrade need not write the unit.
 */
export function kubeletConfig(): string {
  return `# Written by hakit.
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
failCgroupV1: false
`;
}

/** 0600. The datastore's password and the servers' token; time limits so that a dead primary's connection does not hang for ever. */
export function k3sEnvironment(
  kept: Kept,
  secrets: { readonly password: string; readonly token: string },
): string {
  const vip = vipOf(kept);
  const host = vip.includes(":") ? `[${vip}]` : vip;
  const lines = [
    `K3S_DATASTORE_ENDPOINT="mysql://k3s:${secrets.password}@tcp(${host}:3306)/k3s?timeout=3s&readTimeout=30s&writeTimeout=30s"`,
    `K3S_TOKEN="${secrets.token}"`,
  ];
  for (const [name, value] of proxyVariables(kept)) {
    lines.push(`${name}="${value}"`);
  }
  return lines.join("\n") + "\n";
}

/** The provisioner's manifests with this cluster's values. */
export function fillManifest(template: string, kept: Kept): string {
  return template.replaceAll("@VIP@", vipOf(kept))
    .replaceAll("@EXPORT@", kept.export)
    .replaceAll("@ARCHIVE@", String(kept.reclaim === "archive"));
}

/** SQL for database and user; a user of that name from anywhere else goes. */
export function datastoreSql(kept: Kept, password: string): string {
  const hosts = datastoreHosts(kept);
  return [
    "CREATE DATABASE IF NOT EXISTS k3s;",
    ...hosts.flatMap((host) => [
      `CREATE USER IF NOT EXISTS 'k3s'@'${host}' IDENTIFIED BY '${password}';`,
      `ALTER USER 'k3s'@'${host}' IDENTIFIED BY '${password}';`,
      `GRANT ALL ON k3s.* TO 'k3s'@'${host}';`,
    ]),
  ].join("\n") + "\n";
}

/** From where K3s comes: both nodes, the virtual address (the primary reaches itself by it), this machine. */
export function datastoreHosts(kept: Kept): string[] {
  return ["localhost", "127.0.0.1", vipOf(kept), ...kept.node1, ...kept.node2];
}

/** What mysql_secure_installation does, without questions; every statement may be repeated. */
export const SECURE_SQL = [
  "DELETE FROM mysql.db WHERE Db='test' OR Db='test\\\\_%';",
  "FLUSH PRIVILEGES;",
].join("\n") + "\n";

/** MariaDB's own empty playground, open to everybody; one that somebody uses stays. One DROP DATABASE a line. */
export const EMPTY_TEST_SQL =
  "SELECT 'DROP DATABASE test;' FROM information_schema.schemata WHERE schema_name='test' AND NOT EXISTS (SELECT 1 FROM information_schema.tables WHERE table_schema='test');";

/** Lists accounts that must not be: without a name, and root from elsewhere. One DROP USER a line. */
export const INSECURE_ACCOUNTS_SQL =
  `SELECT CONCAT('DROP USER ', QUOTE(User), '@', QUOTE(Host), ';') FROM mysql.user WHERE User='' OR (User='root' AND Host NOT IN ('localhost','127.0.0.1','::1'));`;
