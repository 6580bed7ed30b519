#!/usr/bin/python3
"""Compares what echo servers cost: ./dev bench echo

Each server runs on one processor, the load on another. What counts is the processor time, user and
system, that a server takes for one round trip of 64 bytes. Exit status 0: it ran, whatever the
figures are.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from collections import defaultdict
from dataclasses import dataclass
from operator import truediv
from pathlib import Path

import peer_programs
from peer_programs import CC, Peer, compiled, with_asio, with_go, with_python, with_tokio

# Connections, and round trips to measure: about one second each.
LOADS = {1: 30_000, 64: 200_000, 1000: 200_000}

WITHIN = 1.03  # of the bare server on the same kernel interface
USER_TARGET = 250  # ns

ECHO = str(peer_programs.BUILD / "echo")


@dataclass
class Server:
    peer: Peer
    bare: str  # the bare server on the same kernel interface
    is_eddy: bool = False


def eddy(backend):
    command = [ECHO, "--backend", backend]
    return Server(Peer(f"eddy, {backend}", "", command), f"bare C, {backend}", is_eddy=True)


def bare(backend, package, libraries=()):
    name = f"bare C, {backend}"
    return Server(compiled(name, package, CC, f"echo_{backend}.c", libraries), name)


def others():
    peers = [
        with_asio("echo_asio.cpp"),
        compiled("libuv", "libuv1-dev", CC, "echo_libuv.c", ["-luv"]),
        with_tokio("echo_tokio"),
        with_go("echo_go.go"),
        *with_python("echo_asyncio.py"),
    ]
    return [Server(peer, "bare C, epoll") for peer in peers]


SERVERS = [
    bare("epoll", "libc6-dev"),
    eddy("epoll"),
    bare("io_uring", "liburing-dev", ["-luring"]),
    eddy("io_uring"),
    *others(),
]


def build_tool(source, *options):
    program = peer_programs.OUTPUT / Path(source).stem
    subprocess.run([*CC, str(peer_programs.HERE / source), "-o", str(program), *options],
                   check=True)
    return str(program)


@dataclass
class Sample:
    """Nanoseconds per round trip."""

    passed: float
    cpu: float
    sampled: float  # in user mode, by the kernel's samples
    metered: float  # between the calls to the kernel; less than 0: not known


class Bench:
    def __init__(self):
        self.load = build_tool("echo_load.c")
        self.meter = build_tool("call_meter.c", "-shared", "-fPIC", "-ldl")

    def measure(self, server, connections):
        """Runs the server twice, because the meter slows it down."""
        sample = self.run(server, connections)
        with tempfile.NamedTemporaryFile(prefix="call_meter-") as file:
            file.truncate(16)
            preloaded = {"LD_PRELOAD": self.meter, "CALL_METER": file.name}
            sample.metered = self.run(server, connections, preloaded, [file.name]).metered
        return sample

    def run(self, server, connections, variables=None, arguments=()):
        here, there = peer_programs.processors()
        environment = {**os.environ, **server.peer.environment, **(variables or {})}
        process = subprocess.Popen(server.peer.command, stdout=subprocess.PIPE, text=True,
                                   env=environment, preexec_fn=peer_programs.pin(here))
        try:
            port = process.stdout.readline().strip()
            command = [self.load, port, str(process.pid), str(connections),
                       str(LOADS[connections]), *arguments]
            done = subprocess.run(command, capture_output=True, text=True,
                                  preexec_fn=peer_programs.pin(there))
            if done.returncode != 0:
                raise RuntimeError(f"the load on {server.peer.name} failed: {done.stderr.strip()}")
            count, *nanoseconds = map(int, done.stdout.split())
            return Sample(*[each / count for each in nanoseconds])
        finally:
            process.kill()
            process.communicate()


def measure_all(servers, loads, repetitions):
    """Returns for each number of connections and each server the medians of what was measured, but
    the mean of what the kernel only samples; and the median of its processor time as a multiple of
    the bare server's in the same repetition, because the machine itself is slower at one time than
    at another."""
    bench = Bench()
    samples = defaultdict(list)
    for repetition in range(repetitions):
        print(f"repetition {repetition + 1} of {repetitions}", file=sys.stderr)
        for connections in loads:
            for server in servers:
                key = connections, server.peer.name
                samples[key].append(bench.measure(server, connections))
    figures = {connections: {} for connections in loads}
    bare_of = {server.peer.name: server.bare for server in servers}
    for (connections, name), runs in samples.items():
        processor = [run.cpu for run in runs]
        bare = [run.cpu for run in samples.get((connections, bare_of[name]), [])]
        metered = statistics.median(run.metered for run in runs)
        figures[connections][name] = {
            "cpu": statistics.median(processor),
            "between_calls": metered if metered >= 0 else None,
            "sampled": statistics.mean(run.sampled for run in runs),
            "passed": statistics.median(run.passed for run in runs),
            "ratio": statistics.median(map(truediv, processor, bare)) if bare else None,
        }
    return figures


def verdict(server, figures, connections):
    """What is to be said of eddy's figures; nothing of others."""
    if not server.is_eddy:
        return ""
    mine = figures[server.peer.name]
    words = []
    if mine["ratio"] is not None:
        words.append("within 3 % of bare C" if mine["ratio"] <= WITHIN
                     else "MORE THAN 3 % OVER BARE C")
    if mine["between_calls"] is not None:
        words.append("user time meets its target" if mine["between_calls"] <= USER_TARGET
                     else f"USER TIME OVER {USER_TARGET} ns")
    peers = [each.peer.name for each in others_in(figures)]
    metered = [figures[name]["between_calls"] for name in peers if figures[name]["between_calls"]]
    if mine["between_calls"] is not None and metered:
        words.append(f"user time {mine['between_calls'] / min(metered):.2f} of the best peer's")
    below = [name for name in peers if figures[name]["cpu"] <= mine["cpu"]]
    if connections > 1 and peers:
        words.append("BEHIND " + ", ".join(below) if below else "below every peer")
    return ", ".join(words)


