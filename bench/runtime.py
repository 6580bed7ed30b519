#!/usr/bin/python3
"""Compares eddy's tasks with those of other runtimes: ./dev bench runtime

Runs the benchmark `runtime` and the peers in turn, several times, all on the same processor, and
prints the medians. Exit status 0: it ran, whatever the figures are.
"""

import argparse
import json
import statistics
import subprocess
import sys
from collections import defaultdict
from dataclasses import dataclass

import peer_programs
from peer_programs import with_asio, with_go, with_python, with_tokio


@dataclass
class Row:
    name: str
    target: float
    unit: str = "ns"


ROWS = [
    Row("spawn_join", 30),
    Row("await_child", 8),
    Row("yield_1000", 6),
    Row("channel_roundtrip", 25),
    Row("timer_arm_cancel", 25),
    Row("generator_value", 8),
    Row("timeout_ready", 60),
    Row("sleepers_1m", 320, "bytes"),
]

PEERS = [
    with_asio("tasks_asio.cpp"),
    with_tokio("tasks_tokio"),
    with_go("tasks_go.go"),
    *with_python("tasks_asyncio.py"),
]

EDDY = [str(peer_programs.BUILD / "runtime"), "--benchmark_format=json"]


def run(command, environment=None):
    processor, _ = peer_programs.processors()
    done = subprocess.run(command, env=environment, capture_output=True, text=True,
                          preexec_fn=peer_programs.pin(processor))
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]} ended with {done.returncode}: {done.stderr.strip()}")
    return done.stdout


def run_eddy(sleepers):
    which = "sleepers_1m" if sleepers else "-sleepers_1m"
    report = json.loads(run([*EDDY, f"--benchmark_filter={which}", "--benchmark_min_time=0.2"]))
    counter = "bytes_per_task" if sleepers else "ns"
    return {each["run_name"].split("/")[0]: each[counter] for each in report["benchmarks"]}


def run_peer(peer, sleepers):
    command = [*peer.command, *(["sleepers"] if sleepers else [])]
    lines = run(command, {**peer_programs.os.environ, **peer.environment}).splitlines()
    return {name: float(value) for name, value in (line.split() for line in lines)}


def measure(peers, repetitions, absent):
    """Returns for each runtime the median of each row. A peer that fails is left out from then on,
    and the reason noted in `absent`."""
    samples = defaultdict(lambda: defaultdict(list))

    def note(who, figures):
        for row, value in figures.items():
            samples[who][row].append(value)

    for repetition in range(repetitions):
        print(f"repetition {repetition + 1} of {repetitions}", file=sys.stderr)
        # Memory needs no repetitions: what a task takes does not depend on what else runs.
        for sleepers in [False, True] if repetition == 0 else [False]:
            note("eddy", run_eddy(sleepers))
            for peer in [each for each in peers if each.name not in absent]:
                try:
                    note(peer.name, run_peer(peer, sleepers))
                except RuntimeError as error:
                    absent[peer.name] = str(error)
                    samples.pop(peer.name, None)
    return {who: {row: statistics.median(values) for row, values in rows.items()}
            for who, rows in samples.items()}


def verdict(row, ours, others):
    words = ["meets its target" if ours <= row.target else "MISSES ITS TARGET"]
    faster = sorted((value, who) for who, value in others.items() if value <= ours)
    if not others:
        words.append("nobody to compare with")
    elif faster:
        words.append("BEHIND " + ", ".join(who for _, who in faster))
    else:
        words.append("first")
    return ", ".join(words)


def number(value):
    return f"{value:.1f}" if value < 100 else f"{value:.0f}"


def print_table(medians, peers):
    print(f"{'':26}{'eddy':>8}{'target':>9}" + "".join(f"{peer.name:>16}" for peer in peers))
    for row in ROWS:
        ours = medians["eddy"][row.name]
        others = {peer.name: medians[peer.name][row.name]
                  for peer in peers if row.name in medians[peer.name]}
        cells = f"{row.name + ', ' + row.unit:26}{number(ours):>8}{'≤ ' + str(row.target):>9}"
        for peer in peers:
            theirs = others.get(peer.name)
            cells += f"{number(theirs) + f' {theirs / ours:6.1f}×' if theirs else '–':>16}"
        print(f"{cells}   {verdict(row, ours, others)}")


def main():
    parser = argparse.ArgumentParser(prog="./dev bench runtime", description=__doc__)
    parser.add_argument("--repetitions", type=int, default=5, metavar="N")
    parser.add_argument("--json", metavar="FILE", help="write the figures to this file")
    options = parser.parse_args()

    peers, absent = peer_programs.build(PEERS)
    medians = measure(peers, options.repetitions, absent)
    peers = [each for each in peers if each.name not in absent]
    print(f"Medians of {options.repetitions} run(s) in turn, one thread, one processor. After each"
          f" peer's figure: how many times eddy's it is.\n{peer_programs.versions(peers)}\n")
    print_table(medians, peers)
    missed = [row.name for row in ROWS if medians["eddy"][row.name] > row.target]
    print(f"\ntargets missed: {', '.join(missed) or 'none'}")
    for name, reason in absent.items():
        print(f"not compared: {name}: {reason}")
    if options.json:
        report = {"unit": {row.name: row.unit for row in ROWS},
                  "target": {row.name: row.target for row in ROWS},
                  "median": medians, "absent": absent}
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump(report, file, indent=2)


if __name__ == "__main__":
    main()
