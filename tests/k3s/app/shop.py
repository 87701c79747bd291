"""The example application of `hakit drill k3s`, as far as the drill sees it. A service of type LoadBalancer is answered on every
server, as K3s' own load balancer does; the work is done where the pod `database` is: a row in the datastore and a line, with fsync, in
a file on the volume, mounted from the virtual address as a pod's volume is."""
import os
import re
import socket
import subprocess
import threading
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import places
from datastore import Away

SPACE = "hakit-drill"
ROWS = "/registry/standin/shop/%010d"
MOUNT = places.ROOT + "/var/lib/kubelet/pods/standin/volumes/shop"
PATIENCE = 3


def volume():
    """Mounted when it is first used; the place is told by the manifest and the datastore's endpoint."""
    if os.path.ismount(MOUNT):
        return MOUNT
    with open(places.SERVER + "/manifests/hakit-nfs-client.yaml") as file:
        text = file.read()
    host = re.search(r"name: NFS_SERVER\s+value: \"?([^\"\s]+)", text).group(1)
    path = re.search(r"name: NFS_PATH\s+value: \"?([^\"\s]+)", text).group(1)
    os.makedirs(MOUNT, exist_ok=True)
    subprocess.run(["mount", "-t", "nfs4", "-o", "vers=4.1,hard", host + ":" + path, MOUNT], check=True, timeout=60)
    return MOUNT


def local(objects, number):
    """The pod's own work."""
    store, name = objects.store, volume() + "/standin-shop"
    if number is None:
        rows = sorted(store.list(ROWS[:-5]))
        lines = open(name).read().split() if os.path.exists(name) else []
        return "".join(["row %d\n" % int(row.rsplit("/", 1)[1]) for row in rows] + ["line %s\n" % line for line in lines]) + "end\n"
    store.put(ROWS % number, "%d" % number)
    fd = os.open(name, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        os.write(fd, b"%d\n" % number)
        os.fsync(fd)
    finally:
        os.close(fd)
    return "ok %d\n" % number


def remote(address, port, number):
    query = "" if number is None else "?number=%d" % number
    request = urllib.request.Request("http://%s:%d/%s" % (address, port, query), method="GET" if number is None else "POST",
                                     headers={"X-Standin": "1"})
    with urllib.request.urlopen(request, timeout=PATIENCE if number is not None else 30) as answer:
        return answer.read().decode()


def handler(objects, node, port):
    class Handler(BaseHTTPRequestHandler):
        def respond(self, number):
            try:
                code, text = 200, self.work(number)
            except (OSError, Away, subprocess.SubprocessError, ValueError) as error:
                code, text = 503, "%s: %s\n" % (type(error).__name__, error)
            self.send_response(code)
            self.send_header("content-length", str(len(text)))
            self.end_headers()
            self.wfile.write(text.encode())

        def work(self, number):
            where = [pod["spec"]["nodeName"] for pod in objects.list("pods", SPACE)
                     if pod["metadata"]["name"].startswith("database-")]
            if not where:
                raise OSError("the pod database is nowhere")
            if where[0] == node:
                return local(objects, number)
            if self.headers.get("X-Standin"):
                raise OSError("the pod database has moved")
            address = next(item["status"]["addresses"][0]["address"] for item in objects.nodes()
                           if item["metadata"]["name"] == where[0])
            return remote(address, port, number)

        def do_GET(self):
            self.respond(None)

        def do_POST(self):
            self.respond(int(self.path.rsplit("number=", 1)[1]))

        def log_message(self, *_):
            pass
    return Handler


class Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True
    address_family = socket.AF_INET


def balance(objects, node):
    """Listens for each service that there is, for as long as there is."""
    servers = {}
    while True:
        time.sleep(3)
        try:
            wanted = {port["port"] for item in objects.list("services") if item["spec"].get("type") == "LoadBalancer"
                      for port in item["spec"]["ports"]}
        except Away:
            continue
        for port in wanted - set(servers):
            servers[port] = Server(("0.0.0.0", port), handler(objects, node, port))
            threading.Thread(target=servers[port].serve_forever, daemon=True).start()
        for port in set(servers) - wanted:
            servers.pop(port).shutdown()
