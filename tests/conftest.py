"""What all tests share: none fails because the machine is busy, and the end tells how long each folder took."""

import os
from collections import Counter

import hypothesis
import pytest

os.environ["GRADLAB_DATABASE_URL"] = "memory"  # tests keep nothing, and find nothing

hypothesis.settings.register_profile("patient", deadline=None)  # by default an example may take 200 ms
hypothesis.settings.load_profile("patient")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    seconds: Counter[str] = Counter()
    for report in (report for reports in terminalreporter.stats.values() for report in reports):
        if isinstance(report, pytest.TestReport):
            seconds["/".join(report.nodeid.split("/")[:2])] += report.duration
    terminalreporter.section("time by folder, summed over the workers")
    for folder, duration in seconds.most_common():
        terminalreporter.line(f"{duration:6.0f} s  {folder}")
