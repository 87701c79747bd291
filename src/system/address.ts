/** IP addresses as text. Pure. */
import { isIP } from "node:net";

/** One way to write each: "FD00:0::7" is fd00::7. */
export function canonical(address: string): string {
  return isIP(address) === 6
    ? new URL(`http://[${address}]`).hostname.slice(1, -1)
    : address;
}
