"""asyncio at the work of runtime.cpp.

  tasks_asyncio.py            prints `name nanoseconds` for each row
  tasks_asyncio.py sleepers   prints the bytes that each of a million sleeping tasks takes

With `uvloop` before that, the same on uvloop.
"""

import asyncio
import os
import sys
import time

WARM_UP = 10_000
HOUR = 3600.0


def report(name, start, items):
    print(name, f"{(time.perf_counter_ns() - start) / items:.2f}", flush=True)


async def same(value):
    return value


async def spawn_join():
    count = 100_000
    for i in range(WARM_UP):
        await asyncio.create_task(same(i))
    start = time.perf_counter_ns()
    for i in range(count):
        await asyncio.create_task(same(i))
    report("spawn_join", start, count)


async def await_child():
    count = 2_000_000
    for i in range(WARM_UP):
        await same(i)
    start = time.perf_counter_ns()
    for i in range(count):
        await same(i)
    report("await_child", start, count)


async def take_turns(turns):
    for _ in range(turns):
        await asyncio.sleep(0)


async def yield_1000():
    tasks, turns = 1000, 1000
    await asyncio.gather(*(take_turns(10) for _ in range(tasks)))
    start = time.perf_counter_ns()
    await asyncio.gather(*(take_turns(turns) for _ in range(tasks)))
    report("yield_1000", start, tasks * turns)


async def channel_roundtrip():
    count = 100_000
    there, back = asyncio.Queue(1), asyncio.Queue(1)

    async def send_back():
        while (value := await there.get()) is not None:
            await back.put(value)

    other = asyncio.create_task(send_back())
    for i in range(WARM_UP):
        await there.put(i)
        await back.get()
    start = time.perf_counter_ns()
    for i in range(count):
        await there.put(i)
        await back.get()
    report("channel_roundtrip", start, count)
    await there.put(None)
    await other


def nothing():
    pass


async def timer_arm_cancel():
    others, count = 10_000, 300_000
    loop = asyncio.get_running_loop()
    base = loop.time() + HOUR
    armed = [loop.call_at(base + i * 7919 % others * 1e-3, nothing) for i in range(others)]
    start = time.perf_counter_ns()
    for i in range(count):
        loop.call_at(base + i * 7919 % others * 1e-3, nothing).cancel()
        if i % 1000 == 999:
            await asyncio.sleep(0)  # cancelled timers are swept out between turns
    report("timer_arm_cancel", start, count)
    for each in armed:
        each.cancel()


async def count_up():
    i = 0
    while True:
        yield i
        i += 1


async def generator_value():
    count = 2_000_000
    start = time.perf_counter_ns()
    async for value in count_up():
        if value == count:
            break
    report("generator_value", start, count)


async def timeout_ready():
    count = 100_000
    start = 0
    for i in range(-WARM_UP, count):
        if i == 0:
            start = time.perf_counter_ns()
        async with asyncio.timeout(HOUR):
            await same(i)
    report("timeout_ready", start, count)


def resident_bytes():
    with open("/proc/self/statm", encoding="ascii") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGESIZE")


async def sleepers_1m():
    tasks = 1_000_000
    before = resident_bytes()
    kept = [asyncio.create_task(asyncio.sleep(HOUR)) for _ in range(tasks)]
    await asyncio.sleep(0)
    print("sleepers_1m", f"{(resident_bytes() - before) / len(kept):.0f}", flush=True)
    os._exit(0)  # cancelling them all would only take time


async def main():
    if "sleepers" in sys.argv[1:]:
        await sleepers_1m()
    await spawn_join()
    await await_child()
    await yield_1000()
    await channel_roundtrip()
    await timer_arm_cancel()
    await generator_value()
    await timeout_ready()


if "uvloop" in sys.argv[1:]:
    import uvloop

    uvloop.install()
asyncio.run(main())
