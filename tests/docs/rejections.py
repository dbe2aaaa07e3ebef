"""rejections.py ROOT: docs/rejections.md names every code with which the core refuses, and no other."""
import pathlib
import re
import sys

root = pathlib.Path(sys.argv[1])
call = re.compile(r'\b(?:reject|refuse|check_listed|check_in_time)\(((?:[^;"]|"[^"]*")*?)"([a-z]+(?:-[a-z]+)+)"')
core = {m.group(2): path.name for path in sorted((root / "engine/core").glob("*.cpp")) for m in call.finditer(path.read_text())}
engine = "".join(p.read_text() for p in (root / "engine").rglob("*") if p.suffix in (".h", ".cpp"))
page = set(re.findall(r"`([a-z]+(?:-[a-z]+)+)`", "\n".join(
    line.split("|")[1] for line in (root / "docs/rejections.md").read_text().splitlines() if line.startswith("| `"))))
faults = [f"engine/core/{core[code]} refuses with {code}: add it to docs/rejections.md" for code in sorted(set(core) - page)]
faults += [f"docs/rejections.md names {code}, with which nothing refuses: take it out" for code in sorted(page)
           if f'"{code}"' not in engine]
if not core or not page:
    faults.append("found no codes: the pattern in tests/docs/rejections.py no longer fits the code")
print("\n".join(faults), file=sys.stderr)
sys.exit(1 if faults else 0)
