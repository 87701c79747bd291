/**
 * The machine's watchdog (Documentation/watchdog/watchdog-api.rst): once opened, the machine is rebooted unless somebody writes to it
 * in time. Closing it after a "V" disarms it, where the driver was not told never to be (nowayout); closing it otherwise, or dying,
 * leaves it armed.
 */
import { E, errno, errnoName, libc, Memory, O } from "../system/libc.ts";

const WDIOC_SETTIMEOUT = 0xc0045706n;
const SYS_IOCTL = Deno.build.arch === "aarch64" ? 29n : 16n;

export class WatchdogDevice {
  readonly #fd: number;
  readonly #memory = new Memory(4096);

  /** Opens and so arms it; throws with one line that says what to do. */
  constructor(path: string, timeoutMs: number) {
    this.#fd = libc.open(this.#memory.string(path), O.WRONLY | O.CLOEXEC, 0);
    if (this.#fd < 0) throw new Error(refusal(path, errno()));
    this.#memory.view.setInt32(0, Math.ceil(timeoutMs / 1000), true);
    const set = libc.syscall3(
      SYS_IOCTL,
      BigInt(this.#fd),
      WDIOC_SETTIMEOUT,
      BigInt(this.#memory.address),
    );
    if (set !== 0n) {
      // Some hardware has one time-out only.
      this.note = `its time-out cannot be set to ${timeoutMs / 1000} s (${
        errnoName(errno())
      }): its own counts`;
    }
  }

  /** Something worth a line in the log; null: nothing. */
  readonly note: string | null = null;

  pet(): void {
    this.#memory.bytes[0] = 0;
    libc.write(this.#fd, this.#memory.address, 1);
  }

  /** Nothing has to be watched any more. */
  disarm(): void {
    libc.write(this.#fd, this.#memory.string("V"), 1);
    libc.close(this.#fd);
  }

  /** Another process takes it over within its time-out. */
  leave(): void {
    libc.close(this.#fd);
  }
}

function refusal(path: string, code: number): string {
  switch (code) {
    case E.NOENT:
      return `watchdog: "${path}" does not exist: load the driver ("modprobe softdog", and a line softdog in /etc/modules), or correct watchdog.device in cluster.yaml`;
    case E.BUSY:
      return `watchdog: "${path}" is in use by somebody else (RuntimeWatchdogSec of systemd?): one of the two must give it up`;
    default:
      return `watchdog: "${path}" cannot be opened: ${errnoName(code)}`;
  }
}
