/** A dead service on a living server: each way of dying is noticed, handled as modules/mariadb/module.yaml says, and handled once. */
import assert from "node:assert/strict";
import {
  addRow,
  bothReady,
  hakit,
  hasRow,
  lab,
  moduleOf,
  stateOf,
  tell,
  until,
} from "./lab.ts";

/** A busy machine is slower, never wrong. */
const LIMIT_MS = 120_000;

/** modules/mariadb: what a dead service is noticed by, and then it must hold. */
const SQL = { intervalMs: 3000, timeoutMs: 15_000, holdMs: 15_000 };
/** Longer than any of them needs to fire (once more). */
const QUIET_MS = SQL.intervalMs + SQL.timeoutMs + SQL.holdMs + 5000;
/** What a busy machine adds to that at most. */
const SLOWNESS_MS = 27_000;

/** hakit as a person on that node says it. */
async function on(node: 1 | 2, ...args: string[]): Promise<string> {
  const { code, out, err } = await hakit(args, {
    env: { HAKIT_HOME: `/var/lib/hakit-lab/node${node}` },
  });
  assert.equal(code, 0, `hakit ${args.join(" ")}: ${err}${out}`);
  return out;
}

async function resource(node: 1 | 2, name: string) {
  const { resources } = await moduleOf(node);
  return resources.find((one) => one.name === name);
}

/** How often this node's module was restarted, by its log. */
async function orders(node: 1 | 2): Promise<number> {
  const log = await on(node, "log", "--lines", "10000");
  return log.split("\n").filter((line) => line.includes("called by rule"))
    .length;
}

const inside = (node: 1 | 2, ...command: string[]) =>
  lab("exec", String(node), "--", ...command);

/** Every checker of the primary has spoken, and well. */
async function allUp(primary: 1 | 2): Promise<void> {
  await until("all checkers up", LIMIT_MS, async () => {
    const { resources } = await moduleOf(primary);
    // Those of the virtual address are not the module's own, and who holds it does not ask for it.
    const looked = resources.filter(({ name }) => !/^(ip|intf)\./.test(name));
    return looked.length === 4 && looked.every(({ state }) => state === "up");
  });
}

/** Breaks the service; it comes back `there`, by exactly one order, and every row is there. */
async function breakAndRecover(
  what: string,
  breakIt: (primary: 1 | 2) => Promise<unknown>,
  expected: "here" | "there",
  withinMs = QUIET_MS + SLOWNESS_MS,
): Promise<void> {
  const primary = await bothReady(LIMIT_MS);
  await allUp(primary);
  const note = what.replaceAll(/\W/g, "-");
  await addRow(note);
  const before = await orders(primary);
  const begun = performance.now();
  await breakIt(primary);
  await until(
    `${what}: an order`,
    LIMIT_MS,
    async () => await orders(primary) > before,
  );
  const noticedMs = Math.round(performance.now() - begun);
  await until("the service answers", LIMIT_MS, () => hasRow(note));
  const servedMs = Math.round(performance.now() - begun);
  const now = await bothReady(LIMIT_MS);
  tell({ what, noticedMs, servedMs });
  assert.ok(noticedMs <= withinMs, `${noticedMs} ms, at most ${withinMs}`);
  assert.equal(now === primary ? "here" : "there", expected);
  // No flapping: one order, and none after it.
  await allUp(now);
  await new Promise((done) => setTimeout(done, QUIET_MS));
  assert.equal(await orders(primary), before + 1);
  assert.equal(await bothReady(), now);
}

Deno.test("checkers in the lab", async (t) => {
  await lab("down");
  const step = async (name: string, body: () => Promise<void>) => {
    if (!await t.step(name, body)) {
      const log = await hakit(["lab", "state"]);
      throw new Error(`stopped after "${name}"\n${log.out}${log.err}`);
    }
  };
  try {
    await lab("up", "--module", "mariadb");

    await step(
      "a killed database is started again where it is",
      () =>
        breakAndRecover(
          "killed",
          (node) => inside(node, "pkill", "-KILL", "m.*d", "-x"),
          "here",
          SLOWNESS_MS, // its process is looked for each second, and nothing must hold
        ),
    );

    await step("a hung one (SIGSTOP) goes over", () =>
      breakAndRecover(
        "hung",
        (node) => inside(node, "pkill", "-STOP", "m.*d", "-x"),
        "there",
      ));

    await step("a blocked port goes over", async () => {
      let blocked: 1 | 2 = 1;
      await breakAndRecover("blocked", async (node) => {
        blocked = node;
        await inside(node, "nft", "add table inet hakittest");
        await inside(
          node,
          ...["nft", "add chain inet hakittest input"],
          "{ type filter hook input priority 0; }",
        );
        await inside(
          node,
          ...["nft", "add rule inet hakittest input tcp dport 3306 drop"],
        );
      }, "there");
      await inside(blocked, "nft", "delete table inet hakittest");
    });

    await step(
      "a hung script ends by its time limit and harms nobody",
      async () => {
        const primary = await bothReady(LIMIT_MS);
        // On the primary the rule for a full disk would hand over, in order.
        const second = primary === 1 ? 2 : 1;
        const script =
          `/var/lib/hakit-lab/node${second}/etc/modules/mariadb/bin/check_space`;
        const text = await Deno.readTextFile(script);
        const before = await orders(second);
        try {
          await Deno.writeTextFile(
            script,
            "#!/bin/sh\ntrap '' TERM\nsleep 600\n",
          );
          await until("custom.space is down", LIMIT_MS, async () => {
            const found = await resource(second, "custom.space");
            return found?.state === "down" &&
              /longer than 5 s/.test(found.detail ?? "");
          });
          const left = await inside(second, "pgrep", "-c", "-x", "sleep")
            .catch(() => "0");
          assert.ok(Number(left) <= 1, `${left} sleeps are left`);
        } finally {
          await Deno.writeTextFile(script, text);
        }
        await allUp(primary);
        assert.equal(await orders(second), before);
        assert.equal(await bothReady(), primary);
      },
    );

    await step(
      "checker off: seen, said loudly, and nothing follows",
      async () => {
        const primary = await bothReady(LIMIT_MS);
        const before = await orders(primary);
        await on(primary, "checker", "off");
        await inside(primary, "pkill", "-STOP", "m.*d", "-x");
        await until(
          "custom.sql is down",
          LIMIT_MS,
          async () => (await resource(primary, "custom.sql"))?.state === "down",
        );
        await new Promise((done) => setTimeout(done, QUIET_MS));
        assert.equal(await orders(primary), before);
        const { warnings } = await stateOf(primary);
        assert.equal(
          warnings.filter((line) => line.includes("CHECKER OFF")).length,
          2,
        );
        assert.match(await on(primary, "state"), /custom.sql is down/);
        await inside(primary, "pkill", "-CONT", "m.*d", "-x");
        await on(primary, "checker", "on");
        assert.deepEqual((await moduleOf(primary)).maintenance, []);
        await allUp(primary);
        assert.equal(await bothReady(), primary);
      },
    );
  } finally {
    if (Deno.env.get("HAKIT_KEEP_LAB") !== "1") await lab("down");
  }
});
