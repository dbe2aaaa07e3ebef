"""receiver.py SECRETS [CERT KEY]: a webhook receiver on this machine; SECRETS is a file of whsec_ keys.

Prints "port N", then each message as one line of JSON, with the signatures as Python's hmac computes them. The path
says what is answered: /200, /503/RETRY-AFTER, /redirect, /slow, /huge, /endless.
"""
import base64
import hashlib
import hmac
import http.server
import json
import ssl
import sys
import threading

keys = [base64.b64decode(line.strip().removeprefix("whsec_")) for line in open(sys.argv[1]) if line.strip()]
end = threading.Event()


class Receiver(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        signed = f"{self.headers['webhook-id']}.{self.headers['webhook-timestamp']}.".encode() + body
        computed = ["v1," + base64.b64encode(hmac.new(k, signed, hashlib.sha256).digest()).decode() for k in keys]
        print(json.dumps({"path": self.path, "headers": {k.lower(): v for k, v in self.headers.items()},
                          "body": body.decode(), "computed": " ".join(computed)}), flush=True)
        words = self.path.strip("/").split("/")
        if words[0] == "slow":
            end.wait(60)
        status = int(words[0]) if words[0].isdigit() else 302 if words[0] == "redirect" else 200
        self.send_response(status)
        if len(words) > 1:
            self.send_header("Retry-After", words[1])
        if words[0] == "redirect":
            self.send_header("Location", "/200")
        if words[0] == "endless":
            for n in range(1000):
                self.send_header(f"X-{n}", "x" * 1000)
        answer = b"because\nof this" if status >= 400 else b"."
        self.send_header("Content-Length", str(10**9 if words[0] == "huge" else len(answer)))
        self.end_headers()
        try:
            for _ in range(10**9 // 65536 if words[0] == "huge" else 0):
                self.wfile.write(b"x" * 65536)
            self.wfile.write(answer)
        except OSError:
            self.close_connection = True

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
if len(sys.argv) > 2:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(sys.argv[2], sys.argv[3])
    server.socket = context.wrap_socket(server.socket, server_side=True)
print("port", server.server_address[1], flush=True)
server.serve_forever()
