"""process_test.py REEVE: TLS, figures, heartbeat, systemd's readiness, configuration, and the end."""
import http.server
import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import unittest
import urllib.error
import urllib.request

import served
from served import Served, eventually, run


def certificate(folder, name):
    files = [os.path.join(folder, name + end) for end in (".pem", ".key")]
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=" + name,
                    "-addext", "subjectAltName=IP:127.0.0.1", "-out", files[0], "-keyout", files[1]],
                   check=True, capture_output=True)
    return files


class Tls(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.certificate, self.key = certificate(self.folder.name, "first")

    def context(self, file):
        return ssl.create_default_context(cafile=file)

    def test_speaks_tls_and_its_cookies_go_nowhere_else(self):
        with Served("--tls-certificate", self.certificate, "--tls-key", self.key) as office:
            self.assertTrue(office.address.startswith("https://"))
            self.assertEqual(office.get("/healthz", context=self.context(self.certificate)).status, 200)
            body = json.dumps({"person": "administrator", "password": office.password}).encode()
            request = urllib.request.Request(office.address + "/v1/session", body, {"Content-Type": "application/json"})
            with urllib.request.urlopen(request, context=self.context(self.certificate)) as answer:
                self.assertTrue(answer.headers["Set-Cookie"].endswith("; Secure"), answer.headers["Set-Cookie"])
            host = office.address.removeprefix("https://")
            for version in ("-tls1", "-tls1_1", "-tls1_2", "-tls1_3"):
                said = subprocess.run(["openssl", "s_client", "-connect", host, version, "-cipher", "ALL:@SECLEVEL=0"],
                                      input="", capture_output=True, text=True)
                self.assertEqual(said.returncode == 0, version in ("-tls1_2", "-tls1_3"), version + said.stdout)
            # Who speaks HTTP to it, or nothing at all, keeps nobody waiting.
            with socket.create_connection(host.split(":")) as plain:
                plain.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
                self.assertNotIn(b"HTTP/1.1 200", plain.recv(100))
            with socket.create_connection(host.split(":")):
                self.assertEqual(office.get("/healthz", context=self.context(self.certificate)).status, 200)
                self.assertLess(office.kill(within=15), 11)

    def test_a_certificate_that_was_renewed_is_read_on_sighup(self):
        with Served("--tls-certificate", self.certificate, "--tls-key", self.key) as office:
            with open(self.key, "w") as broken:
                broken.write("no key\n")
            office.process.send_signal(signal.SIGHUP)
            eventually(lambda: office.events("certificate-not-read"))
            renewed = certificate(self.folder.name, "first")
            office.process.send_signal(signal.SIGHUP)
            eventually(lambda: office.events("certificate-read"))
            self.assertEqual(office.get("/healthz", context=self.context(renewed[0])).status, 200)

    def test_files_that_are_none_are_refused_by_name(self):
        other = certificate(self.folder.name, "other")[1]
        with Served() as office:
            for pair, named in (((self.certificate, other), other), ((other, self.key), other),
                                ((self.certificate, "/none"), "/none")):
                said = subprocess.run([served.reeve, "serve", "--data", office.data, "--check-config",
                                       "--tls-certificate", pair[0], "--tls-key", pair[1]],
                                      capture_output=True, text=True)
                self.assertNotEqual(said.returncode, 0)
                self.assertIn(named, said.stderr)


class Watching(unittest.TestCase):
    def test_figures_pass_promtool(self):
        promtool = shutil.which("promtool", path=os.environ["PATH"] + ":" + os.environ.get("REEVE_TOOLS", ""))
        if not promtool:
            self.skipTest("promtool is not installed: apt-get install prometheus")
        with Served() as office:
            text = office.get("/metrics", office.token("administrator", "watch")).read()
            said = subprocess.run([promtool, "check", "metrics"], input=text, capture_output=True)
            self.assertEqual((said.returncode, said.stdout + said.stderr), (0, b""))
            wrong = text.replace(b"reeve_commits_failed_total", b"reeve_commits_failed")
            self.assertNotEqual(subprocess.run([promtool, "check", "metrics"], input=wrong, capture_output=True).returncode, 0)

    def test_a_heartbeat_goes_out_while_all_is_well(self):
        beats = []

        class Listener(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                beats.append(self.path)
                self.send_response(200 if len(beats) > 1 else 500)
                self.end_headers()

            def log_message(self, *_):
                pass

        with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Listener) as listener:
            threading.Thread(target=listener.serve_forever).start()
            url = f"http://127.0.0.1:{listener.server_address[1]}/ping/secret"
            try:
                with Served(config={"heartbeat": {"url": url, "every": "1 s"}}) as office:
                    eventually(lambda: len(beats) >= 3)
                    self.assertEqual(set(beats), {"/ping/secret"})
                    self.assertEqual(len(office.events("heartbeat-failed")), 1)
                    self.assertNotIn("secret", office.logged())
                    self.assertLess(office.kill(), 5)
            finally:
                listener.shutdown()

    def test_the_log_names_who_has_a_post_and_no_address(self):
        hook = {"name": "hook", "plugin": "webhook", "settings": {"secrets": ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]}}

        def person(id, reach):
            return {"id": id, "name": id, "reach": reach}
        with Served(config={"alerts": {"channels": [hook]}}, ready=False) as office:
            organisation = {"zone": "Europe/London", "units": [{"id": "town", "title": "Town", "level": "township"}],
                            "people": [person("ada", {"hook": "https://example.org/ada"}), person("ben", {"hok": "https://example.org/ben"}),
                                       person("cyn", {}), person("dan", {})],
                            "posts": [{"unit": "town", "role": "head", "authorised": 3, "holders": ["ada", "ben", "cyn"]}]}
            file = os.path.join(office.folder.name, "org.json")
            with open(file, "w") as out:
                json.dump(organisation, out)
            run("org", "load", file, "--data", office.data, "--as", "ben")
            office.start()
            [said] = eventually(lambda: office.events("people-not-reached"))
            self.assertEqual((said["count"], said["people"]), (2, "ben, cyn"))
            self.assertIn('ben has one for "hok"; did you mean "hook"?', said["error"])

    def test_systemd_is_told_when_it_is_ready_that_it_lives_and_that_it_ends(self):
        with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as told:
            told.bind(folder + "/notify")
            told.settimeout(10)
            with Served(env={"NOTIFY_SOCKET": folder + "/notify", "WATCHDOG_USEC": "400000"}) as office:
                self.assertEqual(told.recv(100), b"READY=1")
                for _ in range(3):
                    self.assertEqual(told.recv(100), b"WATCHDOG=1")
                office.kill()
                while (word := told.recv(100)) == b"WATCHDOG=1":
                    pass
                self.assertEqual(word, b"STOPPING=1")


