"""Where K3s keeps its files; K3S_STANDIN_ROOT moves them all, for a try on a developer's machine."""
import os

ROOT = os.environ.get("K3S_STANDIN_ROOT", "")
DATA = ROOT + "/var/lib/rancher/k3s"
SERVER = DATA + "/server"
KUBECONFIG = ROOT + "/etc/rancher/k3s/k3s.yaml"
SOCKET = DATA + "/server/standin.sock"
ORDERS = SERVER + "/orders"
NODE_PASSWORD = ROOT + "/etc/rancher/node/password"
# What this server was promised: the last number whose write was acknowledged, on its own disk, never in the datastore.
ACKNOWLEDGED = SERVER + "/acknowledged"
# Told by the last start: rows acknowledged, found, lost.
ROWS = SERVER + "/rows.json"


def write(path, text, mode=0o600):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    half = path + ".new"
    with open(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.rename(half, path)
