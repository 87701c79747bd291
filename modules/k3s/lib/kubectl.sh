# Questions to Kubernetes, through the virtual address as everybody asks them.

: "${K3S:=/usr/local/bin/k3s}" "${KUBECONFIG:=/etc/hakit/kubeconfig.yaml}"

# ask ARGUMENT...: what kubectl prints, in $answer. Ends the checker with "cannot
# tell" where there is no K3s yet.
ask() {
  [[ -x $K3S && -r $KUBECONFIG ]] || { complain "K3s is not set up yet"; exit 75; }
  answer=$(timeout 15 "$K3S" kubectl --kubeconfig="$KUBECONFIG" "$@" 2>&1) && return
  answer=$(tail -n 1 <<<"$answer")
  return 1
}
