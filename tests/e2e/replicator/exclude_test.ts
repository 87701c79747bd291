/** What is excluded is each node's own: usable on the mount, never sent, never touched by what levels the copies. */
import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { exercisePair, onPair } from "./on_pair.ts";
import type { Node, Pair } from "./pair.ts";
import { run, shell } from "./shell.ts";

const EXCLUDE = ["cache", "*.tmp", "app/log", "*/run"];
const directory = { exclude: EXCLUDE };

function isOwn(path: string): boolean {
  const words = path.split("/");
  return words.some((word, i) =>
    word === "cache" || word.endsWith(".tmp") ||
    i === 1 && (word === "run" || words[0] === "app" && word === "log")
  );
}

async function equalButOwn(pair: Pair) {
  const found = await pair.differences({ holes: "loose", leaveOut: isOwn });
  strictEqual(found.join("\n"), "");
}

async function verified(pair: Pair) {
  const { replicator } = pair.primary;
  await replicator.command({ command: "verify", repair: false, rate: 0 });
  const { verify } = await replicator.until(
    ({ verify }) =>
      verify?.state === "identical" || verify?.state === "different",
    "the end of the verification",
  );
  deepStrictEqual(verify?.found, []);
}

/** Everything of this node's own, as one text. */
async function own(node: Node): Promise<string> {
  const { stdout } = await shell(
    `cd '${node.backing}' && find . \\( -name .hakit -prune \\) -o -type f -print0 | sort -z | xargs -0 md5sum`,
  );
  return stdout.split("\n").filter((line) => isOwn(line.slice(36))).join("\n");
}

/** Files on both sides of the border, on the mount. */
const fill = (pair: Pair) =>
  shell(`
    cd '${pair.primary.data}'
    mkdir -p cache/deep app/log app/run data/cache; echo 1 > cache/deep/a
    echo log > app/log/today; echo 7 > app/run/pid; echo kept > data/kept
    echo t > data/x.tmp; echo t > top.tmp; ln data/kept data/linked
    ln cache/deep/a cache/b; head -c 3M /dev/urandom > data/cache/large
    mkfifo cache/pipe; ln -s b cache/soft; setfattr -n user.k -v v cache/b`);

onPair({
  name: "exclude: the service uses what is excluded, and nothing of it travels",
  directory,
  // The secondary's own, from before.
  fill: (node, index) =>
    shell(
      `cd '${node.data}' && mkdir -p cache app && echo ${index} > cache/who`,
    )
      .then(() => {}),
  async run(pair) {
    const { primary, secondary } = pair;
    strictEqual(await Deno.readTextFile(`${primary.data}/cache/who`), "0\n");
    await fill(pair);
    await equalButOwn(pair);
    deepStrictEqual(
      (await shell(
        `cd '${secondary.backing}' && find . -name .hakit -prune -o -print | sort`,
      ))
        .stdout.trim().split("\n"),
      [
        ".",
        "./app",
        "./cache",
        "./cache/who",
        "./data",
        "./data/kept",
        "./data/linked",
      ],
    );
    strictEqual(
      await Deno.readTextFile(`${secondary.backing}/cache/who`),
      "1\n",
    );
    const there = (await shell(
      `cd '${primary.data}' && cat cache/b app/log/today && stat -c %h cache/b && getfattr --only-values -n user.k cache/deep/a && cmp data/cache/large data/cache/large && ls -a data`,
    )).stdout;
    strictEqual(there, "1\nlog\n2\nv.\n..\ncache\nkept\nlinked\nx.tmp\n");
    await verified(pair);
  },
});

