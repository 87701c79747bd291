/**
 * Whether clients reach this node by the interface of a virtual address: it has a carrier, and an address of this node's own, without
 * which they get no answer. One whose cable is out may keep both addresses or lose them (systemd-networkd).
 */
import { isVirtual, standsAt } from "../actions/virtual_ip.ts";
import { faultOf, InterfaceFlags } from "../system/interface_flags.ts";
import { CannotTell, down, type Reading, UP } from "./reading.ts";
import type { Look } from "./watch.ts";

/** What is asked of the kernel. */
export interface Kernel {
  /** Null: nobody can tell. */
  flags(name: string): number | null;
  /** Those that an interface is made of: a bridge's ports, what a VLAN or a bond stands on. */
  lower(name: string): readonly string[];
  /** Whether a machine's hardware is behind it, and not only a guest's or container's end. */
  hardware(name: string): boolean;
}

/**
 * "eth0 has no carrier"; null: it works. A VLAN and a bond have none when there is none below. A bridge has one as long as any guest is
 * connected to it: it is no better than its ports to the outside.
 */
export function linkFault(name: string, kernel: Kernel): string | null {
  const flags = kernel.flags(name);
  if (flags === null) throw new CannotTell(`nobody can tell how ${name} is`);
  if (flags === 0) return `there is no ${name}`;
  const fault = faultOf(flags);
  if (fault === "is down") return `${name} is switched off`;
  if (fault !== null) return `${name} ${fault}`;
  // What a cloud hangs below it for speed may be out: it carries on without.
  if (kernel.hardware(name)) return null;
  const outside = kernel.lower(name).filter((one) =>
    kernel.hardware(one) || kernel.lower(one).length > 0
  );
  const faults = outside.map((one) => linkFault(one, kernel));
  return faults.every((one) => one !== null) ? faults[0] ?? null : null;
}

const SYSFS = "/sys/class/net";

function kernelOf(flags: InterfaceFlags): Kernel {
  return {
    flags: (name) => flags.of(name),
    lower(name) {
      try {
        return [...Deno.readDirSync(`${SYSFS}/${name}`)]
          .filter((entry) => entry.name.startsWith("lower_"))
          .map((entry) => entry.name.slice("lower_".length));
      } catch {
        return []; // Another network namespace's than this folder's.
      }
    },
    hardware(name) {
      try {
        Deno.lstatSync(`${SYSFS}/${name}/device`);
        return true;
      } catch {
        return false;
      }
    },
  };
}

export function lookAtLink(
  spec: { readonly address: string; readonly interface?: string | undefined },
  near: string,
): Look {
  // An interface may be there for virtual addresses alone: only what was there can be missing.
  let before: readonly string[] = [];
  return () =>
    Promise.try((): Reading => {
      const found = standsAt(spec, near);
      if (found === null) {
        return down(`no interface has this node's address ${near}`);
      }
      const { device, own } = found;
      if (own.length > 0) before = own;
      const fault = faultNow(device);
      if (fault !== null) return down(fault);
      // Another module's may have been taken for this node's own before that module began.
      const gone = own.length === 0
        ? before.find((address) => !isVirtual(address))
        : undefined;
      return gone === undefined
        ? UP
        : down(`${device} has lost this node's own address ${gone}`);
    });
}

function faultNow(device: string): string | null {
  const flags = new InterfaceFlags();
  try {
    return linkFault(device, kernelOf(flags));
  } finally {
    flags.close();
  }
}
