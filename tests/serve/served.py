"""Served: `reeve serve` on a folder of its own, on loopback, ended by its own pid."""
import json
import os
import re
import signal
import subprocess
import tempfile
import time
import urllib.request

reeve = None  # the program; set by whoever runs the tests


def run(*words, **more):
    done = subprocess.run([reeve, *words], capture_output=True, text=True, **more)
    assert done.returncode == 0, f"{' '.join(words)}: {done.stderr}"
    return done.stdout


class Served:
    def __init__(self, *flags, env=None, config=None, ready=True):
        self.folder = tempfile.TemporaryDirectory()
        self.data = os.path.join(self.folder.name, "office")
        run("init", self.data)
        self.flags, self.env, self.process = flags, {**os.environ, **(env or {})}, None
        if config is not None:
            with open(os.path.join(self.data, "reeve.json"), "w") as file:
                json.dump(config, file)
        self.log = None
        if ready:
            self.start()

    def start(self):
        if self.log:
            self.log.close()
        self.log = open(os.path.join(self.folder.name, "log.txt"), "ab")
        self.process = subprocess.Popen(
            [reeve, "serve", "--data", self.data, "--listen", "127.0.0.1:0", "--log-format", "json", *self.flags],
            stdout=subprocess.PIPE, stderr=self.log, text=True, env=self.env)
        self.password = None
        for line in self.process.stdout:
            if found := re.search(r"with the password (\S+),", line):
                self.password = found[1]
            if found := re.match(r"reeve serves .* at (\S+)", line):
                self.address = found[1]
                return
        raise AssertionError("it did not start: " + self.logged())

    def logged(self):
        with open(os.path.join(self.folder.name, "log.txt")) as file:
            return file.read()

    def events(self, name):
        return [one for one in map(json.loads, filter(lambda l: l.startswith("{"), self.logged().splitlines()))
                if one["event"] == name]

    def token(self, person, *scopes):
        flags = [word for scope in scopes for word in ("--scope", scope)]
        return run("token", "add", "test", "--person", person, *flags, "--as", person, "--data", self.data).split()[0]

    def get(self, path, token=None, **more):
        headers = {"Authorization": "Bearer " + token} if token else {}
        return urllib.request.urlopen(urllib.request.Request(self.address + path, headers=headers), timeout=10, **more)

    def kill(self, with_signal=signal.SIGTERM, within=10):
        """How long it took to end."""
        began = time.monotonic()
        self.process.send_signal(with_signal)
        self.process.wait(timeout=within)
        return time.monotonic() - began

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process:
            if self.process.poll() is None:
                self.process.kill()
            self.process.wait()
            self.process.stdout.close()
            self.log.close()
        self.folder.cleanup()


def eventually(holds, within=10):
    until = time.monotonic() + within
    while not (found := holds()):
        assert time.monotonic() < until, "it did not come to hold"
        time.sleep(0.02)
    return found
