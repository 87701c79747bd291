/** Programs that people run, on a mirrored directory on a disk: each is content, and afterwards both copies are the same. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import { Database, installDatabase } from "./database.ts";
import { equalCopies, onPair, tell } from "../replicator/on_pair.ts";
import { sleep } from "../replicator/replicator_process.ts";
import { lacking, run, shell } from "../replicator/shell.ts";

const REPOSITORY = new URL("../../../", import.meta.url).pathname;
const base = "/var/tmp";

for (const mode of ["wal", "delete"]) {
  onPair({
    name: `sqlite3 with journal mode ${mode}`,
    base,
    lacking: lacking("sqlite3"),
    async run(pair) {
      const file = join(pair.primary.data, "rows.db");
      const sql = `PRAGMA journal_mode=${mode};
        CREATE TABLE t (id INTEGER PRIMARY KEY, text TEXT);
        ${
        Array.from({ length: 60 }, (_, i) =>
          `INSERT INTO t SELECT NULL, hex(randomblob(${20 + i})) FROM
           (WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c
            WHERE x < 50) SELECT x FROM c);`).join("\n")
      }
        DELETE FROM t WHERE id % 7 = 0; VACUUM;`;
      await run("sqlite3", [file, sql]);
      // Two writers at once: locks work between processes.
      await shell(
        `
        for n in 1 2 3; do
          ( for i in $(seq 20); do
              sqlite3 -cmd '.timeout 20000' '${file}' \
                "INSERT INTO t VALUES (NULL, 'writer $n row $i')"
            done ) & pids="$pids $!"
        done
        for pid in $pids; do wait $pid; done`,
        { env: { pids: "" } },
      );
      const { stdout } = await run("sqlite3", [
        file,
        "PRAGMA integrity_check; SELECT count(*) FROM t WHERE text LIKE 'writer%';",
      ]);
      strictEqual(stdout, "ok\n60\n");
      await equalCopies(pair);
      // The copy beneath is a database too.
      const copy = await run("sqlite3", [
        `file:${join(pair.secondary.backing, "rows.db")}?mode=ro`,
        "PRAGMA integrity_check",
      ]);
      strictEqual(copy.stdout, "ok\n");
    },
  });
}

onPair({
  name: "git clone, checkout, gc and fsck",
  base,
  lacking: lacking("git"),
  async run(pair) {
    const clone = join(pair.primary.data, "clone");
    await shell(`
      git clone -q --no-hardlinks --no-local '${REPOSITORY}' '${clone}'
      cd '${clone}'
      git -c user.name=t -c user.email=t@t commit -q --allow-empty -m empty
      git checkout -q HEAD~1 && git checkout -q -
      git gc -q
      git fsck --full --strict
      test -z "$(git status --porcelain)"`);
    await equalCopies(pair);
  },
});

/** A tree of everyday files that every machine has, with links, owners, times and a sparse file. */
async function sourceTree(dir: string) {
  await shell(`
    mkdir -p '${dir}'
    cp -a /usr/share/zoneinfo '${dir}/' 2>/dev/null || cp -a /etc '${dir}/'
    cp -a /usr/lib/python3*/email '${dir}/' 2>/dev/null || true
    cd '${dir}'
    truncate -s 50M sparse
    printf data | dd of=sparse bs=1 seek=20000000 conv=notrunc status=none
    touch -d '2001-02-03 04:05:06.123456789' old
    ln sparse hard; ln -s nowhere dangling; mkfifo pipe
    mkdir -m 2770 shared; chown 1201:1301 shared
    setfattr -n user.note -v value old 2>/dev/null || true
    chmod 4755 old`);
}

