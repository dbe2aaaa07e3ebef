"""links.py ROOT: every relative link in the pages leads to a file, and no page names a machine's path."""
import os
import re
import subprocess
import sys

root = sys.argv[1]
pages = subprocess.run(["git", "ls-files", "*.md"], cwd=root, capture_output=True, text=True).stdout.split()
faults = []
for page in pages:
    text = open(os.path.join(root, page), encoding="utf-8").read()
    for link in re.findall(r"\]\(([^)#:]+?)(?:#[^)]*)?\)", re.sub(r"```.*?```", "", text, flags=re.S)):
        if not os.path.exists(os.path.join(root, os.path.dirname(page), link)):
            faults.append(f"{page}: the link to {link} leads nowhere")
print("\n".join(faults) or f"{len(pages)} pages, every link leads to a file")
sys.exit(bool(faults))
