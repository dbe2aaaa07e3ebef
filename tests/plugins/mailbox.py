"""mailbox.py [--tls|--starttls] [--cert FILE --key FILE] [--user NAME:PASSWORD]: a mail server on this machine.

Prints "port N", then each mail that it took as one line of JSON: as it came, and as Python's email package reads
it. What it does with a mail, the receiver says: reply-CODE@ is answered so, data-CODE@ once the text is there,
grey@ is put off once.
"""
import argparse
import asyncio
import email
import email.policy
import json
import ssl

from aiosmtpd.smtp import SMTP, AuthResult

options = argparse.ArgumentParser()
options.add_argument("--tls", action="store_true")
options.add_argument("--starttls", action="store_true")
options.add_argument("--cert")
options.add_argument("--key")
options.add_argument("--user")
given = options.parse_args()


class Mailbox:
    def __init__(self):
        self.put_off = set()

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        local = address.split("@")[0]
        if local.startswith("reply-"):
            return local[6:] + " 5.1.1 so it is said"
        if local == "grey" and address not in self.put_off:
            self.put_off.add(address)
            return "450 4.2.0 greylisted, come again"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        local = envelope.rcpt_tos[0].split("@")[0]
        if local.startswith("data-"):
            return local[5:] + " 5.7.1 not this text"
        raw = envelope.original_content
        mail = email.message_from_bytes(raw, policy=email.policy.default)
        print(json.dumps({
            "envelope_from": envelope.mail_from, "envelope_to": envelope.rcpt_tos,
            "tls": server.transport.get_extra_info("ssl_object") is not None, "user": session.auth_data and session.auth_data.decode(),
            "raw": raw.decode("latin-1"),
            "longest_line": max(len(line) for line in raw.split(b"\r\n")),
            "bare_line_ends": raw.replace(b"\r\n", b"").count(b"\n") + raw.replace(b"\r\n", b"").count(b"\r"),
            "headers": [[name, str(value)] for name, value in mail.items()],
            "to": [[a.display_name, a.addr_spec] for a in mail["to"].addresses],
            "from": [[a.display_name, a.addr_spec] for a in mail["from"].addresses],
            "text": mail.get_content(),
            "defects": [str(d) for d in mail.defects] + [str(d) for n, v in mail.items() for d in v.defects],
        }), flush=True)
        return "250 OK"


def authenticate(server, session, envelope, mechanism, data):
    name = data.login.decode()
    good = f"{name}:{data.password.decode()}" == given.user
    return AuthResult(success=good, handled=False, auth_data=data.login)


async def main():
    context = None
    if given.cert:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(given.cert, given.key)
    mailbox = Mailbox()

    def connection():
        return SMTP(mailbox, hostname="mailbox.test", tls_context=context if given.starttls else None,
                    require_starttls=given.starttls, authenticator=authenticate if given.user else None,
                    auth_required=bool(given.user), auth_require_tls=False)

    server = await asyncio.get_running_loop().create_server(
        connection, "127.0.0.1", 0, ssl=context if given.tls else None)
    print("port", server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())