onPair({
  name: "exclude: across the border EXDEV, on either side everything goes",
  directory,
  async run(pair) {
    await fill(pair);
    const { data } = pair.primary;
    const at = (path: string) => `${data}/${path}`;
    const crossed = /EXDEV|cross-device/i;
    for (
      const [from, to] of [
        ["data/kept", "cache/kept"],
        ["cache/b", "data/b"],
        ["data/kept", "data/kept.tmp"],
        ["data/x.tmp", "data/x"],
        // Below it the border would move.
        ["app", "other"],
        ["data", "app2"],
        ["data/cache", "app/run2"],
      ] as const
    ) {
      if (from === "data" && to === "app2") {
        // Both have "*/run" below and nothing else: this one may.
        await Deno.rename(at(from), at(to));
        await Deno.rename(at(to), at(from));
        continue;
      }
      await rejects(Deno.rename(at(from), at(to)), crossed, `${from} ${to}`);
    }
    await rejects(Deno.link(at("data/kept"), at("data/k.tmp")), crossed);
    await rejects(Deno.link(at("cache/b"), at("data/b")), crossed);
    // What programs make of it.
    await run("mv", [at("app"), at("moved")]);
    await run("mv", [at("moved"), at("app")]);
    await run("mv", [at("data/kept"), at("cache/kept")]);
    await run("mv", [at("cache/kept"), at("data/kept")]);
    await Deno.rename(at("cache/b"), at("data/cache/b"));
    await Deno.rename(at("data/x.tmp"), at("cache/x"));
    await Deno.rename(at("cache/deep"), at("deep.tmp"));
    await shell(
      `cd '${data}' && chmod 600 data/cache/b && truncate -s 5 cache/x && cp --reflink=never data/kept cache/copy && sync deep.tmp/a && rm -r data/cache && mkdir data/cache`,
    );
    await rejects(Deno.remove(at("data/cache/none")), Deno.errors.NotFound);
    // A directory is not empty while something of this node's own stands in it, whatever the peer has.
    await Deno.mkdir(at("empty"));
    await Deno.writeTextFile(at("empty/one.tmp"), "1");
    await rejects(Deno.remove(at("empty")), /ENOTEMPTY|not empty/i);
    await Deno.remove(at("empty"), { recursive: true });
    await equalButOwn(pair);
    strictEqual(pair.primary.replicator.report.session, "mirrored");
    await verified(pair);
  },
});

onPair({
  name: "exclude: exercised in a folder of its own, and beside one",
  directory,
  async run(pair) {
    await exercisePair(pair, { operations: 4_000 });
    const files = Array.from({ length: 40 }, (_, i) => i);
    await Promise.all(files.map(async (i) => {
      const path = `${pair.primary.data}/w0/${i}.tmp`;
      await Deno.writeTextFile(path, "x".repeat(i * 1000));
      await Deno.rename(path, `${pair.primary.data}/w1/${i}.tmp`);
    }));
    await equalButOwn(pair);
    await verified(pair);
  },
});

onPair({
  name: "exclude: resync, failover and return leave each node what is its own",
  directory,
  async run(pair) {
    await fill(pair);
    const [a, b] = pair.nodes;
    await shell(
      `cd '${b.backing}' && mkdir -p cache app/log && echo b > cache/b && echo b > app/log/b && echo b > data/b.tmp`,
    );
    const [ofA, ofB] = [await own(a), await own(b)];
    ok(ofA.includes("cache/deep/a") && ofB.includes("app/log/b"));
    await b.replicator.kill();
    await a.replicator.until((r) => r.session === "lost", "lost");
    await pair.alone();
    await shell(
      `cd '${a.data}' && echo more >> data/kept && mkdir data/new && echo n > data/new/n`,
    );
    await b.replicator.start();
    await pair.join({ full: true });
    await equalButOwn(pair);
    strictEqual(await own(a), ofA);
    strictEqual(await own(b), ofB);
    // The other one takes over: its own is there now.
    await a.replicator.kill();
    pair.primaryIndex = 1;
    await b.replicator.until((r) => r.session !== "mirrored", "the loss");
    await pair.alone();
    strictEqual(await Deno.readTextFile(`${b.data}/cache/b`), "b\n");
    await shell(`cd '${b.data}' && echo b2 >> data/kept && echo b2 > cache/b2`);
    await a.replicator.start();
    await pair.join();
    await equalButOwn(pair);
    strictEqual(await own(a), ofA);
    await verified(pair);
  },
});

