"""kubectl: hands its words to the server of this machine."""
import json
import os
import socket
import sys

import places


def kubectl(args):
    if args == ["version", "--client"]:
        print("Client Version: v0.0.0+standin")
        return 0
    # The real one keeps what it learns about the cluster: without a word where, and without HOME, in the current folder.
    if "HOME" not in os.environ and not any(word.startswith("--cache-dir=") for word in args):
        os.makedirs(".kube/cache/discovery", exist_ok=True)
    # It says this as long as metrics-server does not run, beside any answer.
    print("E1126 21:40:01.184275 memcache.go:287] couldn't get resource list for metrics.k8s.io/v1beta1", file=sys.stderr)
    # It would dial the kubeconfig's server; there is one server here.
    args = [word for word in args if not word.startswith(("--kubeconfig=", "--cache-dir=", "--server="))]
    request = {"argv": args}
    if "-f" in args:
        with open(args[args.index("-f") + 1]) as file:
            request["argv"] = args + ["--content=" + file.read()]
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as sock:
            sock.settimeout(130)
            sock.connect(places.SOCKET)
            sock.sendall(json.dumps(request).encode() + b"\n")
            data = b""
            while True:
                part = sock.recv(65536)
                if not part:
                    break
                data += part
        answer = json.loads(data)
    except (OSError, ValueError) as error:
        print("The connection to the server was refused: %s" % error, file=sys.stderr)
        return 1
    if answer["out"]:
        print(answer["out"])
    if answer["error"]:
        print(answer["error"], file=sys.stderr)
    return answer["code"]
