"""plugins_test.py REEVE PLUGINS: the service with a job handler, an assigner and an exporter, processes of their own, killed
again and again while cases are started. In the end every job is done, every task lies with whom the plugin chose or whom the
rule named, and every event was exported, in order."""
import json
import os
import random
import signal
import subprocess
import sys
import unittest
import urllib.request

import served
from served import Served, eventually, run

calendars = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../workflows/calendars")
organisation = {
    "zone": "Europe/London", "units": [{"id": "town", "title": "Town", "level": "township"}],
    "people": [{"id": one, "name": one.title()} for one in ("ada", "ben", "cyn", "robot")],
    "posts": [{"unit": "town", "role": "head", "authorised": 1, "holders": ["ben"]},
              {"unit": "town", "role": "job_worker", "authorised": 1, "holders": ["robot"]},
              {"unit": "town", "role": "assigner", "authorised": 1, "holders": ["robot"]},
              {"unit": "town", "role": "clerk", "authorised": 2, "holders": ["ada", "cyn"]}]}
text = {"type": "string"}
definition = {
    "id": "errand", "title": {"en": "Errand"}, "calendar": "uk-office", "owner": {"role": "head"},
    "data": {"type": "object", "properties": {"do": text, "for": text, "seen": text, "copies": {"type": "integer"}}},
    "stages": {
        "print": {"job": "printer", "due": "1 working day", "attempts": 100, "backoff": "1 s", "then": "heard", "on_failure": "by-hand"},
        "by-hand": {"assign": "owner", "due": "1 working day", "actions": {"done": {"to": "heard"}}},
        "heard": {"assign": {"role": "clerk", "pick": "first"}, "due": "5 working days", "actions": {"done": {"to": "over"}}},
        "over": {"end": "over"}},
    "ladders": {"climb": [{"at": "due", "light": "orange", "tell": ["owner", "head"], "repeat": "1 day"}]}}


def config(folder):
    library = lambda name: os.path.join(plugins, name + ".so")
    return {
        "job_handlers": [{"name": "printer", "plugin": library("worker"), "handlers": ["printer"], "person": "robot", "lease": "2 s"}],
        "assigners": [{"name": "streets", "plugin": library("chooser"), "person": "robot",
                       "stages": [{"definition": "errand", "stage": "heard"}]}],
        "exporters": [{"name": "archive", "plugin": library("archivist"), "settings": {"folder": folder}, "first_retry": "1 s"}]}


def whole(line):
    try:
        json.loads(line)
        return True
    except ValueError:
        return False


