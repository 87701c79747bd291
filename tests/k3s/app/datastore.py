"""Two ways to the same datastore: kine, which K3s itself uses, carried along as a program; where it could not be built, MariaDB's
own client on a table of ours. Both are one process with a line in and a line out."""
import json
import os
import queue
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import zipfile

import places

# One operation; kine's own limit is 5 s.
PATIENCE = 6


class Away(Exception):
    """The datastore did not do it (in time)."""


class Process:
    """A child with a line in and a line out, and a time limit on each answer."""

    def __init__(self, argv, **more):
        self.child = subprocess.Popen(
            argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, **more)
        self.lines = queue.Queue()
        # Questions that were given up: their answers come before the next one's.
        self.owed = 0
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.child.stdout:
            self.lines.put(line.rstrip("\n"))
        self.lines.put(None)

    def line(self, patience):
        try:
            line = self.lines.get(timeout=patience)
        except queue.Empty:
            raise Away("no answer after %s s" % patience)
        if line is None:
            # For whoever asks next: nothing is owed by the dead, and waiting for it outlasts the renewal's deadline.
            self.lines.put(None)
            raise Away("its client ended")
        return line

    def send(self, text):
        try:
            self.child.stdin.write(text + "\n")
            self.child.stdin.flush()
        except OSError as error:
            raise Away(str(error))

    def end(self):
        self.child.kill()
        self.child.wait()


class Kine:
    def __init__(self, program):
        folder = tempfile.mkdtemp(prefix="k3s-standin-")
        self.process = Process([program, folder + "/kine.sock"])
        # kine waits for the database by itself, 300 s at most.
        self.process.line(310)

    def _ask(self, request):
        while self.process.owed:
            self.process.line(PATIENCE)
            self.process.owed -= 1
        self.process.send(json.dumps(request))
        self.process.owed += 1
        answer = json.loads(self.process.line(PATIENCE))
        self.process.owed -= 1
        if answer.get("error"):
            raise Away(answer["error"])
        return answer.get("values") or {}

    def put(self, key, value):
        self._ask({"do": "put", "key": key, "value": value})

    def get(self, key):
        return self._ask({"do": "get", "key": key}).get(key)

    def list(self, prefix):
        return self._ask({"do": "list", "key": prefix})

    def end(self):
        self.process.end()


class Client:
    """Keys and values are of plain characters: nothing to quote."""
    PLAIN = re.compile(r"^[\w/.:{}\[\]<>=\", -]*$")

    def __init__(self, endpoint):
        match = re.match(
            r"mysql://([^:]+):([^@]+)@tcp\((\[?[^)\]]+\]?):(\d+)\)/(\w+)", endpoint)
        if not match:
            raise SystemExit("k3s: cannot read K3S_DATASTORE_ENDPOINT")
        user, password, host, port, database = match.groups()
        program = shutil.which("mariadb") or shutil.which("mysql")
        if not program:
            raise SystemExit("k3s: neither kine nor MariaDB's client is here")
        self.process = Process(
            [program, "--no-defaults", "--protocol=tcp", "--host=" + host.strip("[]"),
             "--port=" + port, "--user=" + user, "--connect-timeout=3", "--batch",
             "--skip-column-names", "--unbuffered", "--skip-reconnect", database],
            env={**os.environ, "MYSQL_PWD": password})
        self._ask("CREATE TABLE IF NOT EXISTS standin (name VARCHAR(200) PRIMARY KEY, "
                  "value TEXT) ENGINE=InnoDB;")

    def _ask(self, sql):
        # A mark after the statement ends its answer; an error ends the client.
        while self.process.owed:
            if self.process.line(PATIENCE) == "--end--":
                self.process.owed -= 1
        self.process.send(sql + " SELECT '--end--';")
        self.process.owed += 1
        rows = []
        while True:
            line = self.process.line(PATIENCE)
            if line == "--end--":
                self.process.owed -= 1
                return rows
            rows.append(line.split("\t", 1))

    def put(self, key, value):
        assert self.PLAIN.match(key) and self.PLAIN.match(value), (key, value)
        self._ask("REPLACE INTO standin VALUES ('%s', '%s');" % (key, value))

    def get(self, key):
        rows = self._ask("SELECT name, value FROM standin WHERE name='%s';" % key)
        return rows[0][1] if rows else None

    def list(self, prefix):
        return dict(self._ask(
            "SELECT name, value FROM standin WHERE name LIKE '%s%%';" % prefix))

    def end(self):
        self.process.end()


def kine_program():
    """As K3s unpacks itself below its data folder; None: built without kine."""
    if not zipfile.is_zipfile(sys.argv[0]):
        return None
    with zipfile.ZipFile(sys.argv[0]) as archive:
        if "datastore" not in archive.namelist():
            return None
        path = places.DATA + "/data/current/datastore"
        size = archive.getinfo("datastore").file_size
        if not os.path.exists(path) or os.path.getsize(path) != size:
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with archive.open("datastore") as source, open(path + ".new", "wb") as target:
                shutil.copyfileobj(source, target)
            os.chmod(path + ".new", 0o755)
            os.rename(path + ".new", path)
        return path


def connect():
    program = kine_program()
    if program:
        return Kine(program)
    return Client(os.environ["K3S_DATASTORE_ENDPOINT"])
