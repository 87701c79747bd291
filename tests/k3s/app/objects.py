"""The little of Kubernetes that hakit talks to: nodes, pods, leases, deployments, volumes, as objects in the datastore; a scheduler and
a controller on whichever server holds their lease. Times are Kubernetes' own: a lease is somebody's for 15 s after its last renewal,
a silent node is not ready after 40 s, and only a taint, a deleted pod or a deleted lease makes it quicker."""
import json
import socket
import time
import uuid

OBJECTS = "/registry/standin/objects/"
NODES = "/registry/minions/"
LEASE_SECONDS = 15
GRACE = 40
# K3s' own holds its lease by the bare name of the host.
CONTROLLERS = ("kube-controller-manager", "kube-scheduler", "k3s")


def stamp(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%S.000000Z", time.gmtime(seconds))


def key(kind, namespace, name):
    return "%s%s/%s/%s" % (OBJECTS, kind, namespace or "-", name)


class Objects:
    """`store` is kine or MariaDB: see datastore.py."""

    def __init__(self, store, node):
        self.store = store
        self.node = node
        # As the real ones do: by the host's name, whatever the node is called.
        self.host = socket.gethostname()
        self.identity = "%s_%s" % (self.host, uuid.uuid4().hex[:12])
        self.deleted = {}

    def put(self, kind, namespace, name, value):
        self.store.put(key(kind, namespace, name), json.dumps(value))

    def get(self, kind, namespace, name):
        text = self.store.get(key(kind, namespace, name))
        return json.loads(text) if text else None

    # kine's stand-in has no delete: an object that is gone is the word null.
    def delete(self, kind, namespace, name):
        found = self.get(kind, namespace, name)
        if found is not None:
            self.store.put(key(kind, namespace, name), "null")
        return found is not None

    def list(self, kind, namespace=None):
        prefix = OBJECTS + kind + "/" + ((namespace + "/") if namespace else "")
        found = [json.loads(text) for _, text in sorted(self.store.list(prefix).items())]
        return [each for each in found if each is not None]

    def nodes(self):
        heartbeats = self.store.list(NODES)
        extras = {each["name"]: each for each in self.list("nodes")}
        items = []
        for path, text in sorted(heartbeats.items()):
            name, heartbeat = path.rsplit("/", 1)[1], json.loads(text)
            more = extras.get(name, {})
            ready = time.time() - heartbeat["at"] < GRACE
            items.append({
                "metadata": {"name": name, "annotations": more.get("annotations", {})},
                "spec": {"unschedulable": more.get("unschedulable", False), "taints": more.get("taints", [])},
                "status": {
                    "addresses": [{"type": "InternalIP", "address": heartbeat["ip"]}],
                    "conditions": [{"type": "Ready", "status": "True" if ready else "Unknown"}],
                    "nodeInfo": {"kubeletVersion": heartbeat.get("version", "v0.0.0+standin")},
                },
            })
        return items

    def change_node(self, name, change):
        more = self.get("nodes", None, name) or {"name": name}
        change(more)
        self.put("nodes", None, name, more)

    def node_leases(self):
        return [{
            "metadata": {"name": path.rsplit("/", 1)[1], "namespace": "kube-node-lease"},
            "spec": {"holderIdentity": path.rsplit("/", 1)[1], "renewTime": stamp(json.loads(text)["at"])},
        } for path, text in sorted(self.store.list(NODES).items())]

    def lead(self):
        """Renews what is ours, takes what nobody holds any more; true while all of it is ours."""
        ours = 0
        leases = {each["metadata"]["name"]: each for each in self.list("leases", "kube-system")}
        for name in CONTROLLERS:
            identity = self.host if name == "k3s" else self.identity
            lease = leases.get(name)
            spec = lease["spec"] if lease else None
            if spec and spec["holderIdentity"] != identity and time.time() - spec["at"] < LEASE_SECONDS:
                continue
            ours += 1
            if spec and spec["holderIdentity"] == identity and time.time() - spec["at"] < 4:
                continue
            self.put("leases", "kube-system", name, {
                "metadata": {"name": name, "namespace": "kube-system"},
                "spec": {"holderIdentity": identity, "renewTime": stamp(time.time()), "at": time.time()},
            })
        return ours == len(CONTROLLERS)

    def control(self):
        """One turn of scheduler and controllers."""
        fit = [node["metadata"]["name"] for node in self.nodes()
               if node["status"]["conditions"][0]["status"] == "True"
               and not node["spec"]["unschedulable"] and not node["spec"]["taints"]]
        pods = self.list("pods")
        for owner in self.list("deployments"):
            meta = owner["metadata"]
            own = [pod for pod in pods if pod["metadata"]["namespace"] == meta["namespace"]
                   and pod["metadata"]["ownerReferences"][0]["name"] == meta["name"]]
            for _ in range(owner["spec"]["replicas"] - len(own)):
                if not fit:
                    break
                # Where fewest of them are.
                where = min(fit, key=lambda name: sum(pod["spec"]["nodeName"] == name for pod in own))
                pod = {
                    "metadata": {
                        "name": "%s-%s" % (meta["name"], uuid.uuid4().hex[:5]), "namespace": meta["namespace"],
                        "ownerReferences": [{"kind": "ReplicaSet", "name": meta["name"]}],
                    },
                    "spec": {"nodeName": where},
                    "status": {"phase": "Running", "startTime": stamp(time.time())},
                }
                own.append(pod)
                self.put("pods", meta["namespace"], pod["metadata"]["name"], pod)

    def ready(self, owner):
        """Pods of it on nodes that are ready."""
        well = {node["metadata"]["name"] for node in self.nodes()
                if node["status"]["conditions"][0]["status"] == "True"}
        return sum(1 for pod in self.list("pods", owner["metadata"]["namespace"])
                   if pod["metadata"]["ownerReferences"][0]["name"] == owner["metadata"]["name"]
                   and pod["spec"]["nodeName"] in well)
