"""`k3s server`: one row and one heartbeat a second, and a turn of the controllers where this server leads."""
import argparse
import hashlib
import json
import os
import signal
import socket
import sys
import threading
import time

import places
from datastore import Away, connect
from objects import Objects
from orders import perform
from shop import balance

# K3s' controllers renew their lead every 2 s and give the whole process up after 10 s without.
RENEW_DEADLINE = 10
# The datastore may come up later than K3s: kine waits as long.
START_PATIENCE = 300
ROW = "/registry/standin/rows/%s/%010d"
NODES = "/registry/minions/"


def say(text):
    print("k3s: " + text, flush=True)


def notify(text):
    """sd_notify(3)."""
    path = os.environ.get("NOTIFY_SOCKET")
    if not path:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.sendto(text.encode(), "\0" + path[1:] if path[0] == "@" else path)


def arguments(args):
    parser = argparse.ArgumentParser(prog="k3s server")
    for flag in (
        "node-name",
        "node-ip",
        "advertise-address",
        "flannel-iface",
        "cluster-cidr",
        "service-cidr",
    ):
        parser.add_argument("--" + flag, required=True)
    parser.add_argument("--tls-san", action="append", required=True)
    parser.add_argument("--disable", action="append", default=[])
    for part in ("apiserver", "controller-manager"):
        parser.add_argument("--kube-%s-arg" % part, action="append", default=[])
    parser.add_argument("--kubelet-arg", action="append", default=[])
    parser.add_argument("--flannel-ipv6-masq", action="store_true")
    options = parser.parse_args(args)
    families = {":" in word for word in (options.node_ip, options.cluster_cidr, options.service_cidr)}
    if len(families) > 1:
        raise SystemExit("k3s: cluster-cidr: %s and node-ip: %s, must share the same IP version (IPv4, IPv6 or dual-stack)" % (
            options.cluster_cidr, options.node_ip))
    return options


def first_connection():
    until = time.monotonic() + START_PATIENCE
    while True:
        try:
            return connect()
        except Away as error:
            if time.monotonic() > until:
                raise
            say("waits for the datastore: %s" % error)
            time.sleep(1)


def acknowledged():
    try:
        with open(places.ACKNOWLEDGED) as file:
            return int(file.read())
    except FileNotFoundError:
        return 0


def count_rows(store, node):
    """Every number that was acknowledged must be there."""
    promised = acknowledged()
    rows = store.list("/registry/standin/rows/%s/" % node)
    found = {int(key.rsplit("/", 1)[1]) for key in rows}
    lost = [n for n in range(1, promised + 1) if n not in found]
    report = {"node": node, "acknowledged": promised, "found": len(found), "lost": len(lost)}
    places.write(places.ROWS, json.dumps(report) + "\n")
    say("%d rows acknowledged, %d found, %d lost" % (promised, len(found), len(lost)))
    return max(found | {promised}) if found else promised


def write_files(options):
    token = os.environ.get("K3S_TOKEN", "")
    if not token:
        raise SystemExit("k3s: K3S_TOKEN is not set")
    for name in ("token", "node-token"):
        places.write(places.SERVER + "/" + name, token + "\n")
    places.write(places.KUBECONFIG, "\n".join([
        "apiVersion: v1", "kind: Config", "clusters:", "- name: default", "  cluster:",
        "    server: https://127.0.0.1:6443", "contexts: []", "users: []", ""]))
    manifests = places.SERVER + "/manifests"
    if os.path.isdir(manifests):
        for name in sorted(os.listdir(manifests)):
            say("would apply %s/%s" % (manifests, name))
    say("node %s, address %s, interface %s, certificate for %s" % (
        options.node_name, options.node_ip, options.flannel_iface, options.tls_san))


class Shared:
    """The store is one conversation: one question at a time."""

    def __init__(self, store):
        self.store = store
        self.lock = threading.Lock()

    def put(self, key, value):
        with self.lock:
            self.store.put(key, value)

    def get(self, key):
        with self.lock:
            return self.store.get(key)

    def list(self, prefix):
        with self.lock:
            return self.store.list(prefix)

    def dial_again(self):
        """Where its client has ended."""
        with self.lock:
            if self.store.process.child.poll() is None:
                return
            self.store.end()
            self.store = connect()


