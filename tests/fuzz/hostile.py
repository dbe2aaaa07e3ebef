"""hostile.py DATA OUT: the hostile texts among the public data, a file each: OUT/json, OUT/ics, OUT/strings, OUT/rules."""
import base64
import glob
import gzip
import json
import os
import shutil
import sys

data, out = sys.argv[1:]
if not os.path.isdir(data):
    print(f"{data} is not beside this checkout")
    sys.exit(77)
shutil.rmtree(out, ignore_errors=True)


def put(kind, name, text):
    os.makedirs(os.path.join(out, kind), exist_ok=True)
    with open(os.path.join(out, kind, name), "wb") as file:
        file.write(text)


for line in gzip.open(f"{data}/json/json_test_suite.jsonl.gz", "rt"):
    entry = json.loads(line)
    put("json", entry["name"], base64.b64decode(entry["base64"]))
for path in glob.glob(f"{data}/ics/**/*", recursive=True):
    if os.path.isfile(path) and not path.endswith("README.md"):
        read = gzip.open if path.endswith(".gz") else open
        put("ics", os.path.relpath(path, f"{data}/ics").replace("/", "-").removesuffix(".gz"), read(path, "rb").read())
for number, text in enumerate(json.load(open(f"{data}/strings/blns_base64.json"))):
    put("strings", f"{number:03}", base64.b64decode(text))
for number, entry in enumerate(json.load(open(f"{data}/rrule/dateutil_rrules.json"))):
    put("rules", f"dateutil-{number:03}", entry["text"].encode())
for number, entry in enumerate(json.load(open(f"{data}/rrule/libical_rrules.json"))):
    put("rules", f"libical-{number:03}", f"DTSTART:{entry['dtstart']}\nRRULE:{entry['rrule']}".encode())
