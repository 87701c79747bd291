/** A plain server with everything on a stick that prereq and first need: the built executable, packages, a K3s that is none. */
import { join } from "node:path";
import { command } from "../../../src/system/command.ts";
import { ADDRESS, PlainServer } from "./plain_server.ts";

const BUILT = join(import.meta.dirname!, "../../../dist/hakit");
export const HAKIT = "/root/stick/hakit";
export const PREREQ = [HAKIT, "prereq", "--packages", "/root/debs"];
export const FIRST = [
  ...[HAKIT, "first", "--node1", ADDRESS, "--node2", "10.77.0.2"],
  ...["--name1", "node1", "--vip", "10.77.0.100/24", "--size", "1G"],
  ...["--k3s", "/root/k3s"],
];

/** Why a machine cannot run these tests; null: it can. */
export async function obstacle(): Promise<string | null> {
  if (Deno.uid() !== 0) return "needs root";
  for (const path of [BUILT, "/usr/sbin/mariadbd", "/usr/sbin/mkfs.xfs"]) {
    if (!await Deno.stat(path).catch(() => null)) return `${path} is missing`;
  }
  return null;
}

/** Real packages with the programs that are asked for, so that nothing is fetched. */
async function deb(server: PlainServer, name: string, program: string) {
  const tree = await Deno.makeTempDir();
  await Deno.chmod(tree, 0o755);
  await Deno.mkdir(join(tree, "DEBIAN"));
  await Deno.mkdir(join(tree, "usr/sbin"), { recursive: true });
  await Deno.writeTextFile(
    join(tree, "DEBIAN/control"),
    `Package: ${name}\nVersion: 9:99\nArchitecture: all\nMaintainer: T <t@example.org>\nDescription: test\n`,
  );
  await Deno.writeTextFile(join(tree, "usr/sbin", program), "#!/bin/sh\n", {
    mode: 0o755,
  });
  await command(
    ["dpkg-deb", "--root-owner-group", "-b", tree, server.path("/root/debs")],
    { timeoutMs: 60_000 },
  );
  await Deno.remove(tree, { recursive: true });
}

export async function plainServer(): Promise<PlainServer> {
  const server = await PlainServer.make();
  await server.run(
    ...["bash", "-c"],
    // As after the removal of an earlier cluster's data; and as a package leaves its services.
    "rm -rf /var/lib/mysql/* /var/lib/mysql/.[!.]* /etc/hakit /var/lib/hakit* /srv/hakit* /var/log/hakit; " +
      "dpkg --remove --force-depends nfs-kernel-server nfs-common iptables kmod >/dev/null 2>&1; " +
      "mkdir -p /root/debs /root/k3s /root/stick; rm -f /usr/local/bin/hakit; systemctl enable mariadb; systemctl enable nfs-server",
  );
  await deb(server, "nfs-kernel-server", "exportfs");
  await deb(server, "nfs-common", "mount.nfs");
  await deb(server, "iptables", "iptables-none");
  await deb(server, "kmod", "modprobe");
  await command(["cp", BUILT, server.path(HAKIT)], { timeoutMs: 60_000 });
  await server.put("/root/k3s/k3s", "#!/bin/sh\n" + "k".repeat(100_000), 0o755);
  await server.put("/root/k3s/standin-images.tar", "i".repeat(50_000), 0o644);
  return server;
}
