import { command } from "../../src/system/command.ts";

/** Root, and a kernel or container that lets root make network namespaces. */
export async function canIsolate(): Promise<boolean> {
  if (Deno.uid() !== 0) return false;
  const name = `hakit-probe-${Deno.pid}`;
  try {
    await command(["ip", "netns", "add", name]);
    await command(["ip", "netns", "delete", name]);
    return true;
  } catch {
    return false;
  }
}
