/** The shell that fetches the tools, with programs of its own around it: no network, nothing is installed. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { join } from "node:path";

const SCRIPT = join(import.meta.dirname!, "toolchain.sh");
const INSTALL = join(import.meta.dirname!, "../../install.sh");
const ABSENT = '[ -e "$SANDBOX/installed" ]';

/** A folder with a PATH of programs that are stand-ins, and the policy file. */
class Sandbox implements AsyncDisposable {
  private constructor(readonly folder: string) {}

  static async open(programs: { readonly [name: string]: string }) {
    const folder = await Deno.makeTempDir({ prefix: "hakit-toolchain-" });
    await Deno.mkdir(join(folder, "bin"));
    for (const [name, text] of Object.entries(programs)) {
      const file = join(folder, "bin", name);
      await Deno.writeTextFile(file, `#!/bin/bash\n${text}\n`, { mode: 0o755 });
    }
    return new Sandbox(folder);
  }

  at(name: string): string {
    return join(this.folder, name);
  }

  start(text: string, { group = false } = {}): Deno.ChildProcess {
    const argv = [
      ...["bash", "-c"],
      `set -euo pipefail; . ${SCRIPT}; POLICY=$SANDBOX/policy-rc.d; ${text}`,
    ];
    return new Deno.Command(group ? "setsid" : argv[0]!, {
      args: group ? argv : argv.slice(1),
      clearEnv: true,
      env: {
        PATH: `${this.at("bin")}:/usr/sbin:/usr/bin:/sbin:/bin`,
        SANDBOX: this.folder,
        TMPDIR: this.folder,
        HOME: this.folder,
      },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  }

  async run(text: string) {
    const { code, stdout, stderr } = await this.start(text).output();
    const decoder = new TextDecoder();
    return { code, out: decoder.decode(stdout), said: decoder.decode(stderr) };
  }

  async read(name: string): Promise<string | null> {
    return await Deno.readTextFile(this.at(name)).catch(() => null);
  }

  async logs(): Promise<string[]> {
    const names = await Array.fromAsync(Deno.readDir(this.folder));
    return names.map(({ name }) => name).filter((name) => /apt/.test(name));
  }

  async [Symbol.asyncDispose]() {
    await Deno.remove(this.folder, { recursive: true });
  }
}

const APT = {
  id: "echo 0",
  "dpkg-query": `${ABSENT} && echo 'install ok installed'`,
  "apt-get":
    'cp "$SANDBOX/policy-rc.d" "$SANDBOX/seen"; touch "$SANDBOX/installed"',
};

Deno.test("apt_get starts no services while it installs, and leaves no trace of that", async () => {
  await using sandbox = await Sandbox.open(APT);
  const { code } = await sandbox.run("apt_get thing; apt_get thing");
  assert.equal(code, 0);
  assert.match((await sandbox.read("seen"))!, /^#!\/bin\/sh\n.*\nexit 101\n$/);
  assert.equal(await sandbox.read("policy-rc.d"), null);
  assert.deepEqual(await sandbox.logs(), []);
});

Deno.test("apt_get takes its own policy away after Ctrl-C, does not go on, and knows one that a killed run left", async () => {
  await using sandbox = await Sandbox.open({
    ...APT,
    "apt-get": 'touch "$SANDBOX/began"; exec sleep 20',
  });
  const child = sandbox.start(
    "apt_get thing || echo failed; echo went on",
    { group: true },
  );
  while (await sandbox.read("began") === null) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const left = (await sandbox.read("policy-rc.d"))!;
  assert.match(left, /exit 101/);
  const kill = await new Deno.Command("kill", {
    args: ["-INT", "--", `-${child.pid}`],
  }).output();
  assert.equal(kill.code, 0);
  const { stdout } = await child.output();
  assert.equal(new TextDecoder().decode(stdout), "");
  assert.equal(await sandbox.read("policy-rc.d"), null);

  await using after = await Sandbox.open(APT);
  await Deno.writeTextFile(after.at("policy-rc.d"), left);
  assert.equal((await after.run("apt_get thing")).code, 0);
  assert.equal(await after.read("policy-rc.d"), null);
});

Deno.test("apt_get leaves an administrator's policy, and keeps what apt said when it failed", async () => {
  await using sandbox = await Sandbox.open({
    ...APT,
    "apt-get": "echo E: nothing works; exit 100",
  });
  await Deno.writeTextFile(sandbox.at("policy-rc.d"), "#!/bin/sh\nexit 0\n");
  const { code, said } = await sandbox.run("apt_get thing");
  assert.equal(code, 100);
  assert.match(said, /E: nothing works\nAll that apt said: /);
  assert.equal(await sandbox.read("policy-rc.d"), "#!/bin/sh\nexit 0\n");
  assert.equal((await sandbox.logs()).length, 1);
});

/** curl's -o FILE, by the URL's end. */
const CURL =
  `while [ $# -gt 0 ]; do case $1 in -o) out=$2; shift;; https:*) url=$1;; esac; shift; done
case $url in *.sha256sum) cp "$SANDBOX/sum" "$out";; *) cp "$SANDBOX/zip" "$out";; esac`;
const UNZIP = 'echo "$*" >"$SANDBOX/unzipped"';

Deno.test("the Deno from its host is used only with the sum beside it", async () => {
  const digest = createHash("sha256").update("deno").digest("hex");
  for (
    const [sum, good] of [
      [`${digest}  deno.zip\n`, true],
      // As PowerShell prints it.
      [`Algorithm : SHA256\nHash      : ${digest.toUpperCase()}\n`, true],
      [`${"0".repeat(64)}  deno.zip\n`, false],
      ["<html>not found</html>\n", false],
    ] as const
  ) {
    await using sandbox = await Sandbox.open({ curl: CURL, unzip: UNZIP });
    await Deno.writeTextFile(sandbox.at("zip"), "deno");
    await Deno.writeTextFile(sandbox.at("sum"), sum);
    const { code, said } = await sandbox.run(
      'mkdir "$SANDBOX/x"; deno_from_host x86_64 "$SANDBOX/x" || exit 9',
    );
    assert.equal(code, good ? 0 : 1, said);
    assert.equal(await sandbox.read("unzipped") !== null, good);
    if (!good) assert.match(said, new RegExp(`sha256 is ${digest}, expected`));
  }
});

Deno.test("the Deno from npm is used only when it is the expected package, and a host that does not answer is no error", async () => {
  await using sandbox = await Sandbox.open({
    curl: "exit 7",
    npm: 'echo other >"$PWD/deno.tgz"',
  });
  const host = await sandbox.run('deno_from_host x86_64 "$SANDBOX" || exit 9');
  assert.equal(host.code, 9);
  const { code, said } = await sandbox.run(
    'mkdir "$SANDBOX/x"; deno_from_npm x86_64 "$SANDBOX/x" || exit 9',
  );
  assert.equal(code, 1);
  assert.match(said, /@deno\/linux-x64-glibc@[\d.]+: sha512 differs/);
  assert.equal(await sandbox.read("x/deno"), null);
});

Deno.test("arm64 without Deno's host is told at once that it cannot build; x86-64 can, and so can who has the runtime", async () => {
  const machine = (name: string, curl: string) =>
    Sandbox.open({
      ...APT,
      uname: `echo ${name}`,
      curl,
      "dpkg-query": "echo 'install ok installed'",
    });
  await using closed = await machine("aarch64", "exit 7");
  const { code, said } = await closed.run("runtime_can_be_had");
  assert.equal(code, 1);
  assert.match(said, /^[^\n]*arm64: .*does not answer.*--from FILE\n$/);
  assert.equal((await closed.run("DENORT_BIN=/x runtime_can_be_had")).code, 0);
  await using open = await machine("aarch64", "exit 0");
  assert.equal((await open.run("runtime_can_be_had")).code, 0);
  await using other = await machine("x86_64", "exit 7");
  assert.equal((await other.run("runtime_can_be_had")).code, 0);
});

Deno.test({
  name:
    "install.sh --uninstall takes no executable from a witness, and says what to run first",
  // It looks at fixed places: in a mount namespace they are the test's.
  ignore: Deno.uid() !== 0,
  async fn() {
    await using sandbox = await Sandbox.open({});
    const inside = [
      "mount -t tmpfs none /usr/local/bin",
      "mount -t tmpfs none /etc/systemd/system",
      "install -m 755 /bin/true /usr/local/bin/hakit",
      "touch /etc/systemd/system/hakit-witness.service",
      `${INSTALL} --uninstall; echo "code $?"; ls /usr/local/bin`,
    ].join("\n");
    const { stdout, stderr } = await new Deno.Command("unshare", {
      args: ["--mount", "--propagation", "private", "bash", "-c", inside],
      env: { HOME: sandbox.folder, XDG_CACHE_HOME: sandbox.folder },
    }).output();
    const decoder = new TextDecoder();
    assert.equal(decoder.decode(stdout), "code 1\nhakit\n");
    assert.match(decoder.decode(stderr), /"hakit witness uninstall", then/);
  },
});

Deno.test("toolchain() runs nothing from a /tmp that may be noexec, and leaves nothing beside what it keeps", async () => {
  await using sandbox = await Sandbox.open({});
  const { code, said } = await sandbox.run(`
    TMPDIR=/nonexistent
    apt_get() { :; }
    deno_from_host() { printf '#!/bin/sh\n' >"$2/deno"; }
    right_deno() { case $1 in $TOOLS/*) [ -x "$1" ] ;; *) false ;; esac; }
    toolchain; ls "$TOOLS" >"$SANDBOX/kept"; [ "$(command -v deno)" = "$TOOLS/$(ls "$TOOLS")/deno" ]`);
  assert.equal(code, 0, said);
  assert.match((await sandbox.read("kept"))!, /^deno-[\d.]+\n$/);
});
