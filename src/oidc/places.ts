/** Where the issuer may send a browser back to: the address that it came from, if that is one of the cluster's. Pure. */

export interface Places {
  /** As set up, with or without a port. */
  readonly names: readonly string[];
  /** Of nodes and modules. */
  readonly addresses: readonly string[];
  /** The console's. */
  readonly port: number;
}

export const BACK = "/login/oidc/back";

/** `host`: the request's header, which anybody may write. Null: no address of ours. Always https: the cookies are for nothing else. */
export function redirectFor(
  host: string | undefined,
  { names, addresses, port }: Places,
): string | null {
  if (!host || host.length > 300 || !/^[\w.:[\]-]+$/.test(host)) return null;
  const used = URL.canParse(`https://${host}`)
    ? new URL(`https://${host}`)
    : null;
  if (!used) return null;
  const usual = [new URL(`https://x:${port}`).port];
  const known =
    names.some((name) =>
      hasPort(name)
        ? new URL(`https://${name}`).host === used.host
        : new URL(`https://${name}`).hostname === used.hostname &&
          ["", ...usual].includes(used.port)
    ) || addresses.some((address) =>
      new URL(`https://${hostOf(address)}`).hostname === used.hostname &&
      usual.includes(used.port)
    );
  return known ? `https://${used.host}${BACK}` : null;
}

/** All of them, for whoever registers them at the issuer. */
export function redirects({ names, addresses, port }: Places): string[] {
  const hosts = [
    ...names.map((name) => hasPort(name) ? name : `${name}:${port}`),
    ...addresses.map((address) => `${hostOf(address)}:${port}`),
  ];
  const urls = hosts.map((host) =>
    `${new URL(`https://${host}`).origin}${BACK}`
  );
  return [...new Set(urls)];
}

function hasPort(name: string): boolean {
  return /:\d+$/.test(name);
}

/** "10.0.0.9/24" is how a virtual address may be written. */
function hostOf(address: string): string {
  const [plain = ""] = address.split("/");
  return plain.includes(":") ? `[${plain}]` : plain;
}
