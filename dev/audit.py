"""python -m dev.audit LOCK...: known vulnerabilities of the locked packages.

A finding fails. What the advisory service could not answer is said on a line of its own and does not.
"""

import json
import subprocess
import sys

UNREACHABLE = (
    "could not connect",
    "connectionerror",
    "connection error",
    "max retries",
    "timed out",
    "name resolution",
)


def main(locks: list[str]) -> int:
    return max(audit(lock) for lock in locks)


def audit(lock: str) -> int:
    command = [
        sys.executable,
        "-m",
        "pip_audit",
        "--progress-spinner",
        "off",
        "--disable-pip",
        "--require-hashes",
    ]
    done = subprocess.run([*command, "-f", "json", "-r", lock], capture_output=True, text=True)
    try:
        packages = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        if any(words in done.stderr.lower() for words in UNREACHABLE):
            print(f"{lock}: NOT CHECKED, the advisory service cannot be reached")
            return 0
        print(done.stderr.strip(), file=sys.stderr)
        return 1
    return report(lock, packages)


def report(lock: str, packages: list[dict]) -> int:
    skipped = [package["name"] for package in packages if "skip_reason" in package]
    found = [(package, vuln) for package in packages for vuln in package.get("vulns", [])]
    for package, vuln in found:
        fixed = ", ".join(vuln["fix_versions"]) or "none"
        print(f"{lock}: {package['name']} {package['version']}: {vuln['id']}, fixed in {fixed}")
    print(f"{lock}: {len(packages) - len(skipped)} packages checked, {len(found)} findings")
    if skipped:
        print(f"{lock}: {len(skipped)} NOT CHECKED, the advisory service does not answer for them")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
