"""The programs of other runtimes that eddy is compared with: how peers/ is built and run.

Imported by runtime.py and echo.py. A peer that cannot be built or run is named with the reason,
and the comparison goes on without it.
"""

import os
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
SOURCES = HERE / "peers"
BUILD = HERE.parent / "build" / "release" / "bench"
OUTPUT = BUILD / "peers"

PYTHON = "/usr/bin/python3"  # Debian's, which is the one that sees Debian's uvloop
CARGO, RUSTC = "/usr/bin/cargo", "/usr/bin/rustc"
CRATES = "/usr/share/cargo/registry"  # where Debian's librust-…-dev packages put their sources

CXX = ["g++", "-std=c++20", "-O2", "-DNDEBUG", "-pthread"]
CC = ["gcc", "-std=gnu11", "-O2", "-DNDEBUG"]


@dataclass
class Peer:
    """A program, the command that builds it, and the Debian package with the runtime it is for."""

    name: str
    package: str
    command: list
    build: list = field(default_factory=list)
    source: str = ""
    environment: dict = field(default_factory=dict)
    build_environment: dict = field(default_factory=dict)


def compiled(name, package, compiler, source, libraries=()):
    program = OUTPUT / Path(source).stem
    build = [*compiler, str(SOURCES / source), "-o", str(program), *libraries]
    return Peer(name, package, [str(program)], build, source)


def with_asio(source):
    return compiled("asio", "libasio-dev", CXX, source)


def with_tokio(program):
    project = OUTPUT / "cargo"
    build = [CARGO, "build", "--quiet", "--release", "--offline", "--bin", program]
    build += ["--config", 'source.crates-io.replace-with="debian"']
    build += ["--config", f'source.debian.directory="{CRATES}"']
    build += ["--manifest-path", str(project / "Cargo.toml")]
    command = [str(project / "target" / "release" / program)]
    return Peer("tokio", "librust-tokio-dev", command, build, build_environment={"RUSTC": RUSTC})


def with_go(source):
    program = OUTPUT / Path(source).stem
    build = ["go", "build", "-o", str(program), str(SOURCES / source)]
    command = [str(program)]
    return Peer("Go", "golang-go", command, build, environment={"GOMAXPROCS": "1"})


def with_python(source):
    command = [PYTHON, str(SOURCES / source)]
    return [
        Peer("asyncio", "python3", command),
        Peer("uvloop", "python3-uvloop", [*command, "uvloop"], [PYTHON, "-c", "import uvloop"]),
    ]


def build(peers):
    """Builds what is older than its sources. Returns the peers that are there, and the reasons of
    those that are not, by name."""
    OUTPUT.mkdir(parents=True, exist_ok=True)
    copy_cargo_project()
    usable, absent = [], {}
    for peer in peers:
        reason = build_one(peer)
        if reason:
            absent[peer.name] = f"{reason} (Debian: {peer.package})"
        else:
            usable.append(peer)
    return usable, absent


def build_one(peer):
    """Returns why it could not be built, or nothing."""
    if not peer.build or (peer.source and is_fresh(Path(peer.command[0]), SOURCES / peer.source)):
        return None
    try:
        environment = {**os.environ, **peer.build_environment}
        done = subprocess.run(peer.build, env=environment, capture_output=True, text=True)
    except FileNotFoundError as error:
        return f"there is no {error.filename}"
    if done.returncode == 0:
        return None
    complaint = [line for line in done.stderr.splitlines() if "error" in line.lower()]
    return (complaint or done.stderr.splitlines() or ["it does not build"])[0].strip()


def is_fresh(program, source):
    return all(is_newer(program, each) for each in [source, *SOURCES.glob("*.h")])


def is_newer(program, source):
    return program.exists() and program.stat().st_mtime > source.stat().st_mtime


def copy_cargo_project():
    # cargo writes beside its manifest, and the source tree is not the place for that.
    project = OUTPUT / "cargo"
    project.mkdir(exist_ok=True)
    for source in [SOURCES / "Cargo.toml", *SOURCES.glob("*.rs")]:
        if not is_newer(project / source.name, source):
            shutil.copyfile(source, project / source.name)


def pin(processor):
    """For `preexec_fn`: the program and all its threads run on this processor only."""
    return lambda: os.sched_setaffinity(0, {processor})


def processors():
    """Two processors of ours, the last one first; twice the same where there is one only."""
    ours = sorted(os.sched_getaffinity(0))
    return ours[-1], ours[0]


def versions(peers):
    """Name and version of the packages that these peers are for."""
    lines = []
    for peer in peers:
        query = ["dpkg-query", "--show", "--showformat", "${Version}", peer.package]
        try:
            found = subprocess.run(query, capture_output=True, text=True).stdout
        except FileNotFoundError:
            found = ""
        lines.append(f"{peer.name} {found or 'of unknown version'}")
    return ", ".join(lines)