onPair({
  name: "tar, cp -a and rsync -aHAX bring a tree whole",
  base,
  lacking: lacking("tar", "rsync", "setfattr"),
  async run(pair) {
    const source = join(pair.root, "source");
    await sourceTree(source);
    const { data } = pair.primary;
    await shell(`
      cd '${data}'
      mkdir tar cp rsync
      tar -C '${source}' --xattrs -Scf '${pair.root}/tree.tar' .
      tar -C tar --xattrs --xattrs-include='*' -xpf '${pair.root}/tree.tar'
      tar -C tar --xattrs --compare -f '${pair.root}/tree.tar'
      cp -a '${source}/.' cp/
      rsync -aHAXS '${source}/' rsync/`);
    const again = await run("rsync", [
      ...["-aHAXSnci", "--delete", `${source}/`, join(data, "rsync/")],
    ]);
    strictEqual(again.stdout, "");
    const copied = await run("rsync", [
      ...["-aHAXSnci", "--delete", `${source}/`, join(data, "cp/")],
    ]);
    strictEqual(copied.stdout, "");
    await equalCopies(pair);
    // And away again, renamed and half removed.
    await shell(`cd '${data}' && mv cp moved && rm -rf tar && rm -r rsync/*i*`);
    await equalCopies(pair);
  },
});

/** A line for `sh -c`, with mounts of its own. */
function alone(script: string) {
  return run("unshare", ["-m", "sh", "-euc", script]);
}

onPair({
  name: "XFS in a file on a loop device",
  base,
  lacking: lacking("mkfs.xfs", "losetup", "fstrim"),
  async run(pair) {
    const image = join(pair.primary.data, "volume.img");
    const at = join(pair.root, "volume");
    await Deno.mkdir(at);
    await shell(`truncate -s 512M '${image}'; mkfs.xfs -q '${image}'`);
    const { stdout } = await run("losetup", [
      "--find",
      "--show",
      "--direct-io=on",
      image,
    ]);
    const device = stdout.trim();
    try {
      // Mounted where nobody else sees it: a copy of it in the namespace of a process that began meanwhile would keep it in use.
      await alone(`
        mount '${device}' '${at}'
        cp -a /usr/share/zoneinfo '${at}/' 2>/dev/null || cp -a /etc '${at}/'
        dd if=/dev/urandom of='${at}/large' bs=1M count=60 conv=fsync status=none
        sha256sum '${at}/large' > '${at}/sum'
        dd if=/dev/zero of='${at}/gone' bs=1M count=80 conv=fsync status=none
        rm '${at}/gone'
        fstrim '${at}'
        sync -f '${at}'
        echo 3 > /proc/sys/vm/drop_caches
        sha256sum --quiet -c '${at}/sum'
        umount '${at}'
        xfs_repair -n '${device}' 2>&1`);
    } finally {
      await run("losetup", ["-d", device], { allowFailure: true });
    }
    await equalCopies(pair);
    const blocks = (await Deno.stat(join(pair.secondary.backing, "volume.img")))
      .blocks!;
    tell(`512 MiB volume takes ${Math.round(blocks / 2048)} MiB on the peer`);
    ok(blocks * 512 < 300 << 20, "the volume did not stay sparse");
    // The peer's copy mounts too.
    await run("xfs_repair", [
      "-n",
      join(pair.secondary.backing, "volume.img"),
    ]);
  },
});

