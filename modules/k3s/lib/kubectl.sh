# Questions to Kubernetes, through the virtual address as everybody asks them. With
# K3s' own file: its certificate ends after a year, and K3s writes it anew; a copy
# would make every checker lie from then on.

: "${K3S:=/usr/local/bin/k3s}" "${KUBECONFIG:=/etc/rancher/k3s/k3s.yaml}"

# ask ARGUMENT...: what kubectl prints, in $answer; where it fails, the last line
# of its complaints. It complains beside an answer, too, as long as some API of the
# cluster is away (metrics-server's after each failover): that is no part of it.
# Without a proxy, whatever the agent's environment names (systemd's DefaultEnvironment
# does where the whole server has one): the virtual address is not behind it.
# Its cache is not left to HOME, which a unit does not have: it would lie in the
# module's folder. Ends the checker with "cannot tell" where there is no K3s yet.
ask() {
  [[ -x $K3S && -r $KUBECONFIG && -n $HAKIT_VIP ]] || { complain "K3s is not set up yet"; exit 75; }
  local host=$HAKIT_VIP complaints code=0
  [[ $host == *:* ]] && host="[$host]"
  complaints=$(mktemp) || exit 75
  answer=$(NO_PROXY="*" timeout 15 "$K3S" kubectl --kubeconfig="$KUBECONFIG" \
    --cache-dir=/run/hakit/kubectl --server="https://$host:6443" "$@" 2>"$complaints") || code=$?
  ((code == 0)) || answer=$(tail -n 1 "$complaints")
  rm -f "$complaints"
  return "$code"
}
