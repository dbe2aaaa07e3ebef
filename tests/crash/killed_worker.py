"""killed_worker.py REEVE CALENDARS: programs and the service are killed by SIGKILL in the middle of a job, over loopback and by the real
clock. No job is lost, none is completed twice, and whoever comes with a lease of old is refused."""
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

reeve, calendars = sys.argv[1:3]
program = """
import json, os, sys, time, urllib.request
def ask(path, body):
    head = {"Authorization": "Bearer " + os.environ["TOKEN"], "Content-Type": "application/json"}
    return json.load(urllib.request.urlopen(urllib.request.Request(os.environ["URL"] + path, json.dumps(body).encode(), head)))
print(json.dumps(ask("/v1/jobs/lease", {"handlers": ["press"], "worker": "doomed", "lease_seconds": int(sys.argv[1]), "wait_seconds": 30})["jobs"][0]), flush=True)
time.sleep(3600)
"""
definition = {
    "id": "notice", "title": {"en": "Notice"}, "calendar": "uk-office", "owner": {"role": "clerk"},
    "stages": {"print": {"job": "press", "attempts": 4, "due": "1 working day", "then": "printed", "on_failure": "by-hand"},
               "by-hand": {"assign": "owner", "due": "1 working day", "actions": {"done": {"to": "printed"}}},
               "printed": {"end": "printed"}},
    "ladders": {"climb": [{"at": "due", "tell": ["owner", "head"], "repeat": "1 day"}]}}
office = {
    "zone": "Europe/London", "units": [{"id": "town", "title": "Town", "level": "county"}],
    "people": [{"id": "ada", "name": "Ada"}],
    "posts": [{"unit": "town", "role": role, "authorised": 1, "holders": ["ada"]} for role in ("head", "clerk")]}


class Service:
    def __init__(self, folder):
        self.folder = folder
        self.start()

    def start(self):
        self.process = subprocess.Popen([reeve, "serve", "--data", self.folder, "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, text=True)
        for line in self.process.stdout:
            if found := re.search(r"http://[^ \n]*", line):
                os.environ["URL"] = found.group()
                return
        sys.exit("the service did not start")

    def kill(self):
        self.process.kill()
        self.process.wait()


def ask(path, body=None):
    head = {"Authorization": "Bearer " + os.environ["TOKEN"], "Content-Type": "application/json"}
    request = urllib.request.Request(os.environ["URL"] + path, None if body is None else json.dumps(body).encode(), head)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as refused:
        return json.load(refused)


def lease(seconds):
    jobs = ask("/v1/jobs/lease", {"handlers": ["press"], "worker": "next", "lease_seconds": seconds, "wait_seconds": 30})["jobs"]
    return jobs[0] if jobs else sys.exit("there was no job to lease")


def complete(job):
    return ask(f"/v1/jobs/{job['job']}/complete", {"lease": job["lease"]})


def expect(what, found, wanted):
    if found != wanted:
        sys.exit(f"{what}: expected {wanted!r}, found {found!r}")


def new_case():
    return ask("/v1/cases", {"definition": "notice", "unit": "town"})["case"]


def doomed(seconds):
    """Leases the next job, and is killed while it has it."""
    process = subprocess.Popen([sys.executable, "-c", program, str(seconds)], stdout=subprocess.PIPE, text=True)
    job = json.loads(process.stdout.readline())
    process.send_signal(signal.SIGKILL)
    expect("the program", process.wait(), -signal.SIGKILL)
    return job


with tempfile.TemporaryDirectory() as work:
    folder = os.path.join(work, "office")
    for name, content in (("office", office), ("notice", definition)):
        pathlib.Path(work, name + ".json").write_text(json.dumps(content))
    run = lambda *words: subprocess.run([reeve, *words], check=True, capture_output=True, text=True, cwd=work).stdout
    run("init", folder, "--organisation", "office.json", "--as", "ada")
    run("definition", "deploy", "notice.json", "--calendars", calendars, "--data", folder, "--as", "ada")
    os.environ["TOKEN"] = run("token", "add", "t", "--person", "ada", "--scope", "read", "--scope", "act", "--scope", "work", "--data", folder,
                              "--as", "ada").split()[0]
    service = Service(folder)

    # A program that waits is served, killed, and its job comes back; the late one is refused.
    first = new_case()
    dead = doomed(2)
    expect("the job", dead["case"], first)
    job = lease(60)
    expect("the job that came back", (job["case"], job["attempt"], job["lease"] > dead["lease"]), (first, 2, True))
    expect("the late program", complete(dead)["code"], "lease-lost")

    # The service is killed while a program works: it goes on, and may say twice that it is done.
    service.kill()
    service.start()
    expect("after the kill", complete(job)["repeated"], False)
    service.kill()
    service.start()
    expect("the same again", complete(job)["repeated"], True)

    # The service is killed and stays away until a lease has run out: whoever had it is too late.
    second = new_case()
    old = lease(1)
    service.kill()
    time.sleep(1.1)
    service.start()
    expect("the stale lease", complete(old)["code"], "lease-lost")
    anew = lease(60)
    expect("the new lease", (anew["case"], anew["attempt"], anew["lease"] > old["lease"]), (second, 2, True))
    expect("the stale lease", complete(old)["code"], "lease-lost")
    expect("the new one", complete(anew)["repeated"], False)

    # Killed again and again in the middle of everything: each case is completed once.
    cases = [new_case() for _ in range(12)]
    done = rounds = 0
    while done < len(cases):
        job = lease(1 if rounds % 3 == 0 else 60)
        if rounds % 4 == 0:
            service.kill()
            service.start()
        answer = complete(job)
        rounds += 1
        done += "code" not in answer and not answer["repeated"]
        if answer.get("code") not in (None, "lease-lost"):
            sys.exit(f"unexpected: {answer}")
    for case in [first, second, *cases]:
        events = [event["event"] for event in ask(f"/v1/cases/{case}/history?limit=500")["items"]]
        expect(f"completions of {case}", events.count("JobCompleted"), 1)
    service.process.terminate()
    service.process.wait()
    print(run("check", "--data", folder))
