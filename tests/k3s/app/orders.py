"""kubectl's orders, done by the server: argv in; exit code, output and complaint out."""
import json
import time

KNOWN = "get, taint, annotate, cordon, uncordon, drain, delete, scale, apply"


class Refused(Exception):
    pass


def split(argv):
    words, flags, it = [], {}, iter(argv)
    for word in it:
        if word in ("-o", "-n", "-f", "-A"):
            if word == "-A":
                flags["all-namespaces"] = ""
            else:
                flags[{"-o": "output", "-n": "namespace", "-f": "filename"}[word]] = next(it, "")
        elif word == "--raw":
            flags["raw"] = next(it, "")
        elif word.startswith("--"):
            name, _, value = word[2:].partition("=")
            flags[name] = value
        else:
            words.append(word)
    return words, flags


def one(kind):
    kinds = {"node": "nodes", "nodes": "nodes", "pod": "pods", "pods": "pods", "lease": "leases", "leases": "leases",
             "secret": "secrets", "deployment": "deployments", "deployments": "deployments", "persistentvolumes": "persistentvolumes"}
    if kind not in kinds:
        raise Refused('the server doesn\'t have a resource type "%s"' % kind)
    return kinds[kind]


def found(objects, kind, flags):
    if kind == "nodes":
        return objects.nodes()
    if kind == "leases" and flags.get("namespace") == "kube-node-lease":
        return objects.node_leases()
    items = objects.list(kind, flags.get("namespace"))
    name, _, value = flags.get("field-selector", "").partition("=")
    return [item for item in items if name != "spec.nodeName" or item["spec"].get("nodeName") == value]


def row(objects, kind, item):
    name = item["metadata"]["name"]
    if kind == "nodes":
        status = "Ready" if item["status"]["conditions"][0]["status"] == "True" else "NotReady"
        return "%s   %s%s" % (name, status, ",SchedulingDisabled" if item["spec"]["unschedulable"] else "")
    if kind == "deployments":
        return "%s   %d/%d" % (name, objects.ready(item), item["spec"]["replicas"])
    if kind == "pods":
        return "%s   %s   1/1   Running   %s" % (item["metadata"]["namespace"], name, item["spec"]["nodeName"])
    if kind == "persistentvolumes":
        claim, spec = item["spec"].get("claimRef", {}), item["spec"]
        return "   ".join([claim.get("namespace", "<none>"), claim.get("name", "<none>"),
                           spec.get("hostPath", {}).get("path", "<none>"), spec.get("local", {}).get("path", "<none>")])
    return name


def get(objects, words, flags):
    if "raw" in flags:
        if flags["raw"] != "/readyz":
            raise Refused("the server could not find the requested resource")
        objects.store.list("/registry/minions/")
        return "ok"
    kind = one(words[1] if len(words) > 1 else "")
    items = found(objects, kind, flags)
    if len(words) > 2:
        items = [item for item in items if item["metadata"]["name"] == words[2]]
        if not items:
            raise Refused('Error from server (NotFound): %s "%s" not found' % (kind, words[2]))
        if flags.get("output") == "json":
            return json.dumps(items[0])
    if flags.get("output") == "json":
        return json.dumps({"apiVersion": "v1", "kind": "List", "items": items})
    return "\n".join(row(objects, kind, item) for item in items) or "No resources found"


def taint(objects, words, flags):
    text = words[3]
    if text.endswith("-"):
        name, _, effect = text[:-1].partition(":")
        left = []

        def remove(node):
            before = node.get("taints", [])
            node["taints"] = [t for t in before if not (t["key"] == name and effect in ("", t["effect"]))]
            left.append(len(before) - len(node["taints"]))
        objects.change_node(words[2], remove)
        if left == [0]:
            raise Refused('error: taint "%s" not found' % text[:-1])
        return "node/%s untainted" % words[2]
    pair, _, effect = text.partition(":")
    name, _, value = pair.partition("=")

    def add(node):
        node["taints"] = [t for t in node.get("taints", []) if t["key"] != name]
        node["taints"].append({"key": name, "value": value, "effect": effect})
    objects.change_node(words[2], add)
    return "node/%s tainted" % words[2]


