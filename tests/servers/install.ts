/** Story 1: two plain servers become a cluster by the commands of the README, and a second run of each changes nothing. */
import {
  on,
  type Ran,
  type Server,
  SERVERS,
  until,
  VIRTUAL_ADDRESS,
  vm,
} from "./lab.ts";
import { rememberAsItIs } from "./before.ts";
import type { Bundle } from "./bundle.ts";
import { pairWith, state } from "./cluster.ts";
import { check, note } from "./report.ts";

/** Debian's own installer configures MariaDB in emulation: minutes. */
export const PREREQ_SECONDS = 1800;
export const JOIN_SECONDS = 900;

export interface Places {
  readonly executable: string;
  /** Folder with the stand-in executable `k3s`. */
  readonly k3s: string;
  /** Install from this one file, as from a stick, and from nothing else. */
  readonly bundle: Bundle | null;
}

/** How the commands are called, by what was brought to the servers. */
interface Way {
  readonly prereq: string;
  readonly first: (address: string) => string;
}

export async function install(places: Places): Promise<void> {
  const { prereq, first: firstCommand } = places.bundle
    ? await fromStick(places.bundle)
    : await fromFolders(places);
  const doctor = prereq.replace(/ prereq.*/, " doctor");
  const before = await on(1, doctor, { seconds: 120, anyCode: true });
  note(before.stdout.trim().replace(/^/gm, "        "));
  await Promise.all(SERVERS.map(rememberAsItIs));
  await check("hakit prereq on both servers", () =>
    Promise.all(
      SERVERS.map((server) => on(server, prereq, { seconds: PREREQ_SECONDS })),
    ));
  await check(
    "a second hakit prereq changes nothing and says so",
    () => Promise.all(SERVERS.map((server) => changesNothing(prereq, server))),
  );
  await check("services are out of boot: the module starts them", async () => {
    for (const server of SERVERS) {
      const { stdout } = await on(
        server,
        "systemctl is-enabled mariadb nfs-server",
        { anyCode: true },
      );
      if (/^enabled/m.test(stdout)) {
        throw new Error(`server ${server}: ${stdout.replaceAll("\n", " ")}`);
      }
    }
  });

  await check(
    "a node's own address is refused as virtual one",
    () => refused(1, firstCommand("10.41.0.12/24")),
  );
  await check("an address that somebody answers for is refused", async () => {
    await vm(["host", "ip", "addr", "add", "10.41.0.77/24", "dev", "link0"]);
    try {
      await refused(1, firstCommand("10.41.0.77/24"));
    } finally {
      await vm(["host", "ip", "addr", "del", "10.41.0.77/24", "dev", "link0"]);
    }
  });
  const first = firstCommand(`${VIRTUAL_ADDRESS}/24`);
  let token = await check(
    "hakit first on server 1",
    async () => tokenIn((await on(1, first, { seconds: JOIN_SECONDS })).stdout),
  );
  token = await check(
    "a second hakit first changes nothing, says so, and gives a new token",
    async () => tokenIn((await changesNothing(first, 1)).stdout),
  );

  await check(
    "a wrong token is refused with one line",
    () => refused(2, "hakit second hakit1.bm90aGluZw"),
  );
  await check(
    "hakit second on server 2",
    () => on(2, `hakit second ${token}`, { seconds: JOIN_SECONDS }),
  );
  await check("PRIM and SECOND, both Ready", () => pairWith(1, 120));
  await check(
    "a second hakit second changes nothing and says so",
    () => changesNothing(`hakit second ${token}`, 2),
  );
  for (const server of SERVERS) {
    await check(`hakit state on server ${server} shows both`, async () => {
      const roles = (await state(server)).nodes.map(({ modules }) =>
        `${modules[0]?.role} ${modules[0]?.status}`
      );
      if (roles.join() !== "PRIM Ready,SECOND Ready") {
        throw new Error(roles.join(", "));
      }
    });
  }
  await check("hakit doctor finds no problem on either server", async () => {
    const { code, stdout, stderr } = await on(1, "hakit doctor --json", {
      seconds: 240,
      anyCode: true,
    });
    if (stdout === "") throw new Error(`exit code ${code}: ${stderr}`);
    const { findings, missing } = JSON.parse(stdout) as {
      findings: { code: string; level: string; text: string }[];
      missing: string | null;
    };
    // How fast emulated disks are says nothing of hakit.
    const problems = findings.filter(({ code, level }) =>
      level === "problem" && code !== "disk.sync"
    );
    if (missing ?? problems.length > 0) {
      throw new Error(missing ?? JSON.stringify(problems) + stderr);
    }
  });
  note((await on(1, "hakit state")).stdout.trim().replace(/^/gm, "        "));
  if (places.bundle) {
    await check("the stick is taken out", async () => {
      for (const server of SERVERS) await on(server, "rm -rf /root/stick");
    });
  }
  await check(
    "K3s runs on both",
    () =>
      Promise.all(
        SERVERS.map((server) =>
          until(`k3s.service on server ${server}`, 120, async () => {
            const { stdout } = await on(server, "systemctl is-active k3s", {
              anyCode: true,
            });
            return stdout.trim() === "active" ? true : null;
          })
        ),
      ),
  );
}

