/** Addresses, links, ports, names, firewall. Pure. */
import { canonical, contains, parseNetwork } from "../system/address.ts";
import { links, overlaps, ports, route } from "./common_rules.ts";
import { type DoctorFacts, problem, type Rule, warning } from "./facts.ts";

/** A write waits for one round trip. */
const SLOW_TRIP_MS = 2;
const SLOW_LOOKUP_MS = 1000;
/** Mbit/s; less and a first copy takes days. */
const SLOW_LINK = 1000;

export const NETWORK_RULES: readonly Rule<DoctorFacts>[] = [
  {
    title: "addresses of the cluster",
    look({ network: { addresses, interfaces }, wanted, existing: { ours } }) {
      const { own } = wanted;
      const found = [];
      for (const address of own) {
        const here = addresses.find((entry) =>
          canonical(entry.address) === canonical(address)
        );
        if (!here) {
          found.push(
            problem("address.missing", `${address} is not on this server`, {
              why: "The other node looks for this one there: that link is dead",
              fix:
                `ip addr add ${address}/PREFIX dev INTERFACE, and in the network's configuration`,
            }),
          );
          continue;
        }
        if (here.dynamic) {
          found.push(
            warning(
              "address.dynamic",
              `${address} on ${here.interface} comes from DHCP`,
              {
                why:
                  "When the lease ends or the DHCP server gives another address the cluster loses this link",
                fix:
                  "give it a fixed address, or reserve it at the DHCP server",
              },
            ),
          );
        }
        const link = interfaces.find(({ name }) => name === here.interface);
        if (link && !link.up) {
          found.push(
            problem("link.down", `${link.name} (${address}) has no link`, {
              why: "Heartbeats and replication do not pass",
              fix: `ip link set ${link.name} up, and look at the cable`,
            }),
          );
        }
        if (link?.speed && link.speed > 0 && link.speed < SLOW_LINK) {
          found.push(
            warning(
              "link.slow",
              `${link.name} runs at ${link.speed} Mbit/s`,
              {
                why:
                  "Every write crosses it, and a first copy of 100 GB takes hours",
                fix: `ethtool ${link.name}`,
              },
            ),
          );
        }
      }
      found.push(...links(own, { made: ours }));
      return found;
    },
  },
  {
    title: "networks of pods and services",
    look: ({ network: { addresses }, wanted: { networks }, existing }) =>
      overlaps(addresses, networks, { made: existing.ours }),
  },
  {
    title: "default route",
    look: ({ network: { defaultRoute } }) => route(defaultRoute),
  },
  {
    title: "ports",
    look: ({ network: { listening }, existing: { ours } }) =>
      ours ? [] : ports(listening),
  },
  {
    title: "own name",
    look({ node: { hostname }, network: { resolvesMs, addresses } }) {
      const address = addresses.find((entry) => entry.interface !== "lo")
        ?.address;
      if (resolvesMs === null) {
        return [
          warning("name.unknown", `The name ${hostname} has no address`, {
            why: "sudo, MariaDB and the NFS server wait for name servers",
            fix: `echo "${address ?? "ADDRESS"} ${hostname}" >>/etc/hosts`,
          }),
        ];
      }
      return resolvesMs <= SLOW_LOOKUP_MS ? [] : [
        warning(
          "name.slow",
          `Looking up ${hostname} takes ${(resolvesMs / 1000).toFixed(1)} s`,
          {
            why: "Whatever asks for it at a failover waits as long",
            fix: `echo "${address ?? "ADDRESS"} ${hostname}" >>/etc/hosts`,
          },
        ),
      ];
    },
  },
  {
    title: "way to the other node",
    look({ network: { trips } }) {
      const found = [];
      for (
        const { address, lostPercent, averageMs, frame, fullSize } of trips
      ) {
        if (averageMs === null) {
          found.push(
            problem("peer.silent", `${address} does not answer a ping`, {
              why: "The nodes cannot work together over this link",
              fix:
                `ping ${address}; on the other server: ip addr, and its firewall`,
            }),
          );
          continue;
        }
        if (lostPercent > 0) {
          found.push(
            problem(
              "peer.loss",
              `${lostPercent} % of the packets to ${address} are lost`,
              {
                why:
                  "Writes wait for what is sent again; heartbeats are missed",
                fix: `ip -s link; ethtool -S INTERFACE`,
              },
            ),
          );
        }
        if (averageMs > SLOW_TRIP_MS) {
          found.push(
            warning(
              "peer.far",
              `The round trip to ${address} takes ${averageMs.toFixed(1)} ms`,
              {
                why: `Every write waits for one: a database commits at most ${
                  Math.floor(1000 / averageMs)
                } times a second one after the other`,
              },
            ),
          );
        }
        if (!fullSize) {
          found.push(
            problem(
              "peer.mtu",
              `A packet of ${frame} bytes does not reach ${address} whole`,
              {
                why:
                  "Small packets pass and large ones hang: connections open and then stand still",
                fix:
                  `mend the switch, or on both nodes: ip link set INTERFACE mtu ${
                    frame - 100
                  } (and in the network's configuration, for the next boot)`,
              },
            ),
          );
        }
      }
      return found;
    },
  },
  {
    title: "firewall",
    look({ network: { firewall }, node: { root } }) {
      if (!root || firewall.blocked.length === 0) return [];
      return [
        problem(
          "firewall",
          `The firewall (${firewall.kind}) drops ${
            firewall.blocked.join(", ")
          }`,
          {
            why: "The nodes, or their pods, do not reach each other there",
            fix: "hakit doctor --fix firewall",
          },
        ),
      ];
    },
  },
  {
    title: "virtual address",
    look({ wanted: { vip }, network: { addresses } }) {
      const network = vip ? parseNetwork(vip) : null;
      if (!network) return [];
      const near = addresses.some(({ address, prefix }) =>
        canonical(address) !== canonical(network.address) &&
        contains(`${address}/${prefix}`, network.address)
      );
      return near ? [] : [
        problem("vip.far", `${vip} is in no network of this server`, {
          why: "It cannot be taken here: clients would not find it",
        }),
      ];
    },
  },
];