def annotate(objects, words, _flags):
    def change(node):
        notes = node.setdefault("annotations", {})
        for word in words[3:]:
            if word.endswith("-"):
                notes.pop(word[:-1], None)
            else:
                name, _, value = word.partition("=")
                notes[name] = value
    objects.change_node(words[2], change)
    return "node/%s annotated" % words[2]


def cordon(objects, words, _flags):
    objects.change_node(words[1], lambda node: node.update(unschedulable=words[0] == "cordon"))
    return "node/%s %sed" % (words[1], words[0])


def drain(objects, words, flags):
    """Evicts; a pod that a budget protects stays, and the order fails at its time limit."""
    until = time.monotonic() + float(flags.get("timeout", "0s").rstrip("s"))
    while True:
        kept = []
        for pod in objects.list("pods"):
            meta = pod["metadata"]
            if pod["spec"].get("nodeName") != words[1] or meta["ownerReferences"][0]["kind"] == "DaemonSet":
                continue
            if meta.get("annotations", {}).get("standin/budget") == "0":
                kept.append(meta["name"])
            else:
                objects.delete("pods", meta["namespace"], meta["name"])
        if not kept:
            return "node/%s drained" % words[1]
        if time.monotonic() > until:
            raise Refused("error when evicting pods %s: Cannot evict pod as it would violate the pod's disruption budget" % kept)
        time.sleep(1)


def delete(objects, words, flags):
    if words[1] == "namespace":
        for kind in ("services", "deployments", "pods"):
            for item in objects.list(kind, words[2]):
                objects.delete(kind, words[2], item["metadata"]["name"])
        return "deleted"
    for name in words[2:]:
        if not objects.delete(one(words[1]), flags.get("namespace", "default"), name) and "ignore-not-found" not in flags:
            raise Refused('Error from server (NotFound): %s "%s" not found' % (words[1], name))
    return "deleted"


def scale(objects, words, flags):
    space = flags.get("namespace", "default")
    item = objects.get(one(words[1]), space, words[2])
    if item is None:
        raise Refused('Error from server (NotFound): %s "%s" not found' % (words[1], words[2]))
    item["spec"]["replicas"] = int(flags["replicas"])
    objects.put(one(words[1]), space, words[2], item)
    return "scaled"


def apply(objects, _words, flags):
    """JSON only, and of it what the stand-in knows."""
    text = json.loads(flags["content"])
    lines = []
    for item in text.get("items", [text]):
        kind = item["kind"].lower() + "s"
        if kind == "statefulsets":
            kind = "deployments"
        meta = item["metadata"]
        if kind == "services":
            objects.put(kind, meta.get("namespace", "default"), meta["name"], {
                "metadata": {"name": meta["name"], "namespace": meta.get("namespace", "default")},
                "spec": {"type": item["spec"].get("type", "ClusterIP"), "ports": item["spec"]["ports"]}})
        if kind in ("deployments", "pods", "persistentvolumes"):
            slim = {"metadata": {"name": meta["name"], "namespace": meta.get("namespace", "default")}, "spec": item["spec"]}
            if kind == "pods":
                slim["metadata"]["ownerReferences"] = meta.get("ownerReferences", [{"kind": "None", "name": "-"}])
                slim["metadata"]["annotations"] = meta.get("annotations", {})
            if kind == "deployments":
                slim["spec"] = {"replicas": item["spec"].get("replicas", 1)}
            space = None if kind == "persistentvolumes" else slim["metadata"]["namespace"]
            objects.put(kind, space, meta["name"], slim)
        lines.append("%s/%s applied" % (item["kind"].lower(), meta["name"]))
    return "\n".join(lines)


def perform(objects, argv):
    words, flags = split(argv)
    orders = {"get": get, "taint": taint, "annotate": annotate, "cordon": cordon, "uncordon": cordon,
              "drain": drain, "delete": delete, "scale": scale, "apply": apply}
    if not words and "raw" not in flags or (words and words[0] not in orders):
        return 1, "", "k3s stand-in: kubectl knows only: " + KNOWN
    try:
        return 0, orders[words[0]](objects, words, flags), ""
    except Refused as error:
        return 1, "", str(error)