onPair({
  name: "MariaDB with sysbench, a kill and recovery",
  base,
  lacking: lacking(
    "mariadbd",
    "mariadb-install-db",
    "sysbench",
    "innochecksum",
  ),
  async run(pair) {
    const [dir, socket, log] = await installDatabase(
      pair.primary.data,
      pair.root,
    );
    let database = new Database(dir, socket, log);
    try {
      await database.ready();
      await database.sql("CREATE DATABASE sbtest");
      const bench = (seconds: number, command: string) =>
        run("sysbench", [
          "oltp_read_write",
          ...["--mysql-user=root", `--mysql-socket=${socket}`],
          ...["--tables=2", "--table-size=5000", "--threads=8"],
          ...[`--time=${seconds}`, "--db-driver=mysql", command],
        ]);
      await bench(1, "prepare");
      const { stdout } = await bench(8, "run");
      tell(`sysbench:${/transactions:.*/.exec(stdout)?.[0]}`);
      match(stdout, /reconnects:\s+0 /);
      // The server dies in the middle; what was committed is there when it is back.
      const dying = bench(8, "run").catch(() => {});
      await sleep(2000);
      await database.sql(
        "CREATE TABLE sbtest.proof (id INT) ENGINE=InnoDB;" +
          "INSERT INTO sbtest.proof VALUES (42)",
      );
      await database.kill();
      await dying;
      database = new Database(dir, socket, log);
      await database.ready();
      strictEqual(
        (await database.sql("SELECT id FROM sbtest.proof")).stdout,
        "42\n",
      );
      const check = await run("mariadb-check", [
        ...["--no-defaults", `--socket=${socket}`, "-uroot"],
        ...["--extended", "--all-databases"],
      ]);
      deepStrictEqual(
        check.stdout.split("\n").filter((x) => x && !/\bOK$/.test(x)),
        [],
      );
    } finally {
      await database.stop();
    }
    await shell(`for f in '${dir}'/sbtest/*.ibd; do innochecksum "$f"; done`);
    await equalCopies(pair);
  },
});

onPair({
  name: "MariaDB goes over to the other node in a swap and after a crash",
  base,
  lacking: lacking("mariadbd", "mariadb-install-db"),
  async run(pair) {
    const [dir, socket, log] = await installDatabase(
      pair.primary.data,
      pair.root,
    );
    let database = new Database(dir, socket, log);
    await database.ready();
    await database.sql(
      "CREATE DATABASE d; CREATE TABLE d.t (id INT PRIMARY KEY) ENGINE=InnoDB",
    );
    await database.stop();
    await pair.swap();

    database = new Database(join(pair.primary.data, "mysql"), socket, log);
    await database.ready();
    let acknowledged = 0;
    const inserts = (async () => {
      for (let id = 1;; id++) {
        await database.sql(`INSERT INTO d.t VALUES (${id})`);
        acknowledged = id;
      }
    })().catch(() => {});
    await sleep(2000);
    await pair.primary.replicator.kill();
    await database.kill();
    await inserts;
    ok(acknowledged > 0, "no row before the crash");

    const old = pair.primary;
    pair.primaryIndex = pair.primaryIndex === 0 ? 1 : 0;
    await pair.primary.replicator.until(
      (report) => report.session !== "mirrored",
      "the primary's loss",
    );
    await pair.alone();
    database = new Database(join(pair.primary.data, "mysql"), socket, log);
    try {
      await database.ready();
      const { stdout } = await database.sql(
        "SELECT max(id), count(*) FROM d.t",
      );
      const [last, count] = stdout.trim().split("\t").map(Number);
      ok(
        last! >= acknowledged && count! >= acknowledged,
        `${count} rows up to ${last}, ${acknowledged} acknowledged`,
      );
      await old.replicator.start();
      await pair.join();
    } finally {
      await database.stop();
    }
    await equalCopies(pair);
  },
});

onPair({
  name: "locks: flock and fcntl keep processes apart",
  base,
  lacking: lacking("flock", "python3"),
  async run(pair) {
    const file = join(pair.primary.data, "locked");
    await shell(`
      touch '${file}'
      exec 9<>'${file}'; flock -x 9
      ! flock -n '${file}' true
      exec 9>&-
      flock -n '${file}' true
      python3 - '${file}' <<'END'
import fcntl, os, sys
a = open(sys.argv[1], "r+b")
fcntl.lockf(a, fcntl.LOCK_EX | fcntl.LOCK_NB, 10, 5)
child = os.fork()
if child == 0:
    b = open(sys.argv[1], "r+b")
    try:
        fcntl.lockf(b, fcntl.LOCK_EX | fcntl.LOCK_NB, 10, 10)
        os._exit(1)
    except OSError:
        pass
    fcntl.lockf(b, fcntl.LOCK_EX | fcntl.LOCK_NB, 5, 100)
    os._exit(0)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
END`);
    await equalCopies(pair);
  },
});
