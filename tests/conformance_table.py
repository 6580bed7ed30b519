"""Writes the table of platform/README.md that says which backend has passed which case of the
conformance suite, from a run of it; with --check, only says whether the table is what a run gives.

A run knows the backends of one machine: the columns of the others stay as they are.
"""

import argparse
import json
import pathlib
import re
import subprocess
import sys
import tempfile

BEGIN = "<!-- conformance: written by tests/conformance_table.py -->"
END = "<!-- end of conformance -->"


def run_suite(command):
    """{suite: {case: {backend: mark}}} of a run; a backend that the machine refuses has no mark."""
    with tempfile.TemporaryDirectory() as folder:
        # In the folder, because a program for Windows knows no other name of it.
        subprocess.run(
            [*command, "--gtest_filter=All/Backend*", "--gtest_output=json:report.json"],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            check=False,
        )
        suites = json.loads(pathlib.Path(folder, "report.json").read_text())["testsuites"]
    results = {}
    for suite in suites:
        cases = results.setdefault(suite["name"].removeprefix("All/"), {})
        for test in suite["testsuite"]:
            case, backend = test["name"].split("/")
            marks = cases.setdefault(in_words(case), {})
            if test["result"] != "SKIPPED":
                marks[backend] = "**no**" if "failures" in test else "yes"
    return results


def in_words(name):
    """`SendsTwoThings` as "sends two things"."""
    return re.sub(r"(?<!^)(?=[A-Z])", " ", name).lower()


def read_table(text):
    """The backends and the {(suite, case): {backend: mark}} of a table."""
    backends, marks, suite = [], {}, ""
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if not line.startswith("|") or set(line) <= set("|- "):
            continue
        if not backends:
            backends = cells[1:]
        elif cells[0].startswith("**"):
            suite = cells[0].strip("*")
        else:
            marks[suite, cells[0]] = dict(zip(backends, cells[1:]))
    return backends, marks


def write_table(results, table):
    """The table of a run, with the columns of `table` for the backends that the run lacks."""
    earlier, marks = read_table(table)
    ran = {backend for cases in results.values() for found in cases.values() for backend in found}
    backends = sorted(ran | set(earlier))
    # In the order of the table, and what is new behind it: so it does not matter who writes last.
    cases = {key: {b: m for b, m in old.items() if b not in ran} for key, old in marks.items()}
    for suite, found in results.items():
        for case, new in found.items():
            cases[suite, case] = {**cases.get((suite, case), {}), **new}
    lines = [f"| case | {' | '.join(backends)} |", "|---" * (len(backends) + 1) + "|"]
    for suite in sorted({suite for suite, _ in cases}):
        lines.append(f"| **{suite}** |" + " |" * len(backends))
        for (of, case), known in cases.items():
            if of == suite and any(known.values()):
                cells = " | ".join(known.get(backend, "") for backend in backends)
                lines.append(f"| {case} | {cells} |")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", required=True, help="platform_test")
    parser.add_argument("--runner", help="what runs it, if it is for another system")
    parser.add_argument("--readme", required=True, type=pathlib.Path)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()

    text = options.readme.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    table, after = rest.split(END)
    named = [options.runner, options.program] if options.runner else [options.program]
    command = [pathlib.Path(each).absolute() for each in named]
    new = f"{before}{BEGIN}\n\n{write_table(run_suite(command), table)}\n\n{END}{after}"
    if new == text:
        return 0
    if options.check:
        print(f"{options.readme} does not say what a run of the conformance suite gives.")
        print("If the run is right, write it down with the same command without --check:")
        print(f"  python3 {sys.argv[0]} --program {options.program} --readme {options.readme}")
        return 1
    options.readme.write_text(new, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
