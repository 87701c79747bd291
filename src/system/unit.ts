/** The text of hakit.service, for `hakit first`, `hakit second` and the installer. Pure. */

/** Where the unit file stands. */
export const UNIT_FILE = "/etc/systemd/system/hakit.service";

/** Where this program lies on a server: what boots must not be on a stick that is taken out. */
export const EXECUTABLE = "/usr/local/bin/hakit";

/** systemd 245 (Ubuntu 20.04) and later; an older one ignores what it does not know. */
export function unitText(executable = EXECUTABLE): string {
  return `[Unit]
Description=hakit agent: keeps services running on one of two servers
# Ordered after the network, so that at shutdown services stop and the peer is told while the network is still up.
Wants=network-online.target
After=network-online.target nss-lookup.target time-sync.target local-fs.target
# An agent that cannot start goes on trying: giving up would leave the server out of the cluster until somebody looks.
StartLimitIntervalSec=0

[Service]
Type=simple
ExecStart=${executable} agent
Restart=always
# Back before the peer takes its silence for death (2.1 s).
RestartSec=100ms
# Replicators and services outlive a crash or an upgrade of the agent; SIGTERM makes it stop them in order itself.
KillMode=process
TimeoutStopSec=600
# Heartbeats must not wait for a swapped page, nor fall to the out-of-memory killer before the services do. With control groups of
# version 1 the first of these counts for nothing ("hakit doctor" says so where there is swap): mlockall would end the JavaScript engine.
MemorySwapMax=0
OOMScoreAdjust=-900
# Under load the mirror and the heartbeats come before what they serve, and the services before the looks at them: a module's checks
# share in this. Within the unit agent and replicator come first by their nice value.
CPUWeight=300
LimitNOFILE=1048576
TasksMax=infinity
# Each module's services run in a control group of their own below this one, so that they can be frozen at once.
Delegate=pids
RuntimeDirectory=hakit
RuntimeDirectoryMode=0755
RuntimeDirectoryPreserve=yes
UMask=0077

[Install]
WantedBy=multi-user.target
`;
}
