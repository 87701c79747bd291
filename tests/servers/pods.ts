/** Story: pods of a server that a witness shut out run on the other one; of a server that is only not heard nothing is touched. */
import { join } from "node:path";
import type { KubeLease } from "../../src/k3s/pods.ts";
import { pairWith, reaches, state } from "./cluster.ts";
import { CLIENT, on, otherThan, type Server, until, vm } from "./lab.ts";
import { drillCut, drillKill } from "./drill.ts";
import { check, note, Timeline } from "./report.ts";

const TAKEOVER_SECONDS = 180;
const RETURN_SECONDS = 420;
const ORDERS = "/var/lib/rancher/k3s/server/orders";
const PODS = 6;

interface Pod {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly nodeName: string };
}

async function kubectl(server: Server, words: string): Promise<string> {
  return (await on(server, `k3s kubectl ${words}`, { seconds: 60 })).stdout;
}

async function places(server: Server): Promise<{ [node: string]: number }> {
  const { items } = JSON.parse(
    await kubectl(server, "get pods -n shop -o json"),
  ) as { items: readonly Pod[] };
  const count: { [node: string]: number } = {};
  for (const { spec } of items) {
    count[spec.nodeName] = (count[spec.nodeName] ?? 0) + 1;
  }
  return count;
}

/** Names of the controllers' leases that are the server's. */
async function leasesOf(server: Server): Promise<string[]> {
  const { items } = JSON.parse(
    await kubectl(server, "get leases -n kube-system -o json"),
  ) as { items: KubeLease[] };
  return items.filter(({ spec }) =>
    spec?.holderIdentity?.split("_")[0] === `rack${server}`
  ).map(({ metadata }) => metadata?.name ?? "");
}

async function changes(server: Server): Promise<string[]> {
  const { stdout } = await on(server, `cat ${ORDERS} 2>/dev/null; true`);
  return stdout.trim().split("\n").filter((line) => line !== "")
    .map((line) => (JSON.parse(line) as { argv: string[] }).argv.join(" "))
    .filter((words) => /^(taint|delete|cordon|drain)/.test(words));
}

export async function pods(
  folder: string,
  executable: string,
  primary: Server,
): Promise<Server> {
  const survivor = otherThan(primary);
  await check("pods of an example run on both nodes", async () => {
    await on(
      primary,
      `cat >/root/shop.json <<'J'\n${
        JSON.stringify({
          kind: "Deployment",
          metadata: { name: "web", namespace: "shop" },
          spec: { replicas: PODS },
        })
      }\nJ\nk3s kubectl apply -f /root/shop.json`,
      { seconds: 60 },
    );
    await until("pods on both", 60, async () => {
      const found = await places(primary);
      return found.node1 && found.node2 ? true : null;
    });
  });

  await check("without a witness no pod is given up", async () => {
    await on(survivor, `: >${ORDERS}`);
    await vm(["kill", String(primary)]);
    await reaches(survivor, "ALONE", TAKEOVER_SECONDS);
    const said = await until("it says so", 120, async () => {
      const { stdout } = await on(
        survivor,
        "hakit log k3s --script transition",
      );
      return /Left alone: .*/.exec(stdout)?.[0] ?? null;
    });
    note(`      ${said}`);
    if (!said.includes("without a witness")) throw new Error(said);
    const made = await changes(survivor);
    if (made.length > 0) throw new Error(made.join("; "));
  });
  await vm(["up", String(primary)], { seconds: 300 });
  await pairWith(survivor, RETURN_SECONDS);

  const witness = await startWitness(folder, executable, survivor);
  try {
    const first = await drillCut(await poweredOff(await shutOut(survivor)));
    return await drillKill(first);
  } finally {
    await check(
      "the witness is removed again",
      () =>
        on(survivor, "hakit witness remove", { seconds: 60, anyCode: true }),
    );
    witness.kill("SIGTERM");
    await witness.status;
  }
}

