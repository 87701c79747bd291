import { match, rejects, strictEqual } from "node:assert/strict";
import { command } from "../system/command.ts";

/** Two namespaces with a cable between them, the code under test in the first: needs root and says so when it is skipped. */
const A = "hakit-vip-a";
const B = "hakit-vip-b";

async function ip(...args: string[]): Promise<string> {
  return (await command(["ip", ...args])).stdout;
}

async function removeNamespaces(): Promise<void> {
  await command(["ip", "netns", "del", A], { anyCode: true });
  await command(["ip", "netns", "del", B], { anyCode: true });
}

const possible = await command(["ip", "netns", "add", A]).then(
  () => true,
  () => false,
);
if (possible) await removeNamespaces();

/** Runs lines of code that may use `ip.take` and so on inside namespace A; gives back what they print. */
async function inside(code: string): Promise<string> {
  const file = new URL("./virtual_ip.ts", import.meta.url).href;
  const text = `import * as vip from ${JSON.stringify(file)};
    const take = async (address, device) => {
      const target = await vip.resolveAddress({ address, interface: device }, "10.94.0.1");
      await vip.takeAddress(target);
      return target;
    };
    try { ${code} } catch (error) { console.log("Error: " + error.message); }`;
  const { code: exit, stdout, stderr } = await command([
    "ip",
    "netns",
    "exec",
    A,
    Deno.execPath(),
    "eval",
    "--ext=ts",
    text,
  ], { timeoutMs: 30_000, anyCode: true });
  strictEqual(exit, 0, stderr);
  return stdout;
}

