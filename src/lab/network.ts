/** Builds and removes the lab's network, pulls and plugs its cables. */
import { command } from "../system/command.ts";
import {
  hostCommands,
  type LabNode,
  type Link,
  LINKS,
  namespace,
  PLACES,
  port,
  upCommands,
  VIRTUAL_ADDRESS,
  VISIBLE,
  witnessPort,
} from "./topology.ts";

export async function networkIsUp(): Promise<boolean> {
  const { stdout } = await command(["ip", "netns", "list"]);
  const names = stdout.split("\n").map((line) => line.split(" ")[0]);
  return PLACES.every((node) => names.includes(namespace(node)));
}

/** From nothing or from the rest of an interrupted attempt. */
export async function buildNetwork(): Promise<void> {
  await removeNetwork();
  for (const args of upCommands()) await command(["ip", ...args]);
  for (const args of VISIBLE ? hostCommands() : []) {
    const { code } = await command(["ip", ...args], { anyCode: true });
    if (code !== 0) break;
  }
}

/** The interfaces go with their namespaces. */
export async function removeNetwork(): Promise<void> {
  for (const node of PLACES) {
    await command(["ip", "netns", "delete", namespace(node)], {
      anyCode: true,
    });
  }
}

/** Pulls (down) or plugs (up) one cable of a node, or all. */
export async function setCables(
  node: LabNode,
  state: "up" | "down",
  links: readonly Link[] = LINKS,
): Promise<void> {
  for (const link of links) {
    await command([
      ...["ip", "-n", namespace(0), "link", "set"],
      ...[port(node, link), state],
    ]);
  }
}

/** The same for the cable to the witness. */
export async function setWitnessCable(
  node: LabNode,
  state: "up" | "down",
): Promise<void> {
  await command([
    ...["ip", "-n", namespace(0), "link", "set"],
    ...[witnessPort(node), state],
  ]);
}

/** The virtual address, which a machine forgets with its power and a network namespace does not. */
export async function forgetAddress(node: LabNode): Promise<void> {
  await command([
    ...["ip", "-n", namespace(node), "addr", "flush"],
    ...["to", `${VIRTUAL_ADDRESS}/32`],
  ], { anyCode: true });
}
