// Go at the work of runtime.cpp, on one thread.
//
//	tasks_go            prints `name nanoseconds` for each row
//	tasks_go sleepers   prints the bytes that each of a million sleeping goroutines takes
package main

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"sync"
	"time"
)

const warmUp = 10_000

var sink int

func report(name string, start time.Time, items int) {
	fmt.Printf("%s %.2f\n", name, float64(time.Since(start).Nanoseconds())/float64(items))
}

func spawnJoin() {
	const count = 300_000
	done := make(chan int)
	var start time.Time
	for i := -warmUp; i < count; i++ {
		if i == 0 {
			start = time.Now()
		}
		go func(value int) { done <- value }(i)
		sink = <-done
	}
	report("spawn_join", start, count)
}

func takeTurnsTogether(tasks, turns int) {
	var all sync.WaitGroup
	all.Add(tasks)
	for i := 0; i < tasks; i++ {
		go func() {
			for j := 0; j < turns; j++ {
				runtime.Gosched()
			}
			all.Done()
		}()
	}
	all.Wait()
}

func yield1000() {
	takeTurnsTogether(1000, 10)
	start := time.Now()
	takeTurnsTogether(1000, 1000)
	report("yield_1000", start, 1_000_000)
}

func channelRoundtrip() {
	const count = 200_000
	there, back := make(chan int, 1), make(chan int, 1)
	go func() {
		for value := range there {
			back <- value
		}
	}()
	var start time.Time
	for i := -warmUp; i < count; i++ {
		if i == 0 {
			start = time.Now()
		}
		there <- i
		sink = <-back
	}
	report("channel_roundtrip", start, count)
	close(there)
}

func delayOf(number, timers int) time.Duration {
	return time.Hour + time.Duration(number*7919%timers)*time.Millisecond
}

func timerArmCancel() {
	const others = 10_000
	const count = 1_000_000
	armed := make([]*time.Timer, others)
	for i := range armed {
		armed[i] = time.AfterFunc(delayOf(i, others), func() {})
	}
	var start time.Time
	for i := 0; i < count+warmUp; i++ {
		if i == warmUp {
			start = time.Now()
		}
		time.AfterFunc(delayOf(i, others), func() {}).Stop()
	}
	report("timer_arm_cancel", start, count)
	for _, each := range armed {
		each.Stop()
	}
}

func timeoutReady() {
	const count = 300_000
	ready := make(chan int, 1)
	var start time.Time
	for i := -warmUp; i < count; i++ {
		if i == 0 {
			start = time.Now()
		}
		ready <- i
		limited, cancel := context.WithTimeout(context.Background(), time.Hour)
		select {
		case sink = <-ready:
		case <-limited.Done():
		}
		cancel()
	}
	report("timeout_ready", start, count)
}

func residentBytes() float64 {
	var total, resident float64
	statm, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		panic(err)
	}
	fmt.Sscan(string(statm), &total, &resident)
	return resident * float64(os.Getpagesize())
}

func sleepers() {
	const tasks = 1_000_000
	before := residentBytes()
	var started sync.WaitGroup
	started.Add(tasks)
	for i := 0; i < tasks; i++ {
		go func() {
			started.Done()
			time.Sleep(time.Hour)
		}()
	}
	started.Wait()
	runtime.Gosched()
	fmt.Printf("sleepers_1m %.0f\n", (residentBytes()-before)/tasks)
}

func main() {
	runtime.GOMAXPROCS(1)
	if len(os.Args) == 2 && os.Args[1] == "sleepers" {
		sleepers()
		return
	}
	spawnJoin()
	yield1000()
	channelRoundtrip()
	timerArmCancel()
	timeoutReady()
}
