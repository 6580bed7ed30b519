#!/usr/bin/python3
"""Measures what it costs to include eddy: ./dev bench headers

Compiles files that include a part of it and nothing else, without optimisation, in turn, several
times. What counts is the processor time of the compiler. Exit status 0: it ran, whatever the
figures are.
"""

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LAYERS = ["platform", "runtime", "net"]
COMPILER = ["g++", "-std=c++20", "-O0", *(f"-I{ROOT}/{layer}/include" for layer in LAYERS)]

TARGETS = {"all of the runtime": 1.0, "all of eddy": 1.5}  # seconds


def headers_of(layer):
    return sorted((ROOT / layer / "include" / "eddy").glob("*.hpp"))


def standard_headers():
    """What the runtime and the layer below it include of the C++ standard library."""
    text = "".join(each.read_text(encoding="utf-8")
                   for layer in LAYERS[:2] for each in headers_of(layer))
    return sorted(set(re.findall(r"^#include <([a-z_]+)>$", text, re.MULTILINE)))


def parts():
    """What is measured: names, and the headers that are included."""
    return {
        "the standard headers that it needs": standard_headers(),
        "one task": ["eddy/run.hpp", "eddy/sleep.hpp"],
        "all of the runtime": [f"eddy/{each.name}" for each in headers_of("runtime")],
        "all of eddy": ["eddy/eddy.hpp"],
    }


def compile_once(source):
    """Returns the seconds of processor time."""
    before = os.times()
    subprocess.run([*COMPILER, "-c", source, "-o", os.devnull], check=True)
    after = os.times()
    return (after.children_user + after.children_system
            - before.children_user - before.children_system)


def measure(repetitions):
    """Returns the median of each part, in seconds."""
    with tempfile.TemporaryDirectory() as folder:
        sources = {}
        for number, (name, headers) in enumerate(parts().items()):
            sources[name] = Path(folder) / f"{number}.cpp"
            sources[name].write_text("".join(f"#include <{each}>\n" for each in headers),
                                     encoding="utf-8")
        for source in sources.values():
            compile_once(source)  # reads the files
        samples = {name: [] for name in sources}
        for repetition in range(repetitions):
            print(f"repetition {repetition + 1} of {repetitions}", file=sys.stderr)
            for name, source in sources.items():
                samples[name].append(compile_once(source))
    return {name: statistics.median(seconds) for name, seconds in samples.items()}


def verdict(name, seconds):
    if name not in TARGETS:
        return ""
    target = TARGETS[name]
    return f"   ≤ {target} s: {'meets its target' if seconds <= target else 'MISSES ITS TARGET'}"


def main():
    parser = argparse.ArgumentParser(prog="./dev bench headers", description=__doc__)
    parser.add_argument("--repetitions", type=int, default=5, metavar="N")
    parser.add_argument("--json", metavar="FILE", help="write the figures to this file")
    options = parser.parse_args()

    medians = measure(options.repetitions)
    print(f"Processor time to compile a file that includes nothing else, g++ -O0, in seconds;"
          f" medians of {options.repetitions} run(s).")
    for name, seconds in medians.items():
        print(f"{name:36}{seconds:6.2f}{verdict(name, seconds)}")
    if options.json:
        report = {"unit": "s", "target": TARGETS, "median": medians}
        Path(options.json).write_text(json.dumps(report, indent=2), encoding="utf-8")


if __name__ == "__main__":
    main()
