# Questions to Kubernetes, through the virtual address as everybody asks them. With
# K3s' own file: its certificate ends after a year, and K3s writes it anew; a copy
# would make every checker lie from then on.

: "${K3S:=/usr/local/bin/k3s}" "${KUBECONFIG:=/etc/rancher/k3s/k3s.yaml}"

# ask ARGUMENT...: what kubectl prints, in $answer. Ends the checker with "cannot
# tell" where there is no K3s yet.
ask() {
  [[ -x $K3S && -r $KUBECONFIG && -n $HAKIT_VIP ]] || { complain "K3s is not set up yet"; exit 75; }
  local host=$HAKIT_VIP
  [[ $host == *:* ]] && host="[$host]"
  answer=$(timeout 15 "$K3S" kubectl --kubeconfig="$KUBECONFIG" --server="https://$host:6443" "$@" 2>&1) && return
  answer=$(tail -n 1 <<<"$answer")
  return 1
}
