"""`make audit`: known weaknesses of the locked packages, by pip-audit.

Where pip-audit or its service cannot be reached it says so, prints what is locked and since when, and ends well.
Ends with 1 only where a weakness is known.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ("requirements.lock", "requirements-dev.lock")
SECONDS = 120


def run(*command: str) -> str:
    """What it prints; nothing where it takes too long: a service that is kept from answering keeps nobody waiting."""
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=SECONDS)
    except (subprocess.TimeoutExpired, OSError):
        return ""
    return done.stdout


def weaknesses(directory: str) -> list[str] | None:
    """A line for each; None where nobody could be asked."""
    venv.create(directory, with_pip=True)
    python = str(Path(directory) / "bin" / "python")
    run(python, "-m", "pip", "install", "--quiet", "--retries", "1", "--timeout", "10", "pip-audit")
    found: dict[str, str] = {}
    for lock in LOCKS:
        said = run(python, "-m", "pip_audit", "-r", lock, "--no-deps", "--disable-pip", "--format", "json")
        try:
            packages = json.loads(said)["dependencies"]
        except (ValueError, KeyError, TypeError):  # whatever else it printed
            return None
        for package in packages:
            for one in package.get("vulns", ()):
                fixed = ", ".join(one.get("fix_versions", ())) or "nothing yet"
                found[one["id"]] = f"{package['name']} {package['version']}: {one['id']}, mended in {fixed}"
    return sorted(found.values())


def main() -> int:
    with tempfile.TemporaryDirectory() as directory:
        known = weaknesses(directory)
    if known is None:
        print("NOT AUDITED: pip-audit or its service cannot be reached from here. Locked are:")
        for lock in LOCKS:
            print(
                f"\n{lock}, last changed {run('git', 'log', '-1', '--format=%cs', '--', lock).strip() or 'unknown'}"
            )
            print(
                "  " + "\n  ".join(re.findall(r"^([\w.\[\]-]+==[^\s;\\]+)", (ROOT / lock).read_text(), re.M))
            )
        return 0
    print("\n".join(known) or "No known weakness in what is locked.")
    return 1 if known else 0


if __name__ == "__main__":
    sys.exit(main())
