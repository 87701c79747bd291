/**
 * The K3s that `first` fetches where it is told no other, in this one place. No real K3s has run with module k3s yet, this one neither:
 * README says so and names the version. To change it: put the new version here with the SHA-256 of its executables as the release's
 * sha256sum-amd64.txt and sha256sum-arm64.txt list them, then run `tests/servers/run` with it (`--k3s DIR`). The archive of images
 * (k3s-airgap-images-*.tar.zst), which a bundle carries, may have its sum here, too. A sum that is not given here is taken from the
 * release's own list, over the same connection as the executable: that finds damage in transfer, but trusts whoever serves the release.
 */
export const K3S_RELEASE: {
  readonly version: string;
  readonly sha256: Readonly<{ [asset: string]: string | undefined }>;
} = {
  version: "v1.33.5+k3s1",
  sha256: { "k3s": undefined, "k3s-arm64": undefined },
};

/** "k3s version v1.33.5+k3s1 (…)", which `k3s --version` prints, as "v1.33.5+k3s1"; null: it names none. */
export function versionIn(text: string): string | null {
  return /\bv\d[\w.+-]*/.exec(text)?.[0] ?? null;
}

/** "v1.33.5+k3s1", with "@" and a SHA-256 to pin it. */
export const VERSION_FORM = /^v\d+\.\d+\.\d+\+k3s\d+(@[0-9a-f]{64})?$/;
