// tokio at the work of runtime.cpp, on its current-thread runtime.
//   tasks_tokio            prints `name nanoseconds` for each row
//   tasks_tokio sleepers   prints the bytes that each of a million sleeping tasks takes

use std::future::{ready, Future};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use tokio::sync::mpsc;
use tokio::time::{self, timeout};

const WARM_UP: u32 = 10_000;
const HOUR: Duration = Duration::from_secs(3600);

fn report(name: &str, start: Instant, items: u32) {
    println!("{} {:.2}", name, start.elapsed().as_nanos() as f64 / items as f64);
}

// Hides a value from the optimiser, in Rust before 1.66.
fn keep<T: Copy>(value: T) -> T {
    unsafe { std::ptr::read_volatile(&value) }
}

async fn same(value: u32) -> u32 {
    value
}

async fn spawn_join() {
    const COUNT: u32 = 300_000;
    let mut start = Instant::now();
    for i in 0..COUNT + WARM_UP {
        if i == WARM_UP {
            start = Instant::now();
        }
        keep(tokio::spawn(same(i)).await.unwrap());
    }
    report("spawn_join", start, COUNT);
}

async fn take_turns_together(tasks: u32, turns: u32) {
    let all: Vec<_> = (0..tasks)
        .map(|_| {
            tokio::spawn(async move {
                for _ in 0..turns {
                    tokio::task::yield_now().await;
                }
            })
        })
        .collect();
    for each in all {
        each.await.unwrap();
    }
}

async fn yield_1000() {
    take_turns_together(1000, 10).await;
    let start = Instant::now();
    take_turns_together(1000, 1000).await;
    report("yield_1000", start, 1_000_000);
}

async fn channel_roundtrip() {
    const COUNT: u32 = 200_000;
    let (there, mut from) = mpsc::channel(1);
    let (to, mut back) = mpsc::channel(1);
    let other = tokio::spawn(async move {
        while let Some(value) = from.recv().await {
            to.send(value).await.unwrap();
        }
    });
    let mut start = Instant::now();
    for i in 0..COUNT + WARM_UP {
        if i == WARM_UP {
            start = Instant::now();
        }
        there.send(i).await.unwrap();
        keep(back.recv().await.unwrap());
    }
    report("channel_roundtrip", start, COUNT);
    drop(there);
    other.await.unwrap();
}

fn deadline_of(start: time::Instant, number: u32, timers: u32) -> time::Instant {
    start + HOUR + Duration::from_millis(u64::from(number.wrapping_mul(7919) % timers))
}

// A sleep is armed when it is polled for the first time, and cancelled when it is dropped.
async fn timer_arm_cancel() {
    const OTHERS: u32 = 10_000;
    const COUNT: u32 = 1_000_000;
    let waker = waker_of_nobody();
    let mut context = Context::from_waker(&waker);
    let base = time::Instant::now();
    let mut armed = Vec::new();
    for i in 0..OTHERS {
        let mut one = Box::pin(time::sleep_until(deadline_of(base, i, OTHERS)));
        assert!(one.as_mut().poll(&mut context).is_pending());
        armed.push(one);
    }
    let mut start = Instant::now();
    for i in 0..COUNT + WARM_UP {
        if i == WARM_UP {
            start = Instant::now();
        }
        let one = time::sleep_until(deadline_of(base, i, OTHERS));
        tokio::pin!(one);
        assert!(matches!(one.as_mut().poll(&mut context), Poll::Pending));
    }
    report("timer_arm_cancel", start, COUNT);
}

// Wakes nothing: these timers are never due.
fn waker_of_nobody() -> std::task::Waker {
    struct Nobody;
    impl std::task::Wake for Nobody {
        fn wake(self: std::sync::Arc<Self>) {}
    }
    std::sync::Arc::new(Nobody).into()
}

async fn timeout_ready() {
    const COUNT: u32 = 1_000_000;
    let mut start = Instant::now();
    for i in 0..COUNT + WARM_UP {
        if i == WARM_UP {
            start = Instant::now();
        }
        keep(timeout(HOUR, ready(keep(i))).await.unwrap());
    }
    report("timeout_ready", start, COUNT);
}

fn resident_bytes() -> f64 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
    let pages: f64 = statm.split(' ').nth(1).unwrap().parse().unwrap();
    pages * 4096.0
}

async fn sleepers_1m() {
    const TASKS: u32 = 1_000_000;
    let before = resident_bytes();
    for _ in 0..TASKS {
        tokio::spawn(time::sleep(HOUR));
    }
    // The main future is polled between tasks: asks until all of them have had their first turn.
    for _ in 0..TASKS / 10 {
        tokio::task::yield_now().await;
    }
    println!("sleepers_1m {:.0}", (resident_bytes() - before) / TASKS as f64);
    std::process::exit(0);
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    if std::env::args().nth(1).as_deref() == Some("sleepers") {
        sleepers_1m().await;
    }
    // In tasks, as a program would: the future of `main` itself is polled in another way.
    tokio::spawn(async {
        spawn_join().await;
        yield_1000().await;
        channel_roundtrip().await;
        timer_arm_cancel().await;
        timeout_ready().await;
    })
    .await
    .unwrap();
}