class Clients(unittest.TestCase):
    def test_curl_node_and_python_speak_to_it(self):
        with Served() as office:
            token = office.token("administrator", "read")
            bearer = "Authorization: Bearer " + token
            curl = subprocess.run(["curl", "-sS", "--compressed", "-H", bearer, office.address + "/v1/me"],
                                  check=True, capture_output=True, text=True).stdout
            script = """const [url, token] = process.argv.slice(1);
                fetch(url, {headers: {authorization: "Bearer " + token}}).then(r => r.text()).then(t => console.log(t))"""
            node = subprocess.run(["node", "-e", script, office.address + "/v1/me", token],
                                  check=True, capture_output=True, text=True).stdout
            self.assertEqual(json.loads(curl)["person"], "administrator")
            self.assertEqual(json.loads(node), json.loads(curl))
            self.assertEqual(json.load(office.get("/v1/me", token)), json.loads(curl))
            with self.assertRaises(urllib.error.HTTPError) as refused:
                office.get("/v1/me", token[:-1] + ("a" if token[-1] != "a" else "b"))
            self.assertEqual(refused.exception.code, 401)


class Ending(unittest.TestCase):
    def test_what_was_acknowledged_before_the_end_is_there_after_it(self):
        with Served() as office:
            token = office.token("administrator", "read", "act", "administer")
            noted, over = [], threading.Event()

            def change(n):
                for i in range(10**6):
                    body = json.dumps({"changes": [{"event": "PersonSet", "person": {"id": f"p-{n}-{i}", "name": "P"}}]})
                    try:
                        urllib.request.urlopen(urllib.request.Request(
                            office.address + "/v1/organisation/changes", body.encode(),
                            {"Content-Type": "application/json", "Authorization": "Bearer " + token}), timeout=10)
                    except (urllib.error.URLError, ConnectionError):
                        return
                    noted.append(f"p-{n}-{i}")

            threads = [threading.Thread(target=change, args=(n,)) for n in range(4)]
            for thread in threads:
                thread.start()
            eventually(lambda: len(noted) > 50)
            self.assertLess(office.kill(), 10)
            for thread in threads:
                thread.join()
            self.assertEqual(office.process.returncode, 0)
            people = {one["person"] for one in json.loads(served.run("org", "show", "--people", "--json", "--data", office.data))}
            self.assertEqual(set(noted) - people, set())
            self.assertIn("All is well", served.run("check", "--data", office.data))


if __name__ == "__main__":
    served.reeve = os.path.abspath(sys.argv.pop(1))
    unittest.main()
