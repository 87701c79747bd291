import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { downloadSource } from "./download.ts";
import { K3S_RELEASE } from "./release.ts";
import { VERSION_FORM } from "./release.ts";

const BODY = new TextEncoder().encode("#!/bin/sh\necho k3s\n".repeat(5000));
const SUM = createHash("sha256").update(BODY).digest("hex");
const ASSET = Deno.build.arch === "aarch64" ? "k3s-arm64" : "k3s";
const LIST = Deno.build.arch === "aarch64"
  ? "sha256sum-arm64.txt"
  : "sha256sum-amd64.txt";

interface Answers {
  readonly sums?: string;
  readonly body?: Uint8Array<ArrayBuffer>;
  readonly images?: Uint8Array<ArrayBuffer>;
  readonly length?: string | null;
}

/** A mirror of releases on this machine; `asked`: what was fetched. */
async function mirror(
  { sums = `${SUM}  ${ASSET}\n`, body = BODY, images, length }: Answers,
  test: (releases: string, asked: string[]) => Promise<void>,
): Promise<void> {
  const asked: string[] = [];
  const server = Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    onListen: () => {},
  }, (request) => {
    const path = decodeURIComponent(new URL(request.url).pathname);
    asked.push(`${request.method} ${path}`);
    if (path === `/v9.9.9+k3s1/${LIST}`) return new Response(sums);
    if (images && path.includes("/k3s-airgap-images-")) {
      return new Response(images);
    }
    if (path !== `/v9.9.9+k3s1/${ASSET}`) {
      return new Response("", { status: 404 });
    }
    if (length !== undefined) {
      const headers = new Headers();
      if (length !== null) headers.set("content-length", length);
      return new Response(length === null ? new ReadableStream() : null, {
        headers,
      });
    }
    return new Response(body);
  });
  try {
    await test(`http://127.0.0.1:${server.addr.port}`, asked);
  } finally {
    await server.shutdown();
  }
}

/** Downloads whole, as installFiles would, into memory. */
async function fetched(wanted: string, releases: string) {
  const source = await downloadSource(wanted, { releases });
  const hash = createHash("sha256");
  let size = 0;
  await source.read(source.files[0]!, (chunk) => {
    hash.update(chunk);
    size += chunk.length;
    return Promise.resolve();
  });
  return { file: source.files[0]!, size, sha256: hash.digest("hex") };
}

Deno.test("downloadSource() takes the sum from the release's list, or the one that is pinned", () =>
  mirror({}, async (releases, asked) => {
    const listed = await fetched("v9.9.9+k3s1", releases);
    assert.deepEqual(listed.file, {
      name: "k3s",
      size: BODY.length,
      sha256: SUM,
    });
    assert.equal(listed.sha256, SUM);
    asked.length = 0;
    const pinned = await fetched(`v9.9.9+k3s1@${"1".repeat(64)}`, releases);
    // What comes is compared with the pin, whatever the server's list says.
    assert.equal(pinned.file.sha256, "1".repeat(64));
    assert.notEqual(pinned.sha256, pinned.file.sha256);
    assert(!asked.some((request) => request.includes("sha256sum")));
  }));

Deno.test("downloadSource() with images takes the release's archive, too, with a sum of its own", async () => {
  const archive = `k3s-airgap-images-${
    ASSET === "k3s" ? "amd64" : "arm64"
  }.tar.zst`;
  const images = new TextEncoder().encode("layers".repeat(3000));
  const sum = createHash("sha256").update(images).digest("hex");
  await mirror(
    { sums: `${SUM}  ${ASSET}\n${sum}  ${archive}\n`, images },
    async (releases, asked) => {
      const source = await downloadSource("v9.9.9+k3s1", {
        releases,
        images: true,
      });
      assert.deepEqual(source.files, [
        { name: "k3s", size: BODY.length, sha256: SUM },
        { name: `images/${archive}`, size: images.length, sha256: sum },
      ]);
      const read: number[] = [];
      for (const file of source.files) {
        await source.read(file, (chunk) => {
          read.push(...chunk.subarray(0, 1));
          return Promise.resolve();
        });
      }
      assert(read.includes(BODY[0]!) && read.includes(images[0]!));
      assert.equal(
        asked.filter((path) => path.includes("sha256sum")).length,
        1,
      );
    },
  );
  // A release without it, as old ones are.
  await mirror({}, async (releases) => {
    await assert.rejects(
      downloadSource("v9.9.9+k3s1", { releases, images: true }),
      /names no SHA-256 of k3s-airgap-images/,
    );
  });
});

Deno.test("downloadSource() says in one line what a mirror does not give", async () => {
  await mirror({ sums: `${SUM}  something-else\n` }, async (releases) => {
    await assert.rejects(fetched("v9.9.9+k3s1", releases), /no SHA-256 of k3s/);
  });
  await mirror({ sums: "x".repeat(200_000) }, async (releases) => {
    await assert.rejects(fetched("v9.9.9+k3s1", releases), /too long/);
  });
  await mirror({}, async (releases) => {
    await assert.rejects(
      fetched("v9.9.8+k3s1", releases),
      /HTTP status 404; give a folder with K3s instead/,
    );
  });
  for (const length of ["0", "99999999999999", null]) {
    await mirror({ length }, async (releases) => {
      await assert.rejects(
        fetched("v9.9.9+k3s1", releases),
        /no sensible size/,
      );
    });
  }
  await assert.rejects(
    fetched("v9.9.9+k3s1", "http://127.0.0.1:1"),
    /Cannot download/,
  );
});

Deno.test("the release stands in one place, in the form that --k3s takes", () => {
  assert.match(K3S_RELEASE.version, VERSION_FORM);
  for (const sum of Object.values(K3S_RELEASE.sha256)) {
    if (sum !== undefined) assert.match(sum, /^[0-9a-f]{64}$/);
  }
});