class State:
    objects = None


def answer(text):
    argv = json.loads(text)["argv"]
    # What hakit asked for, for tests to read.
    with open(places.ORDERS, "a") as file:
        file.write(json.dumps({"at": time.time(), "argv": [w for w in argv if not w.startswith("--content=")]}) + "\n")
    try:
        code, out, error = perform(State.objects, argv)
    except Away as away:
        code, out, error = 1, "", "Error from server: the datastore is away: %s" % away
    return json.dumps({"code": code, "out": out, "error": error})


def answer_kubectl():
    try:
        os.unlink(places.SOCKET)
    except FileNotFoundError:
        pass
    server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    server.bind(places.SOCKET)
    os.chmod(places.SOCKET, 0o600)
    server.listen(8)

    def loop():
        while True:
            peer, _ = server.accept()
            threading.Thread(target=one, args=(peer,), daemon=True).start()

    def one(peer):
        with peer:
            try:
                peer.settimeout(10)
                peer.sendall(answer(peer.makefile().readline()).encode())
            except (OSError, ValueError) as error:
                say("kubectl: %s" % error)
    threading.Thread(target=loop, daemon=True).start()


def default_objects(objects):
    """What K3s and hakit's manifests bring along."""
    for space, name in (("kube-system", "coredns"), ("hakit-storage", "nfs-client-provisioner")):
        if objects.get("deployments", space, name) is None:
            objects.put("deployments", space, name, {
                "metadata": {"name": name, "namespace": space}, "spec": {"replicas": 1}})


def admit(objects, node):
    """A name belongs to the machine that came with it first, by a password in a secret that only an administrator deletes."""
    try:
        with open(places.NODE_PASSWORD) as file:
            password = file.read()
    except FileNotFoundError:
        password = os.urandom(16).hex()
        places.write(places.NODE_PASSWORD, password)
    digest = hashlib.sha256(password.encode()).hexdigest()
    name = node + ".node-password.k3s"
    while True:
        known = objects.get("secrets", "kube-system", name)
        if known is None:
            objects.put("secrets", "kube-system", name, {
                "metadata": {"name": name, "namespace": "kube-system"}, "hash": digest})
            return
        if known["hash"] == digest:
            return
        say("Node password rejected, duplicate hostname or contents of '/etc/rancher/node/password' may not match server node-passwd entry")
        time.sleep(2)


def serve(args):
    options = arguments(args)
    node = options.node_name
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    store = Shared(first_connection())
    say("datastore through %s" % type(store.store).__name__.lower())
    number = count_rows(store, node)
    write_files(options)
    State.objects = Objects(store, node)
    default_objects(State.objects)
    answer_kubectl()
    admit(State.objects, node)
    threading.Thread(target=balance, args=(State.objects, node), daemon=True).start()
    notify("READY=1")
    renewed = time.monotonic()
    beat = turn = float("-inf")
    while True:
        try:
            key, value = ROW % (node, number + 1), "row %d of %s" % (number + 1, node)
            store.put(key, value)
            number += 1
            places.write(places.ACKNOWLEDGED, "%d\n" % number)
            if store.get(key) != value:
                say("row %d reads back differently" % number)
                return 1
            # More rarely, as K3s does: an emulated server has no time for all of it each second.
            if time.monotonic() - beat > 4:
                beat = time.monotonic()
                store.put(NODES + node, json.dumps({"at": round(time.time()), "ip": options.node_ip}))
            if time.monotonic() - turn > 2:
                turn = time.monotonic()
                if State.objects.lead():
                    State.objects.control()
            renewed = time.monotonic()
        except Away as error:
            away = time.monotonic() - renewed
            say("datastore away for %.1f s: %s" % (away, error))
            if away > RENEW_DEADLINE:
                say("leaderelection lost")
                return 1
            try:
                store.dial_again()
            except Away as again:
                say("cannot connect: %s" % again)
        time.sleep(1)
