/** A system call that failed, with its number (asm-generic/errno-base.h) for whoever must tell cases apart. */
export class ErrnoError extends Error {
  override readonly name = "ErrnoError";
  constructor(what: string, readonly errno: number) {
    super(`${what}: ${ERRNO[errno] ?? `error ${errno}`}`);
  }
}

const ERRNO: { readonly [errno: number]: string } = {
  1: "operation not permitted",
  6: "no such device or address",
  11: "try again",
  12: "out of memory",
  13: "permission denied",
  19: "no such device",
  22: "invalid argument",
  24: "too many open files",
  28: "no space left on device",
  97: "address family not supported",
  100: "network is down",
  105: "no buffer space available",
};
