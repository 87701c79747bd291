/** Installing from a repository over HTTP, on loopback: apt and dpkg are real, and what they work on is a folder. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { build, control, dpkg } from "../../tests/debian_package.ts";
import { outputTo } from "../cli/output.ts";
import type { Transfer } from "../cli/progress.ts";
import { command } from "../system/command.ts";
import { digestOf } from "../system/digest.ts";
import { exists } from "../system/files.ts";
import { installFromNetwork } from "./packages.ts";

class Site implements AsyncDisposable {
  readonly asked: string[] = [];
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #before = new Map<string, string | undefined>();

  private constructor(readonly folder: string) {
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      async ({ url }) => {
        this.asked.push(url);
        const file = join(folder, "site", new URL(url).pathname);
        const body = await Deno.readFile(file).catch(() => null);
        return new Response(body as BodyInit | null, {
          status: body === null ? 404 : 200,
        });
      },
    );
  }

  /** `at`: the host that apt's sources name; absent: this server itself. */
  static async open(at?: string): Promise<Site> {
    const site = new Site(await Deno.makeTempDir({ prefix: "hakit-site-" }));
    const { folder } = site;
    await Deno.chmod(folder, 0o755);
    for (
      const below of [
        ...["site", "lists/partial", "cache/archives/partial", "log"],
        ...["root/var/lib/dpkg/updates", "root/var/lib/dpkg/info"],
      ]
    ) await Deno.mkdir(join(folder, below), { recursive: true });
    await Deno.writeTextFile(join(folder, "root/var/lib/dpkg/status"), "");
    const host = at ?? site.host;
    await Deno.writeTextFile(
      join(folder, "sources.list"),
      `deb [trusted=yes] http://${host}/ ./\n`,
    );
    await Deno.writeTextFile(
      join(folder, "apt.conf"),
      `Dir::Etc { SourceList "${folder}/sources.list"; SourceParts "/dev/null"; Parts "/dev/null"; Main "/dev/null"; };
Dir::State "${folder}"; Dir::State::status "${folder}/root/var/lib/dpkg/status";
Dir::Cache "${folder}/cache"; Dir::Log "${folder}/log";
APT::Sandbox::User "root"; Acquire::Languages "none"; Acquire::Retries "0";
DPkg::Options { "--root=${folder}/root"; };
`,
    );
    site.#set("APT_CONFIG", join(folder, "apt.conf"));
    // Of dpkg where no apt is in between (1.20 and later; an older one looks at the machine's own, and finds nothing to do).
    site.#set("DPKG_ADMINDIR", site.#dpkg);
    for (const name of ["http_proxy", "HTTP_PROXY", "no_proxy"]) {
      site.#set(name, "");
    }
    return site;
  }

  get #dpkg(): string {
    return join(this.folder, "root/var/lib/dpkg");
  }

  get host(): string {
    return `127.0.0.1:${this.#server.addr.port}`;
  }

  /** Offers these packages. */
  async offer(...texts: readonly string[]): Promise<void> {
    const site = join(this.folder, "site");
    for (const text of texts) await build(site, text);
    let index = "";
    for await (const { name } of Deno.readDir(site)) {
      if (!name.endsWith(".deb")) continue;
      const path = join(site, name);
      const { stdout } = await command(["dpkg-deb", "-f", path]);
      const { size } = await Deno.stat(path);
      index +=
        `${stdout.trim()}\nFilename: ./${name}\nSize: ${size}\nSHA256: ${await digestOf(
          path,
        )}\n\n`;
    }
    await Deno.writeTextFile(join(site, "Packages"), index);
  }

  async installed(): Promise<string[]> {
    const { stdout } = await command([
      ...["dpkg-query", `--admindir=${this.#dpkg}`],
      ...["-W", "-f=${Package} ${db:Status-Status}\\n"],
    ], { anyCode: true });
    return stdout.trim().split("\n").sort();
  }

  #set(name: string, value: string): void {
    this.#before.set(name, Deno.env.get(name));
    Deno.env.set(name, value);
  }

  async [Symbol.asyncDispose]() {
    for (const [name, value] of this.#before) {
      if (value === undefined) Deno.env.delete(name);
      else Deno.env.set(name, value);
    }
    await this.#server.shutdown();
    await Deno.remove(this.folder, { recursive: true });
  }
}