class Plugins(unittest.TestCase):
    def office(self):
        office = Served(ready=False)
        self.addCleanup(office.__exit__)
        folder = office.folder.name
        with open(os.path.join(office.data, "reeve.json"), "w") as file:
            json.dump(config(folder), file)
        for name, content in (("org", organisation), ("errand", definition)):
            with open(os.path.join(folder, name + ".json"), "w") as file:
                json.dump(content, file)
        run("org", "load", os.path.join(folder, "org.json"), "--data", office.data, "--as", "ben")
        run("definition", "deploy", os.path.join(folder, "errand.json"), "--calendars", calendars, "--data", office.data, "--as", "ben")
        office.start()
        return office

    def ask(self, office, path, body, **headers):
        request = urllib.request.Request(office.address + path, json.dumps(body).encode(),
                                         {"Content-Type": "application/json", "Authorization": "Bearer " + self.token, **headers})
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    def start(self, office, key, **data):
        return self.ask(office, "/v1/cases", {"definition": "errand", "unit": "town", "data": data}, **{"Idempotency-Key": key})["case"]

    def health(self, office):
        return {one["name"]: one for one in json.load(office.get("/v1/health", self.token))["plugins"]}

    def exported(self, office):
        # A line that a kill cut off is no whole object; its event comes again.
        with open(os.path.join(office.folder.name, "events")) as file:
            return [json.loads(line) for line in file if line.endswith("}\n") and whole(line)]

    def test_three_kinds_work_through_kills(self):
        seed = random.randrange(10**6)
        print("seed", seed, flush=True)
        chance = random.Random(seed)
        office = self.office()
        self.token = office.token("ben", "act", "read")
        cases = {}
        kills = 8
        for n in range(kills):
            for m in range(4):
                cases[self.start(office, f"{n}-{m}", **{"for": "cyn"})] = n
            # Killed wherever it is by now: before the lease, while the plugin works, before the report.
            for _ in range(chance.randrange(60)):
                office.get("/healthz").read()
            office.kill(signal.SIGKILL)
            office.process.stdout.close()
            office.start()
        states = lambda: [json.load(office.get(f"/v1/cases/{one}", self.token)) for one in cases]
        eventually(lambda: all(one["stages"][0]["stage"] == "heard" for one in states()), within=60)
        last = eventually(lambda: (one := json.load(office.get("/v1/health", self.token))) and
                          next(p for p in one["plugins"] if p["name"] == "archive")["exported"]["to"] == one["last_event"] and
                          one["last_event"], within=60)
        chosen = self.start(office, "last", **{"for": "cyn"})
        eventually(lambda: [t["person"] for t in json.load(office.get("/v1/tasks?case=" + chosen, self.token))["items"]] == ["cyn"])
        health = self.health(office)
        self.assertEqual(health["streets"]["kind"], "assigner")
        self.assertGreaterEqual(health["streets"]["work"]["assigned"], 1)
        self.assertGreaterEqual(health["printer"]["work"]["completed"], 1)
        figures = office.get("/metrics", office.token("ben", "watch")).read().decode()
        self.assertIn('reeve_plugin_work_total{plugin="printer",result="completed"}', figures)
        self.assertIn('reeve_export_behind_events{plugin="archive"}', figures)
        office.kill()
        self.assertEqual(office.process.returncode, 0, office.logged())
        # In order, but for those that came again; and each of them.
        numbers = [one["seq"] for one in self.exported(office)]
        greatest = 0
        for number in numbers:
            self.assertLessEqual(number, greatest + 1)
            greatest = max(greatest, number)
        self.assertEqual(set(range(1, last + 1)) - set(numbers), set())
        again = len(numbers) - len(set(numbers))
        print(kills, "kills,", len(cases), "cases,", last, "events,", again, "exported again")
        for one in cases:
            history = json.loads(run("case", "history", one, "--json", "--data", office.data))
            rows = history["events"] if isinstance(history, dict) else history
            self.assertEqual(sum(row["event"] == "JobCompleted" for row in rows), 1, one)
        self.assertIn("All is well", run("check", "--data", office.data))

    def test_what_a_plugin_says_stands_in_the_log_line_by_line(self):
        office = self.office()
        self.token = office.token("ben", "act", "read")
        self.start(office, "one", **{"do": "chatter"})
        eventually(lambda: office.events("plugin-lines-lost"))
        said = [one["line"] for one in office.events("plugin-said") if one["plugin"] == "printer"]
        self.assertEqual(said[:4], ['? not "UTF-8"', "x" * 500, "tick 0", "tick 1"])
        lost = sum(one["lines"] for one in office.events("plugin-lines-lost"))
        eventually(lambda: office.events("plugin-fault"))
        self.assertGreater(lost, 0)
        self.assertTrue(all(whole(line) for line in office.logged().splitlines()), office.logged())

    def test_its_configuration_is_checked(self):
        office = Served(ready=False)
        self.addCleanup(office.__exit__)
        file = os.path.join(office.folder.name, "reeve.json")

        def said(change):
            wanted = config(office.folder.name)
            change(wanted)
            with open(file, "w") as out:
                json.dump(wanted, out, indent=1)
            done = subprocess.run([served.reeve, "serve", "--check-config", "--config", file, "--data", office.data],
                                  capture_output=True, text=True)
            return done.returncode, done.stdout + done.stderr

        code, all_well = said(lambda c: None)
        self.assertEqual(code, 0, all_well)
        self.assertIn("job handler printer, assigner streets, exporter archive", all_well)
        # What the process of a plugin takes for itself is little; sanitizers take more.
        with open(served.reeve, "rb") as program:
            sparing = b"libjemalloc" in program.read()
        code, small = said(lambda c: c["exporters"][0].update(memory_mib=16 if sparing else 256))
        self.assertEqual(code, 0, small)
        for change, sentence in (
                (lambda c: c["job_handlers"][0].pop("handlers"), r'job handler "printer" names no "handlers"'),
                (lambda c: c["job_handlers"][0].pop("person"), 'names no "person"'),
                (lambda c: c["job_handlers"][0].update(lease="2 hours"), '"lease" is a time from "1 s" to "1 hour"'),
                (lambda c: c["job_handlers"][0].update(hanlders=[]), "handlers"),
                (lambda c: c["job_handlers"][0].update(plugin="./none.so"), "has no file there"),
                (lambda c: c["job_handlers"][0].update(settings={"colour": 1}), 'there is no "colour"'),
                (lambda c: c["job_handlers"][0].update(plugin=c["exporters"][0]["plugin"]), "job handler"),
                (lambda c: c["assigners"][0].update(name="printer"), 'there is another plugin "printer"'),
                (lambda c: c["assigners"][0].pop("stages"), 'names no "stages"'),
                (lambda c: c["assigners"][0]["stages"][0].pop("stage"), 'a "definition" and a "stage"'),
                (lambda c: c["exporters"][0].update(name="../up"), "the name of an exporter"),
                (lambda c: c["exporters"][0].update(first_retry="2 days"), '"first_retry" is a time'),
                (lambda c: c["exporters"][0].update(time_limit="0 s"), '"time_limit" is a time'),
                (lambda c: c["exporters"][0].update(memory_mib=0), "a plugin needs some memory")):
            code, text = said(change)
            self.assertEqual(code, 1, text)
            self.assertIn(sentence, text)
            self.assertIn("reeve.json", text)


if __name__ == "__main__":
    served.reeve = os.path.abspath(sys.argv[1])
    plugins = os.path.abspath(sys.argv[2])
    unittest.main(argv=sys.argv[:1] + sys.argv[3:])
