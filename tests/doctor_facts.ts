/** A healthy server's facts, for tests to spoil. */
import type { DoctorFacts } from "../src/doctor/facts.ts";
import { GIB } from "../src/system/units.ts";

export function healthy(name = "node1", number = 1): DoctorFacts {
  const off = () => ({ active: "inactive", enabled: "disabled" });
  return {
    time: 0,
    node: {
      name,
      hostname: name,
      machine: `${number}`.repeat(32),
      hakit: "0.1.0",
      root: true,
      cluster: null,
      container: false,
      late: [],
    },
    system: {
      id: "debian",
      version: "12",
      architecture: "x86_64",
      kernel: "6.1.0-28-amd64",
      systemd: true,
      cpus: 2,
      memory: 4 * GIB,
      swap: 0,
      modules: Object.fromEntries(
        ["fuse", "loop", "xfs", "nfsd", "br_netfilter", "overlay", "vxlan"]
          .map((module) => [module, "loaded" as const]),
      ),
      fuse: true,
      missingPackages: [],
      freePackages: [],
      versions: { "mariadb-server": "1:10.11.6-0+deb12u1" },
      openssl: ["libssl.so.3"],
      controllers: ["cpuset", "cpu", "io", "memory", "pids"],
      watchdog: "softdog",
      timeSynchronized: true,
      timeService: "systemd-timesyncd",
      mysql: { uid: 860, gid: 860 },
      units: {
        hakit: off(),
        mariadb: off(),
        "nfs-server": off(),
        k3s: off(),
      },
      waitOnline: true,
    },
    network: {
      addresses: [
        { address: "127.0.0.1", prefix: 8, interface: "lo", dynamic: false },
        {
          address: `10.0.0.${number}`,
          prefix: 24,
          interface: "eth0",
          dynamic: false,
        },
        {
          address: `10.1.0.${number}`,
          prefix: 24,
          interface: "eth1",
          dynamic: false,
        },
      ],
      interfaces: ["lo", "eth0", "eth1"].map((device) => ({
        name: device,
        up: true,
        mtu: 1500,
        speed: device === "lo" ? null : 1000,
      })),
      defaultRoute: true,
      resolvesMs: 2,
      listening: [],
      trips: [{
        address: `10.0.0.${3 - number}`,
        lostPercent: 0,
        averageMs: 0.3,
        frame: 1500,
        fullSize: true,
      }],
      firewall: { kind: "none", blocked: [] },
    },
    disks: [{
      folder: "/var/lib/mysql",
      device: "/dev/vda",
      type: "ext4",
      free: 50 * GIB,
      syncMs: 1,
      bytesPerSecond: 500 * 1024 ** 2,
    }],
    existing: {
      ours: false,
      k3s: null,
      databases: [],
      datastore: false,
      mysqlPackages: [],
      exports: [],
      storage: [],
      rivals: [],
    },
    wanted: {
      own: [`10.0.0.${number}`, `10.1.0.${number}`],
      peer: [`10.0.0.${3 - number}`, `10.1.0.${3 - number}`],
      vip: "10.0.0.100/24",
      size: "10G",
      volume: null,
      networks: ["10.42.0.0/16", "10.43.0.0/16"],
    },
  };
}
