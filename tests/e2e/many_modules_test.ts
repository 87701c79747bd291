/** Eight modules on two nodes, in both directions: each has its own role, addresses, ports and data, and all fail over together. */
import { deepStrictEqual, match, rejects } from "node:assert/strict";
import { join } from "node:path";
import { parseDocument } from "yaml";
import { command } from "../../src/system/command.ts";
import { now, sleep } from "../../src/system/clock.ts";
import { type NodeNumber, World } from "./chaos/world.ts";

const HERE = import.meta.dirname!;
const COUNTER = join(HERE, "../../modules/counter");
const READY_MS = 120_000;
/** Detection, and eight services that start at once on two cores. */
const TAKEN_MS = 30_000;

interface Shop {
  readonly name: string;
  readonly address: string;
  readonly service: number;
  readonly replication: number;
  /** Where it is primary at first: the one half here, the other there. */
  readonly home: NodeNumber;
}

const SHOPS: readonly Shop[] = Array.from({ length: 8 }, (_, index) => ({
  name: `shop${index + 1}`,
  address: `10.77.1.${101 + index}`,
  service: 3401 + index,
  replication: 5701 + index,
  home: index % 2 === 0 ? 1 : 2,
}));

class Street {
  readonly world = new World("many");
  readonly #storage = "/var/lib/hakit-many/storage";

  async install(shop: Shop, change: Partial<Shop> = {}): Promise<void> {
    const { name, address, service, replication } = { ...shop, ...change };
    const folder = await Deno.makeTempDir();
    try {
      await command(["cp", "-r", `${COUNTER}/.`, folder]);
      const file = join(folder, "module.yaml");
      const yaml = parseDocument(await Deno.readTextFile(file));
      const directory = `${this.#storage}/${shop.name}`;
      yaml.set("name", name);
      yaml.set("port", replication);
      yaml.set("virtual_addresses", [{ address: `${address}/24` }]);
      yaml.set("directories", [{ path: directory }]);
      yaml.setIn(["variables", "DATADIR"], directory);
      yaml.setIn(["variables", "PORT"], String(service));
      await Deno.writeTextFile(file, yaml.toString());
      for (const node of ["1", "2"]) {
        await this.world.lab("exec", node, "--", "mkdir", "-p", directory);
      }
      await this.world.hakit(["module", "install", folder], 1);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  }

  /** The next row, at the virtual address; null: no answer. */
  async next({ address, service }: Shop): Promise<number | null> {
    // A row that waits for a lost peer is answered after its detection time: asked again, it would be counted twice.
    const ask =
      `exec 3<>/dev/tcp/${address}/${service} && echo next >&3 && read -t 8 row <&3 && echo "$row"`;
    const { code, stdout } = await command([
      ...["ip", "netns", "exec", this.world.namespace(0)],
      ...["timeout", "10", "bash", "-c", ask],
    ], { anyCode: true });
    return code === 0 ? Number(stdout.trim()) : null;
  }

  /** Everybody's next row; asked until all have answered once. */
  async round(limitMs: number): Promise<number[]> {
    const end = now() + limitMs;
    return await Promise.all(SHOPS.map(async (shop) => {
      for (;;) {
        const row = await this.next(shop);
        if (row !== null) return row;
        if (now() > end) {
          throw new Error(
            `${shop.name} does not answer:\n${await this.why(shop)}`,
          );
        }
        await sleep(200);
      }
    }));
  }

  /** What both nodes know of one that does not answer. */
  async why({ name, service }: Shop): Promise<string> {
    const { world } = this;
    const looks = ([1, 2] as const).map(async (node) => {
      const log = join(world.home(node), "log", `${name}.log`);
      const [state, text, sockets] = await Promise.all([
        world.state(node),
        Deno.readTextFile(log).catch(String),
        world.lab(
          ...["exec", String(node), "--", "ss", "-Htanp"],
          `( sport = :${service} )`,
        ).catch(String),
      ]);
      const lines = text.trimEnd().split("\n").slice(-8).join("\n");
      const said = state?.nodes.find(({ local }) => local)?.modules.find((
        one,
      ) => one.name === name);
      return `node${node}: ${said?.role} ${said?.status} ${said?.reason}\n${lines}\n${sockets}`;
    });
    return (await Promise.all(looks)).join("\n");
  }

  /** Who is primary of each, once all are PRIM and SECOND, both Ready. */
  async primaries(): Promise<NodeNumber[]> {
    const end = now() + READY_MS;
    for (;;) {
      const state = await this.world.state(1);
      const roles = SHOPS.map(({ name }) =>
        state?.nodes.map(({ modules }) =>
          modules.find((one) => one.name === name)
        ) ?? []
      );
      const level = roles.every((pair) =>
        pair.every((one) => one?.status === "Ready") &&
        pair.map((one) => one?.role).toSorted().join() === "PRIM,SECOND"
      );
      if (level) {
        return roles.map(([first]) => first!.role === "PRIM" ? 1 : 2);
      }
      if (now() > end) {
        throw new Error(
          SHOPS.map(({ name }, at) =>
            `${name}: ${
              roles[at]!.map((one) => `${one?.role} ${one?.status}`).join(", ")
            }`
          ).join("; "),
        );
      }
      await sleep(300);
    }
  }
}

Deno.test("eight modules in both directions: own roles, ports, addresses and data; one node takes all over and gives half back", async (t) => {
  // What follows a step that failed would only fail, too.
  const step = async (name: string, run: () => Promise<void>) => {
    let failure: unknown = null;
    await t.step(name, () =>
      run().catch((error) => {
        failure = error;
        throw error;
      }));
    if (failure !== null) throw failure;
  };
  const street = new Street();
  const { world } = street;
  await world.up({ witness: false });
  try {
    await step(
      "they are installed, half of them primary on each node",
      async () => {
        for (const shop of SHOPS) {
          await street.install(shop);
          await world.hakit(["prim", shop.name], shop.home);
          await world.hakit(["start", shop.name], shop.home === 1 ? 2 : 1);
        }
        deepStrictEqual(
          await street.primaries(),
          SHOPS.map(({ home }) => home),
        );
        deepStrictEqual(await street.round(TAKEN_MS), SHOPS.map(() => 1));
      },
    );

    await step(
      "one that would share a port, a path or an address is refused, and says with whom",
      async () => {
        const [first] = SHOPS;
        const apart = {
          name: "other",
          address: "10.77.1.120",
          service: 3420,
          replication: 5720,
        };
        for (
          const shared of [
            { replication: first!.replication },
            { address: first!.address },
            {},
          ]
        ) {
          await rejects(
            street.install(first!, { ...apart, ...shared }),
            (error: Error) => {
              match(error.message, /module "shop1"/);
              return true;
            },
          );
        }
      },
    );

    await step(
      "a node loses its power: the other one has them all",
      async () => {
        await world.lab("kill", "1");
        deepStrictEqual(await street.round(TAKEN_MS), SHOPS.map(() => 2));
      },
    );

    await step("it returns and follows in all of them", async () => {
      await world.lab("start", "1");
      deepStrictEqual(await street.primaries(), SHOPS.map(() => 2));
    });

    await step("half of them change places at once", async () => {
      const mine = SHOPS.filter(({ home }) => home === 1);
      await Promise.all(
        mine.map(({ name }) => world.hakit(["swap", name], 1)),
      );
      deepStrictEqual(
        await street.primaries(),
        SHOPS.map(({ home }) => home),
      );
      deepStrictEqual(await street.round(TAKEN_MS), SHOPS.map(() => 3));
    });
  } finally {
    await world.down();
  }
});
