/**
 * Others' suites on a mirrored directory, by hand: pjdfstest and fsx ("cargo install pjdfstest fsx"), stress-ng's file system
 * stressors (Debian's package). At the end both copies must be the same.
 *
 *   deno run -A tests/e2e/fs/suites.ts [--base /dev/shm] [--only NAME]
 */
import { parseArgs } from "node:util";
import { cannotPair, Pair } from "../replicator/pair.ts";
import { lacking, run, shell } from "../replicator/shell.ts";

interface Suite {
  readonly name: string;
  readonly program: string;
  /** In a fresh directory behind the mount, $FOLDER elsewhere; fails when the suite finds something. */
  readonly script: string;
}

/** Both are on every Debian and Ubuntu, and neither is root. */
const USERS = '[["nobody", "nogroup"], ["daemon", "daemon"]]';

const SUITES: readonly Suite[] = [
  {
    name: "pjdfstest",
    program: "pjdfstest",
    script: `
      cat >"$FOLDER/pjdfstest.toml" <<'END'
[features]
posix_fallocate = {}
rename_ctime = {}
utime_now = {}
utimensat = {}
[settings]
naptime = 0.01
allow_remount = false
[dummy_auth]
entries = ${USERS}
END
      chmod 777 .
      pjdfstest -c "$FOLDER/pjdfstest.toml" -p "$PWD" >"$FOLDER/pjdfstest.log" 2>&1 || failed=1
      tail -n 1 "$FOLDER/pjdfstest.log"
      test -z "\${failed:-}" || grep -i -A 4 " failed$" "$FOLDER/pjdfstest.log"
      test -z "\${failed:-}"`,
  },
  {
    name: "fsx",
    program: "fsx",
    script: `
      cat >"$FOLDER/fsx.toml" <<'END'
flen = 1048576
[weights]
close_open = 1
read = 1
write = 1
mapread = 1
mapwrite = 1
truncate = 1
invalidate = 1
fsync = 1
fdatasync = 1
punch_hole = 1
posix_fallocate = 1
copy_file_range = 1
sendfile = 1
END
      for seed in 1 2 3 4; do
        fsx -q -f "$FOLDER/fsx.toml" -S $seed -N 25000 -P "$FOLDER" file$seed
      done`,
  },
  {
    name: "stress-ng",
    program: "stress-ng",
    // Without those that want what FUSE does not carry or what is not mirrored (io_uring's own ring, file system ioctls).
    script: `
      for one in access acl chattr chmod chown copy-file dentry dir dirdeep dirmany fallocate fcntl \\
        file-ioctl filename flock fpunch getdent hdd iomix lease link locka lockf lockofd metamix \\
        mmap open readahead rename seal seek symlink sync-file touch truncate unlink utime xattr; do
        stress-ng --$one 2 --$one-ops 300 --timeout 20 --verify --temp-path "$PWD" >"$FOLDER/stress.log" 2>&1 ||
          { echo "$one: exit code $?"; grep -iE "fail|error" "$FOLDER/stress.log" | head -n 5; failed=1; }
      done
      test -z "\${failed:-}"`,
  },
];

async function on(suite: Suite, base: string): Promise<boolean> {
  const pair = await Pair.create({ base });
  const folder = await Deno.makeTempDir({ prefix: "hakit-suite-" });
  try {
    await pair.begin();
    const place = `${pair.primary.data}/suite`;
    await Deno.mkdir(place);
    const since = performance.now();
    const { code, stdout, stderr } = await shell(suite.script, {
      cwd: place,
      env: { FOLDER: folder },
      allowFailure: true,
      timeoutMs: 30 * 60_000,
    });
    const seconds = ((performance.now() - since) / 1000).toFixed(0);
    const differences = await pair.differences({
      holes: base.startsWith("/dev/shm") ? "loose" : "ignored",
    });
    const well = code === 0 && differences.length === 0;
    say(`${well ? "well" : "FOUND"}  ${suite.name}, ${seconds} s`);
    for (const text of [stdout, stderr]) if (text.trim()) say(text.trim());
    if (differences.length > 0) {
      say(`The copies differ:\n${differences.slice(0, 20).join("\n")}`);
    }
    return well;
  } finally {
    await pair[Symbol.asyncDispose]();
    await Deno.remove(folder, { recursive: true });
  }
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    args: Deno.args,
    options: {
      base: { type: "string", default: "/dev/shm" },
      only: { type: "string", default: "" },
    },
  });
  const obstacle = cannotPair();
  if (obstacle) {
    say(`Cannot run here: ${obstacle}`);
    return 1;
  }
  // Other users' cases begin at the top.
  await run("chmod", ["o+x", values.base]);
  let code = 0;
  for (const suite of SUITES) {
    if (!suite.name.includes(values.only)) continue;
    const missing = lacking(suite.program);
    if (missing) say(`left out: ${suite.name}: ${missing}`);
    else if (!await on(suite, values.base)) code = 1;
  }
  return code;
}

function say(text: string): void {
  // deno-lint-ignore no-console -- a program for a person
  console.log(text);
}

if (import.meta.main) Deno.exit(await main());
