"""lint.py BUILD: clang-tidy over every source that changed since it last passed.

A file that passed is stamped with a hash of itself and of every header of the project it includes, so a second run does no work.
The compile commands are taken from BUILD, less the precompiled headers, which are GCC's.
"""
import concurrent.futures
import glob
import hashlib
import json
import os
import re
import shlex
import subprocess
import sys

build = os.path.abspath(sys.argv[1])
root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
lint = os.path.join(root, "build", "lint")
os.makedirs(os.path.join(lint, "passed"), exist_ok=True)
tidy = next((t for t in ("clang-tidy-16", "clang-tidy") if subprocess.run(["which", t], capture_output=True).returncode == 0), None)
if not tidy:
    sys.exit("clang-tidy-16 is not installed")

ours = (os.path.join(root, "engine") + os.sep, os.path.join(root, "plugins") + os.sep)
entries = []
files = 0
for entry in json.load(open(os.path.join(build, "compile_commands.json"))):
    source = os.path.realpath(entry["file"])
    parts = [source]
    if os.sep + "Unity" + os.sep in source:  # several files that are compiled as one
        parts = re.findall(r'^#include "([^"]+)"', open(source, encoding="utf-8").read(), re.M)
    parts = [part for part in parts if part.startswith(ours) and part.endswith(".cpp")]
    if not parts:  # tests, and what is generated
        continue
    words, arguments, skip = shlex.split(entry["command"]), [], False
    words = words[next(i for i, w in enumerate(words) if w.endswith(("++", "++-12"))):]
    for position, word in enumerate(words):
        if skip:
            skip = False
        elif word == "-include" and "cmake_pch" in words[position + 1]:
            copy = os.path.join(lint, hashlib.sha256(words[position + 1].encode()).hexdigest()[:12] + ".hxx")
            # libstdc++ 12 asks for a newer concepts macro than clang 16 states; it has what <expected> needs.
            text = re.sub(r"#pragma GCC.*", "", open(words[position + 1]).read())
            text = "#pragma GCC system_header\n#undef __cpp_concepts\n#define __cpp_concepts 202002L\n" + text
            if not os.path.exists(copy) or open(copy).read() != text:
                open(copy, "w").write(text)
            arguments += ["-include", copy]
            skip = True
        elif word == "-std=c++23":
            arguments += ["-std=c++2b", "-w"]
        elif not word.startswith(("-W", "-fpch", "-fuse-ld", "-flto", "-fsanitize")):  # warnings are the compiler's affair
            arguments.append(word)
    files += len(parts)
    entries.append({"directory": entry["directory"], "file": source, "arguments": arguments})
json.dump(entries, open(os.path.join(lint, "compile_commands.json"), "w"))

headers = {}


def includes(path, seen):
    """The project's own files that `path` includes, itself among them."""
    if path in seen:
        return
    seen.add(path)
    if path not in headers:
        text = open(path, encoding="utf-8").read()
        headers[path] = [os.path.join(root, h) for h in re.findall(r'^#include "([^"]+)"', text, re.M)]
    for header in headers[path]:
        if os.path.exists(header):
            includes(header, seen)


def stamp(entry):
    seen = set()
    includes(entry["file"], seen)
    digest = hashlib.sha256(" ".join(entry["arguments"]).encode())
    for path in [os.path.join(root, ".clang-tidy"), *sorted(seen)]:
        digest.update(open(path, "rb").read())
    return os.path.join(lint, "passed", digest.hexdigest())


def check(entry):
    run = subprocess.run([tidy, "-p", lint, "--quiet", entry["file"]], capture_output=True, text=True)
    if run.returncode == 0:
        open(stamp(entry), "w").close()
    return entry["file"], run.returncode, run.stdout + (run.stderr if run.returncode and not run.stdout else "")


todo = [e for e in entries if not os.path.exists(stamp(e))]
failed = 0
with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
    for number, (path, status, output) in enumerate(pool.map(check, todo), 1):
        if sys.stderr.isatty():
            print(f"\rlint {number}/{len(todo)}", end="", file=sys.stderr)
        if status:
            failed += 1
            print(output, file=sys.stderr)
current = {stamp(e) for e in entries}
for old in glob.glob(os.path.join(lint, "passed", "*")):
    if old not in current:
        os.remove(old)
print(f"lint: {files} files, compiled as {len(entries)}, {len(todo)} looked at, {failed} refused")
sys.exit(failed > 0)