def others_in(figures):
    return [each for each in SERVERS if each.peer.name in figures and not each.is_eddy
            and each.peer.name != each.bare]


def print_tables(figures, servers):
    for connections, by_name in figures.items():
        print(f"\n{f'connections: {connections}':20}{'cpu':>8}{'user':>7}{'(sampled)':>10}"
              f"{'× bare C':>10}{'round trips/s':>15}")
        for server in servers:
            mine = by_name[server.peer.name]
            ratio = f"{mine['ratio']:.3f}" if mine["ratio"] is not None else "–"
            user = f"{mine['between_calls']:.0f}" if mine["between_calls"] is not None else "–"
            print(f"{server.peer.name:20}{mine['cpu']:8.0f}{user:>7}{mine['sampled']:10.0f}"
                  f"{ratio:>10}{1e9 / mine['passed']:15,.0f}"
                  f"   {verdict(server, by_name, connections)}".rstrip())


def allow_descriptors():
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 4096 if most == resource.RLIM_INFINITY else min(4096, most)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))


def main():
    parser = argparse.ArgumentParser(prog="./dev bench echo", description=__doc__)
    parser.add_argument("--repetitions", type=int, default=5, metavar="N")
    parser.add_argument("--only", metavar="NAMES",
                        help="compare only these servers, separated by commas: eddy,bare")
    parser.add_argument("--connections", type=int, choices=LOADS, nargs="+", default=list(LOADS))
    parser.add_argument("--json", metavar="FILE", help="write the figures to this file")
    options = parser.parse_args()

    allow_descriptors()
    usable, absent = peer_programs.build([server.peer for server in SERVERS])
    servers = [each for each in SERVERS if each.peer in usable]
    if options.only:
        wanted = tuple(options.only.split(","))
        servers = [each for each in servers if each.peer.name.startswith(wanted)]
    figures = measure_all(servers, options.connections, options.repetitions)

    print(f"Processor time of the server in ns per round trip of 64 bytes, user and system; of"
          f" these, between its calls to the kernel, and in user mode by the kernel's samples."
          f"\nMedians of {options.repetitions} run(s) in turn, one thread;"
          f" × bare C is the median of the ratios in one run. "
          f"{peer_programs.versions([each.peer for each in others_in(figures[options.connections[0]])])}")
    print_tables(figures, servers)
    for name, reason in absent.items():
        print(f"not compared: {name}: {reason}")
    if options.json:
        report = {"unit": "ns", "connections": figures, "absent": absent}
        Path(options.json).write_text(json.dumps(report, indent=2), encoding="utf-8")


if __name__ == "__main__":
    main()
