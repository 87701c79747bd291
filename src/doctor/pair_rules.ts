/** What must be equal, or near, on both nodes. Pure. */
import { seriesOf } from "../cluster/series.ts";
import {
  clocks,
  type Half,
  kinship,
  mysqlNumbers,
  sameName,
} from "./common_rules.ts";
import { type DoctorFacts, problem, type Rule, warning } from "./facts.ts";

export interface Pair {
  readonly mine: DoctorFacts;
  readonly theirs: DoctorFacts;
  /** Their clock minus ours; null: the facts came by a file, which says nothing of it. */
  readonly clockMs: number | null;
}

export const PAIR_RULES: readonly Rule<Pair>[] = [
  {
    title: "clocks of both",
    look: ({ clockMs }) => clocks(clockMs ?? 0),
  },
  {
    title: "numbers of user mysql",
    look({ mine, theirs }) {
      const [a, b] = [mine.system.mysql, theirs.system.mysql];
      if (!a || !b) return [];
      // Who is in a cluster alone has the data.
      const fresh = mine.node.cluster === null && theirs.node.cluster;
      return mysqlNumbers(
        { name: mine.node.name, mysql: a },
        { name: theirs.node.name, mysql: b },
        fresh ? "mine" : "theirs",
      );
    },
  },
  {
    title: "versions of both",
    look({ mine, theirs }) {
      const clustered = mine.node.cluster !== null &&
        theirs.node.cluster !== null;
      const found = kinship(halfOf(mine), halfOf(theirs), { clustered });
      const both = (a: string, b: string) =>
        `${a} on ${mine.node.name}, ${b} on ${theirs.node.name}`;
      const system = ({ system: { id, version } }: DoctorFacts) =>
        `${id} ${version}`;
      if (system(mine) !== system(theirs)) {
        found.push(
          warning(
            "pair.distribution",
            `Different distributions: ${both(system(mine), system(theirs))}`,
            { why: "Services of different versions work on the same data" },
          ),
        );
      }
      if (mine.node.hakit !== theirs.node.hakit) {
        found.push(
          warning(
            "pair.hakit",
            `Different hakit: ${both(mine.node.hakit, theirs.node.hakit)}`,
            {
              why:
                "Only for the time of an upgrade: what one knows the other may not",
              // Where an agent runs install.sh refuses.
              fix: clustered
                ? "hakit upgrade FILE, or hakit upgrade --back"
                : "install the newer one on both",
            },
          ),
        );
      }
      return found;
    },
  },
  {
    title: "two different machines",
    look({ mine, theirs }) {
      const found = [];
      if (
        mine.node.machine !== "" && mine.node.machine === theirs.node.machine
      ) {
        found.push(
          problem("pair.clone", "Both have the same /etc/machine-id", {
            why:
              "One is a copy of the other: DHCP gives both one address, and hakit takes them for one machine",
            fix:
              "on one: rm /etc/machine-id /var/lib/dbus/machine-id; systemd-machine-id-setup; reboot",
          }),
        );
      }
      // In a cluster at work a name is not changed in passing; "second" refuses it before there is one.
      found.push(
        ...sameName(mine.node.hostname, theirs.node.hostname, warning),
      );
      return found;
    },
  },
  {
    title: "configuration of both",
    look({ mine, theirs }) {
      const [a, b] = [mine.node.cluster, theirs.node.cluster];
      if (a === null || b === null || a === b) return [];
      return [
        problem("pair.cluster", "cluster.yaml differs between the nodes", {
          why: "They disagree on addresses, links or trust",
          fix:
            "copy /etc/hakit/cluster.yaml of the node whose is right to the other one, then hakit upgrade --restart on one: the agents begin again one after the other, and services change places",
        }),
      ];
    },
  },
  {
    title: "links and disks of both",
    look({ mine, theirs }) {
      const found = [];
      for (const [index, address] of mine.wanted.own.entries()) {
        const here = mtuOf(mine, address);
        const there = mtuOf(theirs, theirs.wanted.own[index] ?? "");
        if (here === null || there === null || here === there) continue;
        found.push(
          problem(
            "pair.mtu",
            `Link ${
              index + 1
            } has MTU ${here} on ${mine.node.name} and ${there} on ${theirs.node.name}`,
            {
              why: "Large packets of one are dropped by the other",
              fix: `ip link set INTERFACE mtu ${Math.min(here, there)}`,
            },
          ),
        );
      }
      for (const disk of mine.disks) {
        const other = theirs.disks.find(({ folder }) => folder === disk.folder);
        // "": it did not answer in time.
        if (
          !other || [disk, other].some(({ type }) => /^(fuse|$)/.test(type))
        ) {
          continue;
        }
        if (disk.type !== other.type) {
          found.push(
            warning(
              "pair.disk",
              `${disk.folder} is ${disk.type} on ${mine.node.name} and ${other.type} on ${theirs.node.name}`,
              {
                why:
                  "What one file system takes (names, attributes, sizes) the other may refuse",
              },
            ),
          );
        }
      }
      return found;
    },
  },
];

function halfOf({ node, system }: DoctorFacts): Half {
  return {
    name: node.name,
    architecture: system.architecture,
    mariadb: seriesOf(system.versions["mariadb-server"] ?? ""),
  };
}

function mtuOf({ network }: DoctorFacts, address: string): number | null {
  const entry = network.addresses.find((own) => own.address === address);
  return network.interfaces.find(({ name }) => name === entry?.interface)
    ?.mtu ?? null;
}
