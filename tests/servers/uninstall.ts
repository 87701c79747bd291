/** Last story: hakit is taken off both servers, the secondary first. What it leaves is a plain server with plain data on it. */
import { isAsBefore } from "./before.ts";
import { reaches } from "./cluster.ts";
import { on, otherThan, type Server, VIRTUAL_ADDRESS } from "./lab.ts";
import type { Proof } from "./proof.ts";
import { check } from "./report.ts";

/** Whatever a command, a unit, a mount, a process or a file of hakit's could still be; the executable stays, as the command says. */
const LEFT =
  "systemctl list-unit-files --no-legend 'hakit*' 'k3s*' | grep -v '^hakit-test-'; pgrep -af 'hakit (agent|replicator)|k3s (server|agent)';" +
  " grep -i -e hakit -e ' /srv/' /proc/mounts; ip -o addr | grep -F " +
  `${VIRTUAL_ADDRESS};` +
  " ls -d /run/hakit /var/log/hakit /etc/hakit/modules /etc/hakit/cluster.yaml /etc/hakit/secret.key 2>/dev/null; true";

async function nothingLeft(server: Server): Promise<void> {
  const { stdout } = await on(server, LEFT);
  if (stdout.trim() !== "") throw new Error(stdout.trim().slice(0, 600));
}

async function rows(server: Server): Promise<void> {
  const { stdout } = await on(
    server,
    "ls /var/lib/mysql/ibdata1 /var/lib/hakit-k3s/storage",
  );
  if (!stdout.includes("ibdata1")) throw new Error("no database is there");
}

export async function uninstall(
  proof: Proof,
  primary: Server,
): Promise<Server> {
  const second = otherThan(primary);
  await proof.start(primary, null);
  await check(
    "hakit uninstall on the secondary",
    () => on(second, "hakit uninstall", { seconds: 400 }),
  );
  await check("nothing of it is left there", () => nothingLeft(second));
  await check("its copy of the data is", () => rows(second));
  await check("the primary goes on, alone", async () => {
    await proof.flows(3, 60);
    await reaches(primary, "ALONE", 60);
  });
  await check("a second hakit uninstall changes nothing", async () => {
    const { stdout } = await on(second, "hakit uninstall", { seconds: 200 });
    if (!stdout.includes("Nothing was changed")) {
      throw new Error(stdout.slice(-400));
    }
  });
  await check("--data without --yes is refused", async () => {
    const { code } = await on(second, "hakit uninstall --data", {
      anyCode: true,
    });
    if (code !== 2) throw new Error(`exit code ${code}`);
  });
  await check("nor is it where nobody can tell of the other copy", async () => {
    const { code } = await on(second, "hakit uninstall --data --yes", {
      anyCode: true,
    });
    if (code !== 1) throw new Error(`exit code ${code}`);
  });
  await check("--data --yes --last-copy removes that copy, too", async () => {
    await on(second, "hakit uninstall --data --yes --last-copy", {
      seconds: 300,
    });
    const { stdout } = await on(
      second,
      "find /var/lib/mysql /var/lib/hakit-k3s/storage -mindepth 1 2>/dev/null; ls -d /etc/hakit /var/lib/hakit 2>/dev/null; true",
    );
    if (stdout.trim() !== "") throw new Error(stdout.slice(0, 600));
  });
  await check(
    "that server is as it was before hakit",
    () => isAsBefore(second),
  );
  await check("no database without data starts at boot there", async () => {
    const { stdout } = await on(second, "systemctl is-enabled mariadb", {
      anyCode: true,
    });
    if (stdout.trim() === "enabled") throw new Error(stdout);
  });

  await proof.stop();
  await check(
    "hakit uninstall on the primary",
    () => on(primary, "hakit uninstall", { seconds: 400 }),
  );
  await check("nothing of it is left there", () => nothingLeft(primary));
  await check(
    "but for its data it is as it was before hakit",
    () => isAsBefore(primary, ["/etc/hakit", "/etc/rancher"]),
  );
  await check("MariaDB and NFS start at boot again", async () => {
    for (const unit of ["mariadb", "nfs-server"]) {
      const { stdout } = await on(primary, `systemctl is-enabled ${unit}`, {
        anyCode: true,
      });
      if (stdout.trim() !== "enabled") throw new Error(`${unit}: ${stdout}`);
    }
  });
  await check("a plain MariaDB has every row", async () => {
    await on(primary, "systemctl start mariadb", { seconds: 200 });
    await proof.nothingLost(primary);
  });
  return primary;
}
