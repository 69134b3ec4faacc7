"""What the figures were measured on and with: no names, no addresses, no paths."""

import os
import platform
from collections.abc import Sequence
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path


def facts(packages: Sequence[str]) -> dict[str, str]:
    """The date, the processor and the versions; a package that is not installed is said to be missing."""
    return {
        "date": date.today().isoformat(),
        "processor": _processor(),
        "cores": str(os.cpu_count()),
        "system": f"{platform.system()} {platform.machine()}",
        "Python": platform.python_version(),
        **{package: _version(package) for package in packages},
    }


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if not cpuinfo.exists():
        return platform.processor() or platform.machine()
    lines = (line.split(":") for line in cpuinfo.read_text(encoding="utf-8").splitlines() if ":" in line)
    first = {key.strip(): value.strip() for key, value in reversed([(line[0], line[1]) for line in lines])}
    vectors = " with AVX-512" if "avx512f" in first.get("flags", "") else ""
    family = f" (family {first['cpu family']}, model {first['model']})" if "cpu family" in first else ""
    return first.get("model name", platform.machine()) + family + vectors


def _version(package: str) -> str:
    try:
        return version(package).partition("+")[0]
    except PackageNotFoundError:
        return "not installed"