onPair({
  name:
    "exclude: a directory that goes leaves the secondary's own in a folder beside",
  directory,
  async run(pair) {
    const { primary, secondary } = pair;
    await shell(
      `cd '${primary.data}' && mkdir -p gone/deep later/deep onto && echo 1 > gone/deep/f && mkdir over`,
    );
    await shell(
      `cd '${secondary.backing}' && echo live > gone/deep/own.tmp && echo away > later/deep/own.tmp && echo onto > onto/own.tmp`,
    );
    // While it mirrors.
    await shell(`cd '${primary.data}' && rm -r gone && mv -T over onto`);
    await equalButOwn(pair);
    strictEqual(primary.replicator.report.session, "mirrored");
    // While it is away.
    await secondary.replicator.kill();
    await primary.replicator.until((r) => r.session === "lost", "lost");
    await pair.alone();
    await Deno.remove(`${primary.data}/later`, { recursive: true });
    await secondary.replicator.start();
    await pair.join();
    await equalButOwn(pair);
    const { stdout } = await shell(
      `cat '${secondary.backing}'/.hakit/excluded/*`,
    );
    deepStrictEqual(stdout.trim().split("\n").sort(), ["away", "live", "onto"]);
    ok(
      secondary.replicator.said.some((words) => words.includes("excluded")),
      secondary.replicator.said.join("; "),
    );
  },
});

/** Both stopped in order, and started with another configuration. */
async function configure(pair: Pair, exclude: string[] | undefined) {
  await pair.idle();
  for (const { replicator } of pair.nodes) {
    await replicator.kill();
    replicator.configure({ exclude });
    await replicator.start();
  }
}

onPair({
  name:
    "exclude: nodes that are configured otherwise do not mirror, and say why",
  async run(pair) {
    const { primary, secondary } = pair;
    await configure(pair, ["cache"]);
    await secondary.replicator.kill();
    secondary.replicator.configure({ exclude: ["other"] });
    await secondary.replicator.start();
    await primary.replicator.command({ command: "primary", alone: true });
    await secondary.replicator.command({ command: "secondary" });
    await primary.replicator.command({ command: "connect" });
    for (const { replicator } of pair.nodes) {
      await replicator.until(
        ({ notice }) =>
          /mirrors other directories, or the same otherwise/.test(notice ?? ""),
        "the reason",
      );
    }
    strictEqual(secondary.replicator.report.identity.upToDate, true);
    // The same on both, and all is well.
    await secondary.replicator.kill();
    secondary.replicator.configure({ exclude: ["cache"] });
    await secondary.replicator.start();
    await pair.join();
  },
});

onPair({
  name:
    "exclude: what becomes excluded stays, what is mirrored again becomes the primary's",
  async run(pair) {
    const { primary, secondary } = pair;
    await shell(
      `cd '${primary.data}' && mkdir cache && echo both > cache/a && ln cache/a cache/b && echo both > cache/c`,
    );
    await configure(pair, ["cache"]);
    await primary.replicator.command({ command: "primary", alone: false });
    await pair.join();
    // Nothing had to be compared for that.
    ok(!primary.replicator.report.lastResync?.full, "a full comparison");
    await shell(
      `cd '${primary.data}' && echo here > cache/a && rm cache/c && mkdir cache/new && echo n > cache/new/n && mv cache/b cache/bb`,
    );
    strictEqual(
      await Deno.readTextFile(`${secondary.backing}/cache/a`),
      "both\n",
    );
    await shell(
      `cd '${secondary.backing}' && echo own > cache/own && test -e cache/b`,
    );
    await configure(pair, undefined);
    await primary.replicator.command({ command: "primary", alone: false });
    await pair.join();
    ok(primary.replicator.report.lastResync?.full, "nothing was compared");
    const found = await pair.differences({ holes: "loose" });
    strictEqual(found.join("\n"), "");
    strictEqual(
      await Deno.readTextFile(`${secondary.backing}/cache/bb`),
      "here\n",
    );
    await verified(pair);
  },
});

onPair({
  name:
    "exclude: a file with names on both sides of the border is refused by name",
  async run(pair) {
    const { primary } = pair;
    await shell(
      `cd '${primary.data}' && mkdir cache && echo x > kept && ln kept cache/link`,
    );
    await configure(pair, ["cache"]);
    const begin = () =>
      primary.replicator.command({ command: "primary", alone: true });
    await rejects(begin(), /"cache\/link".*hard link.*mirrored/);
    await Deno.remove(`${primary.data}/cache/link`);
    await begin();
    await Deno.remove(`${pair.secondary.data}/cache/link`);
    await pair.join();
    await equalButOwn(pair);
  },
});
