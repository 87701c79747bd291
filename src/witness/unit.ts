/** The text of hakit-witness.service, for `hakit witness install`. Pure. */

export const WITNESS_UNIT = "hakit-witness.service";
export const WITNESS_UNIT_FILE = `/etc/systemd/system/${WITNESS_UNIT}`;

export function witnessUnitText(executable: string): string {
  return `[Unit]
Description=hakit witness: remembers which of two servers may go on alone
Wants=network-online.target
After=network-online.target local-fs.target
StartLimitIntervalSec=0

[Service]
Type=simple
ExecStart=${executable} witness run
Restart=always
RestartSec=100ms
# A few answers a second, and never late because of what else runs here.
Nice=-5
OOMScoreAdjust=-500
MemoryMax=256M
StateDirectory=hakit
LogsDirectory=hakit
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
NoNewPrivileges=yes
UMask=0077

[Install]
WantedBy=multi-user.target
`;
}
