/** Where a cluster's own files stand below /etc/hakit, beyond those of ARCHITECTURE.md. */
import { join } from "node:path";
import type { Paths } from "../system/paths.ts";

/** Below the agent's state: the last texts of cluster.yaml. No module can have this name. */
export const CLUSTER_HISTORY = "_cluster";

export function places(paths: Paths) {
  const at = (name: string) => join(paths.etc, name);
  return {
    cluster: at("cluster.yaml"),
    node: at("node"),
    key: at("secret.key"),
    authority: at("ca.pem"),
    authorityKey: at("ca.key"),
    certificate: at("node.pem"),
    certificateKey: at("node.key"),
    users: at("users.yaml"),
    /** Who decides between the two nodes; missing: nobody. 0600. */
    arbiter: at("arbiter.json"),
    module: join(paths.etc, "modules", "k3s"),
    /** Settings of `first` without secrets, the same on both nodes. */
    settings: at("k3s.yaml"),
    /** Password of the database's user k3s, 0600. */
    password: at("k3s-password"),
    /** What K3s servers show each other, 0600. */
    k3sToken: at("k3s-token"),
    /** K3s' files on this node with size and SHA-256: what the second node fetches. */
    k3sFiles: at("k3s-files.json"),
    /** Units that started at boot before hakit took them out of it, one a line. */
    bootUnits: at("boot-units"),
    /** --storage and --export of `prereq`, until `first` keeps its settings. */
    preparedFolders: at("prepared-folders.yaml"),
    /** Folders that `prereq`, `first` and `second` made, one a line, upper ones first. */
    madeFolders: at("made-folders"),
    /** Units, drop-ins and configuration that hakit wrote, each with its SHA-256 then. 0600. */
    writtenFiles: at("written-files.json"),
    /** Packages that hakit keeps from being updated, one a line. */
    held: at("held-packages"),
    /** The one invitation: hash of its secret, expiry, who used it. 0600. */
    invitation: at("join.json"),
    /** Where the volume lies, from an uninstall that left it to one with --data. */
    leftStorage: at("left-storage"),
    /** For kubectl through the virtual address, 0600. */
    kubeconfig: at("kubeconfig.yaml"),
    /** The replicator's: there as soon as this node has held data of the module. */
    identity: join(paths.state, "k3s", "identity.json"),
  } as const;
}
export type Places = ReturnType<typeof places>;
