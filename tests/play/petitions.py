"""petitions.py REEVE PLAY DATA: the recorded petitions through the definition, in both forms, against the expected table, case by
case: when each limit starts, when it is due, whether it was late, and whether the ladder's due step fired.
"""
import csv
import datetime
import gzip
import os
import subprocess
import sys
import tempfile

reeve, play, data = sys.argv[1:4]
expected_file = os.path.join(data, "petitions_part__expected.csv.gz")
if not os.path.exists(expected_file):
    print(f"skipped: {data} is not here")
    sys.exit(77)
stages = ("moderation", "response", "debate")
known = {"elapsed": {"moderation": (1390, 482), "response": (29, 11), "debate": (4, 2)},
         "working": {"moderation": (1390, 492), "response": (29, 8), "debate": (4, 2)}}


def moment(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")) if text else None


faults = []
for form, figures in known.items():
    with tempfile.TemporaryDirectory() as folder:
        table = os.path.join(folder, "table.csv")
        subprocess.run([reeve, "play", f"{play}/petitions-{form}.json", f"{data}/petitions_part_events.csv.gz",
                        "--map", f"{play}/petitions.map.json", "--table", table], check=True, stdout=subprocess.DEVNULL)
        played = {(row["case"], row["clock"]): row for row in csv.DictReader(open(table)) if row["clock"] in stages}
    expected = {(row["id"], row["stage"]): row for row in csv.DictReader(gzip.open(expected_file, "rt"))}
    for key in sorted(expected.keys() ^ played.keys()):
        faults.append(f"{form} {key}: only in {'the expected table' if key in expected else 'what was played'}")
    counts = {stage: [0, 0] for stage in stages}
    for key in expected.keys() & played.keys():
        want, got = expected[key], played[key]
        flagged = want[f"flagged_{form}"] in ("1", "true", "True")
        fired = {got[f"step_{n}"]: got[f"step_{n}_fired"] == "1" for n in range(1, 9) if got.get(f"step_{n}")}
        late = float(got["lateness"]) > 0
        counts[key[1]][0] += 1
        counts[key[1]][1] += late
        for what, mine, theirs in (
                ("start", moment(got["start"]), moment(want["start"])),
                ("done", moment(got["done"]), moment(want["done"])),
                ("due", moment(got["due"]), moment(want[f"due_{form}"])),
                ("late", late, flagged),
                ("the due step fired", fired.get("due"), flagged)):
            if mine != theirs:
                faults.append(f"{form} {key}: {what} is {mine}, expected {theirs}")
    for stage, (total, late) in figures.items():
        print(f"{form} {stage}: {counts[stage][0]} played, {counts[stage][1]} late")
        if counts[stage] != [total, late]:
            faults.append(f"{form} {stage}: expected {total} and {late} late")
print("\n".join(faults[:40]))
print(f"{len(faults)} differences")
sys.exit(bool(faults))
