/** One run at one place: its rate, and what it cost the processes that serve there. */
import type { Place } from "./places.ts";
import type { Figure } from "./report.ts";
import type { Work } from "./work.ts";

/** Ticks of /proc/PID/stat a second, on every Linux that we know. */
export const TICKS = 100;

export async function measure(
  place: Place,
  work: Work,
  seconds: number,
): Promise<Figure> {
  const began = performance.now(), before = processorTime(place.pids());
  const rate = await work(place, seconds);
  const used = processorTime(place.pids()) - before;
  const units = rate * (performance.now() - began) / 1000;
  if (place.pids().length === 0) return { rate, cpuUs: null, memory: null };
  return {
    rate,
    cpuUs: Math.max(0, used) / TICKS * 1e6 / units,
    memory: resident(place.pids()) / (1 << 20),
  };
}

/** User and system time of these processes, in ticks. */
export function processorTime(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => {
    const stat = readProc(pid, "stat");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return sum + (Number(fields[11]) || 0) + (Number(fields[12]) || 0);
  }, 0);
}

/** Memory of these processes, bytes. */
export function resident(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => {
    const kib = /^VmRSS:\s+(\d+)/m.exec(readProc(pid, "status"))?.[1];
    return sum + Number(kib ?? 0) * 1024;
  }, 0);
}

function readProc(pid: number, file: string): string {
  try {
    return Deno.readTextFileSync(`/proc/${pid}/${file}`);
  } catch {
    return "";
  }
}