/** A terminal whose clock runs so fast that it shows all it is told. */
function output() {
  const lines: string[] = [];
  let clock = 0;
  const out = outputTo({
    ...{ terminal: true, colour: false, now: () => clock += 1000 },
    out: (text) => lines.push(text),
    err: (text) => lines.push(text),
  });
  return { out, text: () => lines.join("") };
}

const ignore = !dpkg || Deno.uid() !== 0;

Deno.test({
  name:
    "prereq installs from the network what is asked for and what that needs, and shows what it does",
  ignore,
  async fn() {
    await using site = await Site.open();
    await site.offer(
      control("hakit-test-a", "1", "Depends: hakit-test-b\n"),
      control("hakit-test-b", "1"),
      control("hakit-test-unasked", "1"),
    );
    const { out, text } = output();
    await installFromNetwork(["hakit-test-a"], { proxy: undefined, out });
    assert.deepEqual(await site.installed(), [
      "hakit-test-a installed",
      "hakit-test-b installed",
    ]);
    assert.match(text(), /Package lists: read\n/);
    assert.match(text(), /Package lists: read\n/);
    assert.match(
      text(),
      /Packages: \d+ %, .* of \d[\d.]* (Ki)?B, .*Retrieving file \d of 2/,
    );
    assert.match(
      text(),
      /Packages: downloaded\n[^]*Packages: \d+ %, \w+ .*hakit-test[^]*Packages: installed\n$/,
    );
  },
});

Deno.test({
  name:
    "prereq's packages come through the proxy that is given, and a failure is apt's own word",
  ignore,
  async fn() {
    await using site = await Site.open("packages.example");
    await site.offer(control("hakit-test-a", "1"));
    const { out, text } = output();
    const proxy = `http://user:secret@${site.host}`;
    await installFromNetwork(["hakit-test-a"], { proxy, out });
    assert.deepEqual(await site.installed(), ["hakit-test-a installed"]);
    await assert.rejects(
      installFromNetwork(["hakit-test-none"], { proxy, out }),
      (error: Error) => {
        assert.match(
          error.message,
          /^Cannot run "apt-get .*install hakit-test-none": E: Unable to locate package hakit-test-none/,
        );
        assert(!error.message.includes("secret"), error.message);
        return true;
      },
    );
    assert.match(text(), /Packages: failed\n$/);
  },
});

Deno.test({
  name: "prereq says for whom apt waits, and goes on when that one has ended",
  ignore: ignore || !await exists("/usr/bin/python3"),
  async fn() {
    await using site = await Site.open();
    await site.offer(control("hakit-test-a", "1"));
    const holder = new Deno.Command("python3", {
      args: [
        "-c",
        "import fcntl, sys\nf = open(sys.argv[1], 'w')\nfcntl.lockf(f, fcntl.LOCK_EX)\nprint('held', flush=True)\nsys.stdin.read()",
        join(site.folder, "root/var/lib/dpkg/lock-frontend"),
      ],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    const reader = holder.stdout.getReader();
    await reader.read();
    const { out, text } = output();
    let released = false;
    const waits = new RegExp(`waits for process ${holder.pid}\\b`);
    const told = {
      progress(title: string) {
        const shown = out.progress(title);
        return {
          ...shown,
          update(transfer: Transfer) {
            shown.update(transfer);
            if (released || !waits.test(text())) return;
            released = true;
            holder.stdin.close();
          },
        };
      },
    };
    try {
      await installFromNetwork(["hakit-test-a"], {
        proxy: undefined,
        out: told,
      });
    } finally {
      if (!released) holder.kill();
      await holder.status;
      await reader.cancel();
    }
    assert(released, text());
    assert.deepEqual(await site.installed(), ["hakit-test-a installed"]);
  },
});
