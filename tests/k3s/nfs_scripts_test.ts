/** NFS in the module's own scripts: the door that is closed while nobody serves, the grace period, the check of a client, and what ends at a swap. Commands are stand-ins that remember. */
import assert from "node:assert/strict";
import { join } from "node:path";

const K3S = join(import.meta.dirname!, "..", "..", "modules", "k3s");

/** As far as the door needs it: a table of rules, -C and -D fail where there is none. */
const IPTABLES = `#!/bin/bash
table=\${0%/*}/\${0##*/}.rules
touch "$table"
[[ $1 == -w ]] && shift 2
what=$1; shift
case $what in
  -C) grep -qxF -- "$*" "$table" ;;
  -I) echo "$*" >>"$table" ;;
  -D) grep -qxF -- "$*" "$table" || exit 1
    awk -v rule="$*" '$0 == rule && !gone { gone = 1; next } { print }' "$table" >"$table.new"; mv "$table.new" "$table" ;;
esac
`;

interface World {
  readonly [command: string]: string;
}

/** Runs bash with these commands first on the path; `files` are read afterwards. */
async function bash(
  text: string,
  { commands = {}, words = [], env = {}, files = [] }: {
    readonly commands?: World;
    readonly words?: readonly string[];
    readonly env?: { readonly [name: string]: string };
    readonly files?: readonly string[];
  } = {},
) {
  const home = await Deno.makeTempDir();
  try {
    for (const [name, body] of Object.entries(commands)) {
      await Deno.writeTextFile(join(home, name), body, { mode: 0o755 });
    }
    await Deno.mkdir(join(home, "nfs"));
    const { code, stdout, stderr } = await new Deno.Command("/bin/bash", {
      args: ["-c", text.replaceAll("@HOME@", home), "script", ...words],
      env: {
        PATH: `${home}:${Deno.env.get("PATH")}`,
        HAKIT_MODULE_DIR: K3S,
        HAKIT_VIP: "10.0.0.9",
        HAKIT: "hakit",
        STORAGE: home,
        EXPORT: "/srv/volume",
        ...env,
      },
      stdin: "null",
    }).output();
    const left: { [name: string]: string | null } = {};
    for (const name of files) {
      left[name] = await Deno.readTextFile(join(home, name)).catch(() => null);
    }
    const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    return { code, out: decode(stdout), error: decode(stderr), left };
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

const LIBRARIES =
  `. "$HAKIT_MODULE_DIR/lib/common.sh"; . "$HAKIT_MODULE_DIR/lib/nfs.sh"; nfsd=@HOME@/nfsd; nfs_forgotten=@HOME@/forgotten;`;

Deno.test("door: one rule for the virtual address' port, however often it is closed, and none after it was opened", async () => {
  const commands = { iptables: IPTABLES, ip6tables: IPTABLES };
  const files = ["iptables.rules", "ip6tables.rules"];
  const rule =
    "INPUT -d 10.0.0.9 -p tcp --dport 2049 -m comment --comment hakit-k3s -j DROP\n";
  const closed = await bash(`${LIBRARIES} door close; door close`, {
    ...{ commands, files },
  });
  assert.equal(closed.left["iptables.rules"], rule);
  assert.equal(closed.left["ip6tables.rules"], null);
  // An interrupted run, or another hakit, may have left two; a stranger's stays.
  const stranger = "INPUT -p tcp --dport 2049 -j DROP\n";
  const opened = await bash(
    `printf '%s' '${rule}${stranger}${rule}' >@HOME@/iptables.rules; ${LIBRARIES} door open; door open`,
    { ...{ commands, files } },
  );
  assert.equal(opened.code, 0);
  assert.equal(opened.left["iptables.rules"], stranger);
  const six = await bash(`${LIBRARIES} door close`, {
    ...{ commands, files },
    env: { HAKIT_VIP: "fd00::9" },
  });
  assert.match(six.left["ip6tables.rules"]!, /^INPUT -d fd00::9 /);
  assert.equal(six.left["iptables.rules"], null);
  // Without an address, or the tool, a failover goes on.
  const none = await bash(`${LIBRARIES} door close`, {
    ...{ commands, files },
    env: { HAKIT_VIP: "" },
  });
  assert.deepEqual(none.left, {
    "iptables.rules": null,
    "ip6tables.rules": null,
  });
  const { code } = await bash(`${LIBRARIES} door close`, {
    env: { PATH: "/nowhere" },
  });
  assert.equal(code, 0);
});

Deno.test("nfs_exported knows the volume's own path from one that it is a part of", async () => {
  const exported = async (table: string) =>
    (await bash(
      `printf '%s' '${table}' >@HOME@/etab; ${LIBRARIES} nfs_table=@HOME@/etab; nfs_exported`,
    )).code === 0;
  const row = (path: string) => `${path}\t10.0.0.1/32(rw,sync,fsid=4801)\n`;
  assert(await exported(row("/srv/volume")));
  assert(await exported(row("/data") + row("/srv/volume")));
  for (const other of ["/srv/volume2", "/srv/volume/part", "/old/srv/volume"]) {
    assert(!await exported(row(other)), other);
  }
  assert(!await exported(""));
});

/** nfs_forget, then nfs_end_grace, as a start does it. */
async function grace(
  hakit: string,
  { next = "ALONE", threads = "0" } = {},
) {
  const { out, left } = await bash(
    `mkdir @HOME@/nfsd; echo ${threads} >@HOME@/nfsd/threads; : >@HOME@/nfsd/v4_end_grace
     echo 'NFS clients: 0 may reclaim, of an earlier start' >@HOME@/forgotten
     ${LIBRARIES} nfs_forget; nfs_end_grace`,
    {
      commands: { hakit: `#!/bin/bash\n${hakit}\n` },
      words: ["SECOND", next, "start"],
      files: ["nfsd/v4_end_grace", "forgotten"],
    },
  );
  assert.equal(left["forgotten"], null, "it is told to one start only");
  return { out, ended: left["nfsd/v4_end_grace"] === "Y\n" };
}

Deno.test("grace ends at once after a failover in which nobody has anything to reclaim, and in no other case", async () => {
  const says = (count: number) =>
    `echo 'NFS clients: ${count} may reclaim, 1 of node2 forgotten'`;
  const none = await grace(says(0));
  assert(none.ended);
  assert.match(none.out, /no grace period/);
  const some = await grace(says(3));
  assert(!some.ended);
  assert.match(some.out, /^NFS clients: 3 may reclaim/);
  assert(!(await grace(says(10))).ended);
  // What cannot be asked may hold a lock.
  assert(!(await grace("exit 1")).ended);
  // A swap leaves two living clients; the word of an earlier start is none of this one.
  assert(!(await grace(says(0), { next: "PRIM" })).ended);
  // It serves already: nothing is taken from its clients.
  assert(!(await grace(says(0), { threads: "8" })).ended);
});

/** check_nfs over a mount that is a folder; `mount` may do other things. */
async function checkNfs(mount: string, env: { [name: string]: string } = {}) {
  const text = (await Deno.readTextFile(join(K3S, "bin", "check_nfs")))
    .replace("place=/run/hakit/check-nfs", "place=@HOME@/place");
  return await bash(text, {
    commands: {
      // In a namespace of its own: given that, it is the shell.
      unshare:
        '#!/bin/bash\n[[ "$1 $2 $3" == "--mount --propagation slave" ]] || exit 9\nshift 3; exec "$@"\n',
      mount: `#!/bin/bash\necho "$*" >>"\${0%/*}/did"\n${mount}\n`,
      umount: '#!/bin/bash\necho "umount" >>"${0%/*}/did"\n',
      sync: "#!/bin/bash\n[[ -f $1 ]]\n",
    },
    env,
    files: ["did", "place/.hakit-check-nfs"],
  });
}

Deno.test("check_nfs mounts by 4.1 at the virtual address, soft, writes and leaves nothing behind", async () => {
  const well = await checkNfs("exit 0");
  assert.equal(well.code, 0, well.error);
  assert.match(
    well.left["did"]!,
    /^-t nfs4 -o vers=4\.1,soft,timeo=100,retrans=2,noatime 10\.0\.0\.9:\/srv\/volume .*\/place\numount\n$/,
  );
  assert.equal(well.left["place/.hakit-check-nfs"], null);
  const six = await checkNfs("exit 0", { HAKIT_VIP: "fd00::9" });
  assert.match(six.left["did"]!, / \[fd00::9\]:\/srv\/volume /);
});

Deno.test("check_nfs says why the volume cannot be used, and nothing where there is no address", async () => {
  const refused = await checkNfs(
    "echo 'mount.nfs4: first line' >&2; echo 'mount.nfs4: access denied' >&2; exit 32",
  );
  assert.equal(refused.code, 1);
  assert.equal(
    refused.error,
    "the volume cannot be used at 10.0.0.9: mount.nfs4: access denied\n",
  );
  // Mounted and not writable: a folder that is a file.
  const readOnly = await checkNfs('rm -d "${!#}"; : >"${!#}"');
  assert.equal(readOnly.code, 1);
  assert.match(
    readOnly.error,
    /cannot be used at 10\.0\.0\.9: .*Not a directory/,
  );
  assert.equal((await checkNfs("exit 0", { HAKIT_VIP: "" })).code, 75);
});

Deno.test("transition ends what has the lost address as its own end, where the address has gone, and nothing while it serves", async () => {
  const text = await Deno.readTextFile(join(K3S, "bin", "transition"));
  const after = async (...words: readonly string[]) =>
    (await bash(text, {
      words,
      commands: {
        ss: '#!/bin/bash\necho "$*" >"${0%/*}/did"\n',
        systemctl: "#!/bin/bash\nexit 1\n",
      },
      files: ["did"],
    })).left["did"];
  const ends = "-K -H -n src 10.0.0.9\n";
  assert.equal(await after("PRIM", "SECOND", "start"), ends);
  assert.equal(await after("PRIM", "WAIT", "stopwait"), ends);
  assert.equal(await after("SECOND", "ALONE", "start"), null);
  assert.equal(await after("SECOND", "PRIM", "start"), null);
});

/** What stops datastore and NFS on a server whose systemd is in this state; one that waits for a stop at a shutdown waits for ever. */
async function stops(systemd: "running" | "stopping") {
  const { code, error, left } = await bash(
    `${LIBRARIES} . "$HAKIT_MODULE_DIR/lib/database.sh"
     database_pids() { cat @HOME@/mariadbd 2>/dev/null; }
     nfs_exported() { false; }
     mkdir @HOME@/nfsd; echo 8 >@HOME@/nfsd/threads; echo 4711 >@HOME@/mariadbd
     database_stop && nfs_down`,
    {
      commands: {
        ...{ iptables: IPTABLES, exportfs: "#!/bin/bash\n" },
        systemctl: `#!/bin/bash
home=\${0%/*}
if [[ $1 == is-system-running ]]; then echo ${systemd}; [[ ${systemd} == running ]]; exit; fi
echo "$*" >>"$home/did"
[[ $1 == stop && ${systemd} == stopping ]] && sleep 60
[[ $2 == mariadb ]] && rm "$home/mariadbd"
exit 0
`,
      },
      words: ["PRIM", "SECOND", "swap"],
      files: ["did", "nfsd/threads"],
    },
  );
  assert.equal(code, 0, error);
  assert.equal(left["nfsd/threads"], "0\n");
  return left["did"]!.trim().split("\n");
}

Deno.test("a swap asked for by hakit-drain.service, at a shutdown, waits for no stop of systemd's, which would wait for that service", async () => {
  const units = ["mariadb", "nfs-server", "nfs-mountd nfsdcld"];
  assert.deepEqual(
    await stops("stopping"),
    units.map((name) => `kill ${name}`),
  );
  assert.deepEqual(await stops("running"), units.map((name) => `stop ${name}`));
});
