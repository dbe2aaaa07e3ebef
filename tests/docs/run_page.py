"""run_page.py PAGE BIN WORKFLOWS: runs a page as its reader would, in an empty folder.

```jsonc FILE   writes the block to FILE (any language may stand before the name)
```sh           runs the block with `set -e`; a line "# prints: TEXT" demands that the lines before it printed TEXT,
                "# refused" that the line before it exits 1
Other blocks are for reading. The folder holds a link `workflows` to the shipped ones.
"""
import contextlib
import glob
import os
import re
import signal
import subprocess
import sys
import tempfile

page, bin_dir, workflows = sys.argv[1:4]
text = open(page, encoding="utf-8").read()
env = dict(os.environ, PATH=bin_dir + ":" + os.environ["PATH"], NO_COLOR="1")
env.pop("REEVE_DATA", None)
env.pop("REEVE_AS", None)


def fail(line, what):
    sys.exit(f"{page}:{line}: {what}")


def stop_servers(folder):
    """A page writes the process of a server that it starts into a file: NAME.pid."""
    for path in glob.glob(os.path.join(folder, "*.pid")):
        try:
            os.kill(int(open(path).read()), signal.SIGTERM)
        except ProcessLookupError:
            pass


exports = ""
with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as at_the_end:
    at_the_end.callback(stop_servers, folder)
    os.symlink(os.path.abspath(workflows), os.path.join(folder, "workflows"))
    for match in re.finditer(r"^```(\w+)(?: +(\S+))?\n(.*?)^```$", text, re.M | re.S):
        language, name, body = match.groups()
        line = text.count("\n", 0, match.start()) + 1
        if name:
            path = os.path.join(folder, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            open(path, "w", encoding="utf-8").write(body)
            continue
        if language != "sh":
            continue
        printed, pending = "", ""
        for number, command in enumerate(body.splitlines(), line + 1):
            if command.startswith("# prints: "):
                wanted = command[len("# prints: "):]
                if wanted not in printed:
                    fail(number, f"expected {wanted!r} in what was printed:\n{printed}")
                continue
            if command.startswith("#") or not command.strip():
                continue
            pending += command + "\n"
            if command.endswith("\\") or "<<" in pending and not re.search(r"^EOF$", pending, re.M) and "EOF" in pending:
                continue
            following = body.splitlines()[number - line:number - line + 1]
            refused = bool(following) and following[0].startswith("# refused")
            run = subprocess.run(["bash", "-c", exports + pending], cwd=folder, env=env, capture_output=True, text=True, timeout=300)
            printed = run.stdout + run.stderr
            if run.returncode != (1 if refused else 0):
                fail(number, f"exit {run.returncode} from: {pending.strip()}\n{printed}")
            if pending.startswith("export "):
                exports += pending
            pending = ""
