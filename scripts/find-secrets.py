"""Finds what looks like a secret in the files that git tracks, and names the lines, not the secrets.

python scripts/find-secrets.py [FOLDER]
"""

import re
import subprocess
import sys
from pathlib import Path

# Each kind as its issuer documents it; the last is a name that promises a secret, with one in quotes.
KINDS = {
    "a private key": r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY",
    "an AWS key": r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
    "a GitHub token": r"\b(?:gh[pousr]_[0-9A-Za-z]{36}|github_pat_[0-9A-Za-z_]{60,})\b",
    "a GitLab token": r"\bglpat-[0-9A-Za-z_-]{20}",
    "a PyPI token": r"\bpypi-AgE[0-9A-Za-z_-]{50,}",
    "an npm token": r"\bnpm_[0-9A-Za-z]{36}\b",
    "a Slack token": r"\bxox[abprs]-[0-9A-Za-z-]{10,}",
    "a Google key": r"\bAIza[0-9A-Za-z_-]{35}\b",
    "an API key": r"\bsk-[0-9A-Za-z_-]{32,}",
    "a JSON Web Token": r"\beyJ[0-9A-Za-z_-]{10,}\.eyJ[0-9A-Za-z_-]{10,}\.",
    "a password": r"(?i:password|passwd|secret|token|api_?key)['\"]?\s*[:=]\s*['\"]"
    r"(?=[^'\"]*\d)[0-9A-Za-z+/_-]{16,}['\"]",
}
SECRET = re.compile("|".join(f"({pattern})" for pattern in KINDS.values()))
NAMES = {".env", ".netrc", ".pypirc", "id_rsa", "id_ed25519", "credentials.json"}
LARGEST_BYTES = 5_000_000


def main() -> None:
    """Ends with 1 if something was found."""
    root = Path(sys.argv[1] if len(sys.argv) > 1 else ".")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=root, capture_output=True, check=True)  # noqa: S607
    files = [root / name.decode() for name in listed.stdout.split(b"\0") if name]
    found = [line for file in files if file.is_file() for line in suspicious(file)]
    print("\n".join(found) or f"No secrets in {len(files)} files.")  # noqa: T201
    sys.exit(bool(found))


def suspicious(file: Path) -> list[str]:
    """A line for each thing in a file that looks like a secret."""
    if file.name in NAMES:
        return [f"{file}: a file of this name has secrets"]
    if file.stat().st_size > LARGEST_BYTES:
        return []
    text = file.read_text("utf-8", errors="replace")
    kinds = list(KINDS)
    return [
        f"{file}:{text.count(chr(10), 0, match.start()) + 1}: {kinds[(match.lastindex or 1) - 1]}"
        for match in SECRET.finditer(text)
    ]


if __name__ == "__main__":
    main()
