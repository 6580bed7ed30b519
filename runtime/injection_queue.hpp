#pragma once

#include <eddy/pool_job.hpp>

#include <atomic>
#include <mutex>
#include <span>

namespace eddy {

/// Where threads that are not workers leave jobs for those who are. First in, first out; submitting
/// takes no lock and never waits for a worker.
class injection_queue {
public:
    /// Any thread. False: the queue is closed and has not taken the job. Sequentially consistent,
    /// so that whoever goes to sleep and then looks here, sees the job.
    bool push(pool_job& added) noexcept {
        pool_job* newest = newest_.load(std::memory_order_relaxed);
        do {
            if (newest == closed_mark()) return false;
            added.next = newest;
        } while (!newest_.compare_exchange_weak(newest, &added, std::memory_order_seq_cst,
                                                std::memory_order_relaxed));
        return true;
    }

    /// Takes the oldest jobs, as many as there is room for and as there are; returns how many.
    std::size_t take(std::span<pool_job*> into) noexcept {
        if (looks_empty()) return 0;
        const std::lock_guard lock(mutex_);
        if (oldest_.load(std::memory_order_relaxed) == nullptr) put_in_order();
        std::size_t taken = 0;
        pool_job* next = oldest_.load(std::memory_order_relaxed);
        while (next != nullptr && taken < into.size()) {
            into[taken++] = next;
            next = next->next;
        }
        oldest_.store(next, std::memory_order_relaxed);
        return taken;
    }

    bool is_empty() const noexcept {
        const std::lock_guard lock(mutex_);
        const pool_job* const newest = newest_.load(std::memory_order_seq_cst);
        return (newest == nullptr || newest == closed_mark()) &&
               oldest_.load(std::memory_order_relaxed) == nullptr;
    }

    /// Takes nothing more. What was taken stays.
    void close() noexcept {
        const std::lock_guard lock(mutex_);
        if (newest_.load(std::memory_order_relaxed) == closed_mark()) return;
        append(newest_.exchange(closed_mark(), std::memory_order_seq_cst));
    }

private:
    // An address that no job can have.
    pool_job* closed_mark() const noexcept {
        return reinterpret_cast<pool_job*>(const_cast<injection_queue*>(this));
    }

    // Without the lock, so possibly wrong by now: good enough to not bother, not to fall asleep.
    bool looks_empty() const noexcept {
        const pool_job* const newest = newest_.load(std::memory_order_relaxed);
        return (newest == nullptr || newest == closed_mark()) &&
               oldest_.load(std::memory_order_relaxed) == nullptr;
    }

    void put_in_order() noexcept {
        if (newest_.load(std::memory_order_relaxed) == closed_mark()) return;
        append(newest_.exchange(nullptr, std::memory_order_acquire));
    }

    // Appends a chain that has the newest first, under the lock.
    void append(pool_job* newest) noexcept {
        pool_job* in_order = nullptr;
        while (newest != nullptr) {
            pool_job* const older = std::exchange(newest->next, in_order);
            in_order = std::exchange(newest, older);
        }
        pool_job* last = oldest_.load(std::memory_order_relaxed);
        if (last == nullptr) return oldest_.store(in_order, std::memory_order_relaxed);
        while (last->next != nullptr) last = last->next;
        last->next = in_order;
    }

    // A job stands in one of two chains: as it came, the newest first, or in order. Taking all of
    // the first at once and turning it around costs each job one step, and needs no lock to push.
    alignas(64) std::atomic<pool_job*> newest_ = nullptr;
    alignas(64) mutable std::mutex mutex_;     // of `oldest_` and its chain
    std::atomic<pool_job*> oldest_ = nullptr;  // atomic for `looks_empty` only
};

}  // namespace eddy
