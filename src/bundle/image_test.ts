import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { fetchImage } from "./image.ts";

const OWN = Deno.build.arch === "aarch64" ? "arm64" : "amd64";
const NAME = "registry.example/storage/provisioner:v4";
const bytes = (text: string) => new TextEncoder().encode(text);
const digest = (content: Uint8Array) =>
  `sha256:${createHash("sha256").update(content).digest("hex")}`;

const OCI = "application/vnd.oci.image";
const CONFIG = bytes('{"architecture":"any"}');
const LAYER = bytes("layer".repeat(4000));
const described = (mediaType: string, content: Uint8Array) => ({
  ...{ mediaType, digest: digest(content), size: content.length },
});
const MANIFEST = bytes(JSON.stringify({
  schemaVersion: 2,
  config: described(`${OCI}.config.v1+json`, CONFIG),
  // The same empty layer twice, as images have it.
  layers: [1, 2].map(() => described(`${OCI}.layer.v1.tar+gzip`, LAYER)),
}));
const MANIFEST_TYPE = `${OCI}.manifest.v1+json`;

interface Faults {
  /** Readers need a token. */
  readonly token?: string;
  readonly layer?: Uint8Array<ArrayBuffer>;
  readonly architecture?: string;
}

async function registry(
  { token, layer = LAYER, architecture = OWN }: Faults,
  test: (registry: string) => Promise<void>,
): Promise<void> {
  const index = bytes(JSON.stringify({
    manifests: [
      {
        ...described(MANIFEST_TYPE, bytes("other")),
        platform: { os: "windows", architecture },
      },
      {
        ...described(MANIFEST_TYPE, MANIFEST),
        platform: { os: "linux", architecture },
      },
    ],
  }));
  const server = Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    onListen: () => {},
  }, (request) => {
    const { pathname, search, origin } = new URL(request.url);
    if (pathname === "/token") {
      return Response.json(
        search === "?service=here&scope=pull" ? { token } : {},
      );
    }
    if (token && request.headers.get("authorization") !== `Bearer ${token}`) {
      return new Response("", {
        status: 401,
        headers: {
          "www-authenticate":
            `Bearer realm="${origin}/token",service="here",scope="pull"`,
        },
      });
    }
    const path = pathname.replace("/v2/storage/provisioner", "");
    const typed = (body: Uint8Array<ArrayBuffer>, type: string) =>
      new Response(body, { headers: { "content-type": type } });
    switch (path) {
      case "/manifests/v4":
        return typed(index, `${OCI}.index.v1+json`);
      case `/manifests/${digest(MANIFEST)}`:
        return typed(MANIFEST, MANIFEST_TYPE);
      case `/blobs/${digest(CONFIG)}`:
        return new Response(CONFIG);
      // Registries keep layers elsewhere.
      case `/blobs/${digest(LAYER)}`:
        return Response.redirect(`${origin}/v2/storage/provisioner/layer`, 307);
      case "/layer":
        return new Response(layer);
      default:
        return new Response("", { status: 404 });
    }
  });
  try {
    await test(`http://127.0.0.1:${server.addr.port}`);
  } finally {
    await server.shutdown();
  }
}

async function inFolder(test: (folder: string) => Promise<void>) {
  const folder = await Deno.makeTempDir();
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("fetchImage() writes an OCI layout with this machine's image under its whole name, also where readers need a token", () =>
  inFolder(async (folder) => {
    for (const faults of [{}, { token: "t0" }]) {
      await registry(faults, async (registry) => {
        const file = join(folder, "image.tar");
        const parts: number[] = [];
        await fetchImage(NAME, file, {
          registry,
          progress: (done) => parts.push(done),
        });
        assert.equal(parts.at(-1), CONFIG.length + LAYER.length);
        const out = join(folder, "out");
        await Deno.mkdir(out);
        const { success } = await new Deno.Command("tar", {
          args: ["-xf", file, "-C", out],
        }).output();
        assert(success);
        const read = (path: string) => Deno.readFile(join(out, path));
        const json = async (path: string) =>
          JSON.parse(new TextDecoder().decode(await read(path)));
        assert.deepEqual(await json("oci-layout"), {
          imageLayoutVersion: "1.0.0",
        });
        const { manifests: [entry] } = await json("index.json");
        assert.equal(entry.annotations["io.containerd.image.name"], NAME);
        assert.equal(entry.digest, digest(MANIFEST));
        const blob = (content: Uint8Array) =>
          read(`blobs/${digest(content).replace(":", "/")}`);
        for (const content of [MANIFEST, CONFIG, LAYER]) {
          assert.deepEqual(await blob(content), content);
        }
        await Deno.remove(out, { recursive: true });
      });
    }
  }));

Deno.test("fetchImage() refuses what is not what its digest says, and an image of another machine only", () =>
  inFolder(async (folder) => {
    const file = join(folder, "image.tar");
    const cases: readonly [Faults, RegExp][] = [
      [{ layer: bytes("other".repeat(4000)) }, /is not what its name says/],
      [{ layer: bytes("short") }, /is not what its name says: 5 bytes/],
      [{ layer: bytes("layer".repeat(9000)) }, /longer than announced/],
      [{ architecture: "riscv64" }, /is not there for linux\//],
    ];
    for (const [faults, expected] of cases) {
      await registry(faults, async (registry) => {
        await assert.rejects(fetchImage(NAME, file, { registry }), expected);
      });
    }
    await assert.rejects(fetchImage("provisioner", file), /expected HOST/);
    await registry({}, async (registry) => {
      await assert.rejects(
        fetchImage("x.example/no/such:v1", file, { registry }),
        /Cannot download .*HTTP status 404/,
      );
    });
  }));
