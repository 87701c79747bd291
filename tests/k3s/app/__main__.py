"""k3s: a stand-in for tests. It holds on to the real datastore as K3s does, and to nothing else of Kubernetes.

`k3s server ...` writes numbered rows into the datastore, reads each back, gives up when the datastore is away for longer than K3s
bears it, writes token and kubeconfig, and tells systemd when it is ready. `k3s kubectl get nodes [-o json]` asks it.
"""
import os
import sys

sys.dont_write_bytecode = True


def main(argv):
    name = os.path.basename(argv[0])
    args = [name] + argv[1:] if name in ("kubectl", "crictl", "ctr") else argv[1:]
    if args[:1] == ["server"]:
        from server import serve
        return serve(args[1:])
    if args[:1] == ["kubectl"]:
        from kubectl import kubectl
        return kubectl(args[1:])
    # Its pods are no containers: every image is as good as here.
    if args[:2] == ["crictl", "pull"]:
        print("Image is up to date for %s" % args[-1])
        return 0
    if args[:1] in (["--version"], ["-v"]):
        print("k3s version v0.0.0+standin (a stand-in for tests)")
        return 0
    print("k3s stand-in: expected server, kubectl or --version", file=sys.stderr)
    return 1


sys.exit(main(sys.argv))
