/** What a further machine runs to become an agent of the cluster's K3s: one script for `sh`, which may be run again. Pure. */
import { dirname } from "node:path";
import type { Kept } from "../cluster/kept.ts";
import { vipOf } from "../cluster/network.ts";
import { K3S } from "./files.ts";
import { proxyVariables } from "./proxy.ts";
import { K3S_SERVICE, kubeletConfig } from "./texts.ts";

export interface AgentScript {
  readonly kept: Kept;
  /** The new machine's. */
  readonly address: string;
  readonly token: string;
  /** SHA-256 of the nodes' executable: an agent must not be newer than its servers. */
  readonly sha256: string;
}

export function agentScript(
  { kept, address, token, sha256 }: AgentScript,
): string {
  const vip = vipOf(kept);
  const host = vip.includes(":") ? `[${vip}]` : vip;
  const node = kept.node1[0]!;
  // Many distributions let nobody in as root; the executable everybody may read, the images only root.
  const from = `USER@${node.includes(":") ? `[${node}]` : node}`;
  const { executable, images } = K3S;
  // Beside it first: an agent that runs keeps its executable from being written over.
  const copy =
    `scp ${from}:${executable} ${executable}.new && mv ${executable}.new ${executable}` +
    ` (USER: who may log in there; without internet also, as root or from a stick: mkdir -p ${
      dirname(images)
    } && scp -r ${from}:${images} ${dirname(images)}/)`;
  const environment = proxyVariables(kept)
    .map(([name, value]) => `${name}="${value}"\n`).join("");
  return `#!/bin/sh
# Makes the machine with address ${address} an agent of the K3s cluster "${kept.cluster}". It holds the cluster's token: keep it secret.
set -eu
stop() { echo "Cannot join: $*" >&2; exit 1; }
[ "$(id -u)" = 0 ] || stop "run it as root"
device=$(ip -o addr show to ${address} | awk '{ print $2; exit }')
[ -n "$device" ] || stop "${address} is no address of this machine"
[ ! -e ${K3S.unit} ] || stop "this machine is a K3s server"
[ -x ${executable} ] || stop "copy K3s first: ${copy}"
echo "${sha256}  ${executable}" | sha256sum -c - >/dev/null 2>&1 ||
  stop "${executable} is not the one of the servers: ${copy}"
command -v mount.nfs >/dev/null || [ -x /sbin/mount.nfs ] || stop "volumes need it: apt-get install nfs-common"
umask 077
mkdir -p /etc/rancher/k3s
cat >/etc/rancher/k3s/config.yaml <<'EOF'
# Written by hakit agent-join.
server: https://${host}:6443
token: "${token}"
node-ip: ${address}
EOF
echo "flannel-iface: $device" >>/etc/rancher/k3s/config.yaml
cat >/etc/systemd/system/k3s-agent.service.env <<'EOF'
${environment}EOF
umask 022
mkdir -p ${dirname(K3S.kubelet)}
cat >${K3S.kubelet} <<'EOF'
${kubeletConfig()}EOF
cat >/etc/systemd/system/k3s-agent.service <<'EOF'
[Unit]
Description=K3s agent of the cluster ${kept.cluster}
Wants=network-online.target
After=network-online.target

[Service]
Type=notify
EnvironmentFile=-/etc/systemd/system/k3s-agent.service.env
ExecStartPre=-/sbin/modprobe br_netfilter
ExecStartPre=-/sbin/modprobe overlay
ExecStart=${executable} agent
${K3S_SERVICE}RestartSec=5

[Install]
WantedBy=multi-user.target
EOF
systemctl daemon-reload
systemctl enable k3s-agent
systemctl restart --no-block k3s-agent
echo "K3s' agent starts; on a server: k3s kubectl get nodes"
`;
}