Deno.test({
  name: "virtual addresses are probed, taken once, announced and released",
  ignore: !possible,
  fn: async (t) => {
    await removeNamespaces();
    try {
      for (const name of [A, B]) await ip("netns", "add", name);
      await ip(
        ...["-n", A, "link", "add", "v0", "type", "veth"],
        ...["peer", "name", "v0", "netns", B],
      );
      await ip("-n", A, "addr", "add", "10.94.0.1/24", "dev", "v0");
      await ip("-n", B, "addr", "add", "10.94.0.2/24", "dev", "v0");
      await ip("-n", A, "link", "set", "v0", "up");
      await ip("-n", B, "link", "set", "v0", "up");

      await t.step("taken twice is there once, of both families", async () => {
        const said = await inside(`
          for (const address of ["10.94.0.9", "10.94.0.9", "fd94::9/64"]) await take(address);
          await take("fd94::9/64");`);
        strictEqual(said, "");
        const shown = await ip("-n", A, "-br", "addr", "show", "v0");
        strictEqual(shown.split("10.94.0.9/32").length, 2, shown);
        strictEqual(shown.split("fd94::9/64").length, 2, shown);
        // Never a source for this machine's own connections.
        const detail = await ip("-n", A, "-6", "addr", "show", "dev", "v0");
        match(detail, /fd94::9\/64 scope global .*deprecated/);
        // Nor the node's own for who reads the interface, as K3s' flannel does.
        const four = await ip("-n", A, "-4", "addr", "show", "dev", "v0");
        match(four, /10\.94\.0\.9\/32 scope global .*deprecated/);
      });

      await t.step("the neighbour learns the new place", async () => {
        await ip(
          ...["-n", B, "neigh", "replace", "10.94.0.9", "lladdr"],
          ...["02:00:00:00:00:01", "dev", "v0", "nud", "stale"],
        );
        await inside(`
          await vip.announceAddress(await take("10.94.0.9"), { signal: new AbortController().signal, once: true });`);
        const shown = await ip("-n", B, "neigh", "show", "10.94.0.9");
        strictEqual(shown.includes("02:00:00:00:00:01"), false, shown);
      });

      await t.step("released twice is gone, the node's own stays", async () => {
        await inside(`
          for (const address of ["10.94.0.9", "fd94::9", "10.94.0.9"]) await vip.releaseAddress(address);`);
        const shown = await ip("-n", A, "-br", "addr", "show", "v0");
        strictEqual(/10\.94\.0\.9|fd94::9/.test(shown), false, shown);
        match(shown, /10\.94\.0\.1\/24/);
      });

      await t.step(
        "an address that another machine has is refused",
        async () => {
          await ip("-n", B, "addr", "add", "10.94.0.9/32", "dev", "v0");
          await ip("-n", B, "addr", "add", "fd94::9/64", "dev", "v0", "nodad");
          const link = JSON.parse(
            await ip("-n", B, "-j", "link", "show", "v0"),
          );
          for (const address of ["10.94.0.9", "fd94::9/64"]) {
            const said = await inside(`await take("${address}")`);
            match(said, /Error: Cannot take address .* answers for it/);
            strictEqual(said.includes(link[0].address), true, said);
          }
          const shown = await ip("-n", A, "-br", "addr", "show", "v0");
          strictEqual(/10\.94\.0\.9|fd94::9/.test(shown), false, shown);
        },
      );

      await t.step(
        "from where it is not, it can be told whether the other machine answers for it",
        async () => {
          const [look, checks] = ["look", "checks"].map((name) =>
            JSON.stringify(
              new URL(`../checker/${name}.ts`, import.meta.url).href,
            )
          );
          const reach = (heldThere: boolean) =>
            inside(`
            const { lookOf } = await import(${look}), { reachOf } = await import(${checks});
            const [check] = reachOf({ virtual_addresses: [{ address: "10.94.0.9/24" }], checkers: { ip: [] } });
            const sight = { near: "10.94.0.1", heldThere: () => ${heldThere} };
            const { state, detail } = await lookOf(check, sight)(new AbortController().signal);
            console.log(check.resource, state, detail);`);
          strictEqual(await reach(true), "ip.10.94.0.9 up null\n");
          strictEqual(await reach(false), "ip.10.94.0.9 unknown null\n");
          await ip("-n", B, "addr", "del", "10.94.0.9/32", "dev", "v0");
          match(
            await reach(true),
            /^ip\.10\.94\.0\.9 down the other node holds 10\.94\.0\.9, and does not answer for it on v0: /,
          );
        },
      );

      await t.step(
        "without interface it goes where its network is, and comes back to there",
        async () => {
          for (
            const [name, own] of [
              ["w0", "10.95.0.1/24"],
              ["w1", "10.94.7.1/28"],
            ] as const
          ) {
            await ip(
              ...["-n", A, "link", "add", name, "type", "veth"],
              ...["peer", "name", name, "netns", B],
            );
            await ip("-n", A, "addr", "add", own, "dev", name);
            await ip("-n", A, "link", "set", name, "up");
          }
          // The first link's network becomes one that w1's is a part of.
          await ip("-n", A, "addr", "add", "10.94.9.1/16", "dev", "v0");
          const said = await inside(`
            for (const address of ["10.95.0.9/24", "10.94.7.9", "10.94.0.7", "10.96.0.9/24"]) {
              console.log((await vip.resolveAddress({ address }, "10.94.0.1")).device);
            }
            // Two that stand wrong do not keep each other there.
            for (const last of [8, 9]) await take(\`10.95.0.\${last}/24\`, "v0");
            for (const last of [8, 9]) {
              console.log((await take(\`10.95.0.\${last}/24\`)).device);
              console.log(vip.holders(\`10.95.0.\${last}\`).join());
            }
            // Its network is gone for a moment: it stays.
            await vip.releaseAddress("10.95.0.8");
            console.log((await take("10.96.0.9/24", "w1")).device);
            console.log((await take("10.96.0.9/24")).device);
            for (const address of ["10.95.0.9", "10.96.0.9"]) await vip.releaseAddress(address);`);
          strictEqual(
            said,
            "w0\nw1\nv0\nv0\nw0\nw0\nw0\nw0\nw1\nw1\n",
          );
          await ip("-n", A, "link", "del", "w0");
          await ip("-n", A, "link", "del", "w1");
          await ip("-n", A, "addr", "del", "10.94.9.1/16", "dev", "v0");
        },
      );

      await t.step("an interface that is not there is named", async () => {
        match(
          await inside(`await take("10.94.0.7", "eth77")`),
          /interface "eth77" does not exist, expected one of v0/,
        );
      });

      await t.step(
        "on an interface that is down it is taken and released, too",
        async () => {
          await ip("-n", A, "link", "set", "v0", "down");
          strictEqual(
            await inside(
              `await take("10.94.0.8", "v0"); await take("10.94.0.8", "v0")`,
            ),
            "",
          );
          await inside(`await vip.releaseAddress("10.94.0.8")`);
          const shown = await ip("-n", A, "-br", "addr", "show", "v0");
          strictEqual(shown.includes("10.94.0.8"), false, shown);
        },
      );
    } finally {
      await removeNamespaces();
    }
  },
});

Deno.test("command() gives one line for what cannot be run", async () => {
  await rejects(command(["false"]), /Cannot run "false": exit code 1/);
  await rejects(command(["hakit-no-such-program"]), /Cannot run "hakit-no-/);
  await rejects(
    command(["sleep", "9"], { timeoutMs: 50 }),
    /took longer than 50 ms/,
  );
});
