/** On what was measured, and when: without it a table of rates says nothing. */
import { run } from "../e2e/replicator/shell.ts";

export interface Machine {
  readonly date: string;
  readonly processor: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly kernel: string;
  /** File system below each store. */
  readonly stores: Readonly<Record<string, string>>;
  /** What it is compared with. */
  readonly rivals: readonly string[];
  /** Processes that wanted a core when it began, beside the measurement. */
  readonly load: number;
}

export async function lookAtMachine(
  stores: Readonly<Record<string, string>>,
): Promise<Machine> {
  const read = (path: string) => Deno.readTextFileSync(path);
  const words = async (program: string, ...args: string[]) => {
    try {
      const { stdout } = await run(program, args, { allowFailure: true });
      return stdout.split("\n")[0]!.trim();
    } catch {
      return "";
    }
  };
  const types = await Promise.all(
    Object.entries(stores).map(async ([name, path]) =>
      [name, await words("stat", "-f", "-c", "%T", path)] as const
    ),
  );
  const rivals = [
    await words("glusterfs", "--version"),
    await words("mariadbd", "--version"),
    await words("fio", "--version"),
  ];
  return {
    date: new Date().toISOString().slice(0, 16) + "Z",
    processor: /^model name\s*:\s*(.*)$/m.exec(read("/proc/cpuinfo"))?.[1] ??
      Deno.build.arch,
    cores: navigator.hardwareConcurrency,
    memoryGiB: Math.round(
      Number(/^MemTotal:\s*(\d+)/m.exec(read("/proc/meminfo"))![1]) / (1 << 20),
    ),
    kernel: read("/proc/sys/kernel/osrelease").trim(),
    stores: Object.fromEntries(types),
    rivals: rivals.filter(Boolean),
    load: Deno.loadavg()[0]!,
  };
}

/** One paragraph for people. Pure. */
export function machineLine(machine: Machine): string {
  const stores = Object.entries(machine.stores)
    .map(([name, type]) => `${name}: ${type}`).join(", ");
  const busy = machine.load > machine.cores / 2
    ? ` The machine had other work (load ${machine.load.toFixed(1)}): the ` +
      "rates are too low, and the ratios noisy."
    : "";
  return `${machine.date}; ${machine.processor}, ${machine.cores} cores, ` +
    `${machine.memoryGiB} GiB; Linux ${machine.kernel}; ${stores}; ` +
    `${machine.rivals.join("; ")}.${busy}`;
}