/** Beside the old one first: an executable that runs cannot be written over. */
export async function putExecutable(
  server: Server,
  executable: string,
): Promise<void> {
  await vm(["put", String(server), executable, "/root/new"], { seconds: 300 });
  await on(
    server,
    "mv -f /root/new/hakit /usr/local/bin/hakit && chmod 755 /usr/local/bin/hakit",
  );
}

async function fromFolders({ executable, k3s }: Places): Promise<Way> {
  for (const server of SERVERS) {
    await putExecutable(server, executable);
    await on(server, "rm -rf /root/k3s");
    await vm(["put", String(server), k3s, "/root"], { seconds: 120 });
  }
  const packages = await on(1, "dpkg -s mariadb-server", { anyCode: true });
  const bare = packages.code !== 0;
  note(bare ? "packages from a folder" : "packages are there already");
  return {
    prereq: `hakit prereq${bare ? " --packages /root/packages" : ""}`,
    first: (address) => `${FIRST} --vip ${address} --k3s /root/k3s`,
  };
}

/** Nothing of hakit, of K3s and of packages is on the servers but the stick. */
async function fromStick({ file, fingerprint }: Bundle): Promise<Way> {
  for (const server of SERVERS) {
    await on(server, "rm -rf /root/packages /usr/local/bin/hakit");
    await vm(["put", String(server), file, "/root/stick"], { seconds: 400 });
    await on(server, "cd /root/stick && tar -xf hakit.bundle hakit");
  }
  note("all from one bundle");
  const bundle = `--bundle /root/stick/hakit.bundle --key ${fingerprint}`;
  return {
    prereq: `/root/stick/hakit prereq ${bundle}`,
    first: (address) => `${FIRST} --vip ${address} ${bundle}`,
  };
}

const FIRST =
  // The hosts are called otherwise, rack1 and rack2: Kubernetes' controllers go by that name, and nodes do not.
  "hakit first --name1 node1 --node1 10.41.0.11,10.51.0.11 --node2 10.41.0.12,10.51.0.12 --interface eth0 --size 2G";

export function tokenIn(text: string): string {
  const token = /hakit1\.[\w-]+/.exec(text)?.[0];
  if (!token) throw new Error(`no token in: ${text.slice(-400)}`);
  return token;
}

/** Wrong use: exit code 1 or 2, one clear line beside warnings, nothing like a stack. */
async function refused(server: Server, command: string): Promise<void> {
  const { code, stderr } = await on(server, command, {
    seconds: 120,
    anyCode: true,
  });
  const lines = stderr.trim().split("\n").filter((line) => !/^! /.test(line));
  note(`      exit code ${code}: ${lines[0]}`);
  if (code !== 1 && code !== 2) throw new Error(`exit code ${code}`);
  if (lines.length > 3 || /^ +at /m.test(stderr)) {
    throw new Error(`not one clear line: ${stderr.slice(0, 600)}`);
  }
}

/** All that configures a server. Left out: what a new token and a new login link are remembered by, and units that systemd makes by itself. */
const FINGERPRINT =
  // systemd answers within 25 s or not at all, which is no difference; where it never does, the look fails.
  "for i in 1 2 3 4; do systemctl list-unit-files --no-legend >/run/units && break; done; test -s /run/units || exit 1;" +
  " { find /etc /usr/local /lib/systemd /root/.kube -xdev -type f ! -name join.json ! -name links.json ! -name users.yaml -print0 2>/dev/null | sort -z | xargs -0 sha256sum;" +
  " find /etc /srv /usr/local -xdev ! -name join.json ! -name links.json ! -name users.yaml -printf '%p %U:%G %m %l\\n' | sort; dpkg -l;" +
  " awk '$2 != \"transient\" { print $1, $2 }' /run/units; sort /proc/mounts; }";

/** Runs a command that has been run before; throws when the server is not as it was. */
async function changesNothing(command: string, server: Server): Promise<Ran> {
  const look = () => on(server, FINGERPRINT, { seconds: 180 });
  const before = new Set((await look()).stdout.split("\n"));
  const ran = await on(server, command, { seconds: JOIN_SECONDS });
  const after = (await look()).stdout.split("\n");
  const difference = after.filter((line) => !before.delete(line));
  if (difference.length + before.size > 0) {
    const shown = [
      ...difference.map((line) => `+ ${line}`),
      ...[...before].map((line) => `- ${line}`),
    ];
    throw new Error(
      `server ${server} is not as before, ${shown.length} lines: ${
        shown.slice(0, 5).join("; ")
      }`,
    );
  }
  if (!ran.stdout.includes("Nothing was changed")) {
    throw new Error(`server ${server} says: ${ran.stdout.slice(-400)}`);
  }
  return ran;
}