/** In the client's place, which is a third machine to the servers. */
async function startWitness(
  folder: string,
  executable: string,
  server: Server,
): Promise<Deno.ChildProcess> {
  const home = join(folder, "witness");
  await Deno.remove(home, { recursive: true }).catch(() => {});
  await Deno.mkdir(home, { recursive: true });
  const script = join(import.meta.dirname!, "vm");
  const env = { HAKIT_HOME: home };
  const child = new Deno.Command(script, {
    args: ["host", executable, "witness", "run"],
    env,
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  await check("a witness", async () => {
    const { stdout } = await on(
      server,
      `hakit witness add ${CLIENT} --json`,
      { seconds: 60 },
    );
    const { token } = JSON.parse(stdout) as { token: string };
    const { success } = await new Deno.Command(script, {
      args: ["host", executable, "witness", "admit", token],
      env,
      stdin: "null",
      stdout: "null",
    }).output();
    if (!success) throw new Error("hakit witness admit failed");
    await until("both nodes heed it", 90, async () => {
      const { arbiter } = await state(server);
      note(`      ${arbiter}`);
      return / decides: /.test(arbiter) ? true : null;
    }, 5000);
  });
  return child;
}

async function podsOnBoth(server: Server): Promise<void> {
  await check(
    "pods run on both nodes",
    () =>
      until("pods on both", 120, async () => {
        const found = await places(server);
        if (found.node1 && found.node2) return true;
        // The scheduler moves nothing by itself.
        await kubectl(
          server,
          `delete pod -n shop ${
            JSON.parse(await kubectl(server, "get pods -n shop -o json")).items
              .map(({ metadata }: Pod) => metadata.name).join(" ")
          }`,
        );
        return null;
      }, 5000),
  );
}

/** `off` is primary. Its pods are asked to leave while all still serves, and what stayed is given up when its power has gone. */
async function poweredOff(off: Server): Promise<Server> {
  const survivor = otherThan(off);
  await podsOnBoth(off);
  await on(off, `: >${ORDERS}`);
  const timeline = new Timeline();
  await vm(["stop", String(off)], { seconds: 200 });
  timeline.mark("off");
  await check("an orderly poweroff: all pods run on the survivor", async () => {
    await until("pods on the survivor", 120, async () => {
      const found = await places(survivor);
      return found[`node${survivor}`] === PODS && !found[`node${off}`]
        ? true
        : null;
    });
    timeline.mark("all pods there");
    await reaches(survivor, "ALONE", TAKEOVER_SECONDS);
  });
  timeline.tell("after poweroff");
  await vm(["up", String(off)], { seconds: 300 });
  await check("they were asked to leave before K3s ended", async () => {
    const asked = await changes(off);
    if (!asked.some((words) => words.startsWith(`drain node${off} `))) {
      throw new Error(asked.join("; ") || "nothing was asked");
    }
  });
  await check("the node that returns takes pods again", async () => {
    await pairWith(survivor, RETURN_SECONDS);
    await until("no cordon", 180, async () => {
      const { items } = JSON.parse(
        await kubectl(survivor, "get nodes -o json"),
      ) as { items: { spec: { taints: unknown[]; unschedulable: boolean } }[] };
      return items.every(({ spec }) =>
          spec.taints.length === 0 && !spec.unschedulable
        )
        ? true
        : null;
    });
  });
  return survivor;
}

/** `dead` is primary. */
async function shutOut(dead: Server): Promise<Server> {
  const survivor = otherThan(dead);
  await podsOnBoth(dead);
  const held = await leasesOf(dead);
  note(`      server ${dead} holds ${held.join(", ") || "no lease"}`);
  await vm(["kill", String(dead)]);
  const timeline = new Timeline();
  await check("all of them run on the survivor", async () => {
    await reaches(survivor, "ALONE", TAKEOVER_SECONDS);
    timeline.mark("ALONE, Ready");
    await until("pods on the survivor", 120, async () => {
      const found = await places(survivor);
      return found[`node${survivor}`] === PODS && !found[`node${dead}`]
        ? true
        : null;
    });
    timeline.mark("all pods there");
  });
  timeline.tell("after the power cut");
  const { stdout } = await on(survivor, "hakit log k3s --script transition");
  note(stdout.trim().replace(/^/gm, "        "));
  const made = await changes(survivor);
  await check(
    "the taint came first, and only the dead node was touched",
    () => {
      if (!made[0]?.startsWith(`taint node node${dead} `)) {
        throw new Error(made.join("; "));
      }
      const strange = made.find((words) => words.includes(`node${survivor}`));
      if (strange) throw new Error(strange);
    },
  );
  await check("its controllers' leases were released", () => {
    const missed = held.find((name) =>
      !made.some((words) => words.startsWith(`delete lease ${name} `))
    );
    if (missed) throw new Error(`${missed}: ${made.join("; ")}`);
  });
  await vm(["up", String(dead)], { seconds: 300 });
  await check("the node that returns takes pods again", async () => {
    await pairWith(survivor, RETURN_SECONDS);
    await until("no taint", 180, async () => {
      const { items } = JSON.parse(
        await kubectl(survivor, "get nodes -o json"),
      ) as { items: { spec: { taints: unknown[] } }[] };
      return items.every(({ spec }) => spec.taints.length === 0) ? true : null;
    });
  });
  await check("checkers see both nodes and the volume", async () => {
    await until("all is up", 240, async () => {
      const found = (await state(survivor)).nodes.find(({ local }) => local)!
        .modules.find(({ name }) => name === "k3s")!.resources;
      const bad = found.filter(({ state }) => state !== "up");
      if (bad.length === 0) return true;
      throw new Error(
        bad.map((one) => `${one.name} ${one.state}: ${one.detail}`).join("; "),
      );
    }, 10_000);
    note(
      (await on(survivor, "hakit resource list k3s")).stdout.trim()
        .replace(/^/gm, "        "),
    );
  });
  return survivor;
}
