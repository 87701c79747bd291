/**
 * What a server is like before hakit comes and after it has gone: configuration, units, rules, mounts, users, settings of the kernel.
 * Kept on the server itself, so that the story `uninstall` finds it on the disks that `install` left. Packages stay, and with them
 * their own files, what their scripts make, links to their units, users and mounts: those are left out.
 */
import { on, type Server } from "./lab.ts";

/** Beside what is compared. */
const FILE = "/var/lib/hakit-test-before";

/** One line a fact: "KIND what it is". */
const LOOK = `
owned=/run/hakit-test-owned
cat /var/lib/dpkg/info/*.list | sort -u >$owned
left_out='^/usr/local/bin/hakit$|^/etc/(alternatives/|rc.\\.d/|mysql(/|$)|ld\\.so\\.cache$|default/(nfs|rpcbind|maria)|idmapd\\.conf$|nfs\\.conf$|apparmor\\.d/local/.*(mariadb|mysql)d$|exports(\\.d)?$|(passwd|shadow|group|gshadow|subuid|subgid)-?$)|\\.(wants|requires)$'
find /etc /usr/local -xdev \\( -type f -o -type d -o -type l \\) | sort | comm -23 - $owned | grep -vE "$left_out" | while read -r path; do
  if [ -L "$path" ]; then
    # Links to packages' units.
    case $(readlink "$path") in /lib/systemd/* | /usr/lib/systemd/*) continue ;; esac
    echo "file $path -> $(readlink "$path")"
  elif [ -d "$path" ]; then
    echo "file $path/ $(stat -c '%U:%G %a' "$path")"
  else
    echo "file $path $(stat -c '%U:%G %a' "$path") $(sha256sum <"$path")"
  fi
done
apt-mark showhold | sed 's/^/hold /'
systemctl list-unit-files --state=enabled,masked --no-legend | awk '{ print $1 }' | sort | while read -r unit; do
  grep -qE "^(/usr)?/lib/systemd/system/$unit$" $owned || echo "unit $unit"
done
for tool in iptables-save ip6tables-save; do
  $tool 2>/dev/null | grep -e '^-A' -e '^:[^ ]* -' | sed "s/ \\[[0-9:]*\\]$//; s/^/rule $tool /"
done
nft list tables 2>/dev/null | grep -vxE 'table ip6? (filter|nat|mangle|raw|security)' | sed 's/^/rule nft /'
awk '{ print "mount " $2 " " $3 }' /proc/mounts |
  grep -vE ' (autofs|nfsd|rpc_pipefs|binfmt_misc|fusectl)$|^mount /run/(user|credentials)/'
ip -o addr | awk '$2 !~ /^veth/ { print "address " $2 " " $4 }' | grep -v ' fe80:'
{ getent passwd; getent group; } | cut -d: -f1,3 | grep -vE '^(mysql|statd|_rpc):' | sed 's/^/user /'
# promote_secondaries: until the next boot, whoever takes a virtual address needs it.
sysctl -a 2>/dev/null | grep -E '^(kernel\\.(hostname|panic|core_pattern)|vm\\.(overcommit|swappiness|dirty)|net\\.ipv[46]\\.(ip_forward|conf\\.))' |
  grep -v promote_secondaries | sed 's/^/sysctl /'
`;

/** Before `prereq`. A server on which it ran before stays as it was seen first. */
export async function rememberAsItIs(server: Server): Promise<void> {
  await on(
    server,
    `test -s ${FILE} || { { ${LOOK} } >${FILE}.new && mv ${FILE}.new ${FILE}; }`,
    { seconds: 300 },
  );
}

/** Throws with what is not as before; `kept`: what begins with this stays with the data. */
export async function isAsBefore(
  server: Server,
  kept: readonly string[] = [],
): Promise<void> {
  const { stdout: text } = await on(server, `cat ${FILE}`);
  const { stdout } = await on(server, LOOK, { seconds: 300 });
  const [before, after] = [text, stdout].map((text) =>
    text.split("\n").filter((line) => line !== "")
  ) as [string[], string[]];
  if (after.length < before.length / 2) throw new Error("it cannot be seen");
  const difference = [
    ...before.filter((line) => !after.includes(line)).map((line) =>
      `- ${line}`
    ),
    // A module that is loaded brings settings of its own along.
    ...after.filter((line) =>
      !before.includes(line) && !line.startsWith("sysctl ")
    ).map((line) => `+ ${line}`),
  ].filter((line) => !kept.some((path) => line.startsWith(`+ file ${path}`)));
  if (difference.length > 0) {
    throw new Error(
      `${difference.length} lines: ${difference.slice(0, 12).join("; ")}`,
    );
  }
}
