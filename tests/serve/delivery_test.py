"""delivery_test.py REEVE [SEED]: the service is killed again and again while cases are started and alerts go out by a
webhook that now and then takes none. In the end every start that was acknowledged happened once, and every alert reached
the receiver, or stands on the undelivered list.
"""
import collections
import http.server
import json
import os
import random
import signal
import sys
import threading
import time
import urllib.error
import urllib.request

import served
from served import Served, eventually, run

served.reeve = os.path.abspath(sys.argv[1])
seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(10**6)
print("seed", seed, flush=True)
chance = random.Random(seed)
kills, clients = 20, 6

definition = {
    "id": "noise", "title": {"en": "Noise", "zh": "噪声"}, "calendar": "uk-office",
    "data": {"type": "object", "required": ["place"], "properties": {"place": {"type": "string"}}},
    "stages": {"looked": {"assign": {"role": "clerk", "pick": "least-loaded"}, "due": "1 s", "ladder": "climb",
                          "actions": {"done": {"to": "over"}}},
               "over": {"end": "over"}},
    "ladders": {"climb": [{"at": "due", "light": "orange", "tell": ["owner", "head"], "repeat": "1 day"}]}}
calendars = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../workflows/calendars")
reached = collections.Counter()
lock = threading.Lock()


class Receiver(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with lock:
            busy = chance.random() < 0.1
            if not busy:
                reached.update(alert["id"] for alert in body["data"]["alerts"])
        time.sleep(0.05)  # so that kills fall between what was received and what was noted
        # What is not known here is refused for good: these alerts are the undelivered ones.
        self.send_response(410 if self.path == "/gone" else 503 if busy else 204)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


def organisation(port):
    def person(name, path):
        return {"id": name, "name": name.title(), "reach": {"hook": f"http://127.0.0.1:{port}/{path}"}}
    return {"zone": "Europe/London", "units": [{"id": "town", "title": "Town", "level": "township"}],
            "people": [person("ada", "ada"), person("ben", "ben"), person("cyn", "gone")],
            "posts": [{"unit": "town", "role": "head", "authorised": 1, "holders": ["ben"]},
                      {"unit": "town", "role": "clerk", "authorised": 2, "holders": ["ada", "cyn"]}]}


receiver = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
threading.Thread(target=receiver.serve_forever, daemon=True).start()
with Served(config={"alerts": {"first_retry": "1 s", "longest_retry": "2 s", "channels": [
        {"name": "hook", "plugin": "webhook", "throttle": "0 s",
         "settings": {"secrets": ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"], "plain_http": True, "allow": ["127.0.0.1"]}}]}},
        ready=False) as office:
    for name, content in (("org", organisation(receiver.server_address[1])), ("noise", definition)):
        with open(os.path.join(office.folder.name, name + ".json"), "w") as file:
            json.dump(content, file)
    run("org", "load", os.path.join(office.folder.name, "org.json"), "--data", office.data, "--as", "ben")
    run("definition", "deploy", os.path.join(office.folder.name, "noise.json"), "--calendars", calendars,
        "--data", office.data, "--as", "ben")
    office.start()
    token = office.token("ben", "act", "read")
    acknowledged, over = {}, threading.Event()

    def client(n):
        number = 0
        while not over.is_set():
            key = f"{n}-{number}"
            body = json.dumps({"definition": "noise", "unit": "town", "data": {"place": key}}).encode()
            try:
                with urllib.request.urlopen(urllib.request.Request(
                        office.address + "/v1/cases", body,
                        {"Content-Type": "application/json", "Authorization": "Bearer " + token,
                         "Idempotency-Key": key}), timeout=5) as answer:
                    acknowledged[key] = json.load(answer)["case"]
                    number += 1
            except (OSError, ConnectionError):
                pass  # the same key again
            time.sleep(0.005)

    # Should the rest fail, they end with it.
    threads = [threading.Thread(target=client, args=(n,), daemon=True) for n in range(clients)]
    for thread in threads:
        thread.start()
    for _ in range(kills):
        time.sleep(chance.uniform(0.1, 0.6))
        office.kill(signal.SIGKILL)
        office.process.stdout.close()
        office.start()
    meanwhile = sum(reached.values())
    assert meanwhile > kills, "no alert went out between the kills"
    over.set()
    for thread in threads:
        thread.join()
    read = office.token("ben", "read")
    eventually(lambda: json.load(office.get("/v1/health", read))["alerts"]["pending"] == 0, within=60)
    office.kill()
    assert office.process.returncode == 0, office.logged()

    cases = json.loads(run("case", "list", "--status", "all", "--json", "--data", office.data))
    places = collections.Counter(json.loads(run("case", "show", one["id"], "--json", "--data", office.data))["data"]["place"]
                                 for one in random.Random(seed).sample(cases, min(60, len(cases))))
    assert max(places.values()) == 1, places
    ids = {one["id"] for one in cases}
    assert len(acknowledged) > kills and set(acknowledged.values()) <= ids, "a case that was acknowledged is not there"
    assert len(set(acknowledged.values())) == len(acknowledged), "two keys, one case"
    # A start whose answer was lost is there once at most: one for each client and kill.
    assert len(ids) <= len(acknowledged) + clients, (len(ids), len(acknowledged))

    alerts = json.loads(run("alert", "list", "--json", "--data", office.data))
    of = collections.Counter((one["status"], one["person"]) for one in alerts)
    print(kills, "kills,", len(ids), "cases,", meanwhile, "told between them,", len(alerts), "alerts:", dict(of), "told again:", sum(n - 1 for n in reached.values() if n > 1))
    assert {status for status, _ in of} == {"sent", "undelivered"}
    lost = [one["id"] for one in alerts if one["status"] == "sent" and one["id"] not in reached]
    assert not lost, ("sent, and never received", lost[:3])
    assert all(one["status"] == "undelivered" for one in alerts if one["person"] == "cyn"), "410 is for good"
    assert of["sent", "ada"] > kills and of["sent", "ben"] > kills
    assert "All is well" in run("check", "--data", office.data)
receiver.shutdown()
