#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>

namespace eddy {

/// Where the workers of a pool sleep, and who is woken for new work. A worker is busy, searches for
/// work, or is asleep; the two counts are one atomic word.
///
/// New work wakes one sleeper, unless somebody searches already: whoever searches will find it, and
/// wakes the next if there is more. So a burst of submits costs one wake-up, not one each.
///
/// No work is slept over. The submitter writes its queue and then reads the counts; the worker
/// writes the counts and then reads the queues. All of it is sequentially consistent, so at least
/// one sees the other. It is the same when a submitter relies on a searcher: that one changes the
/// counts before it goes to sleep or to work, and looks at the queues again afterwards.
class idle_workers {
public:
    /// A worker has run out of work.
    void begin_search() noexcept { counts_.fetch_add(one_searching, std::memory_order_seq_cst); }

    /// It has found some. True: it was the only one searching, and must look whether there is more.
    bool end_search() noexcept {
        return searching(counts_.fetch_sub(one_searching, std::memory_order_seq_cst)) == 1;
    }

    /// It has found none. It must look once more, and then either `sleep` or `stay_awake`.
    void prepare_to_sleep() noexcept {
        counts_.fetch_add(one_asleep - one_searching, std::memory_order_seq_cst);
    }

    /// Sleeps until it is woken, to search again.
    void sleep();

    /// There was something after all: searches again.
    void stay_awake();

    /// For new work: wakes one worker, unless somebody searches or nobody sleeps.
    void wake_one() noexcept {
        const std::uint64_t seen = counts_.load(std::memory_order_seq_cst);
        if (asleep(seen) > 0 && searching(seen) == 0) wake_one_of(seen);
    }

    void wake_all() noexcept;

    std::uint64_t asleep() const noexcept {
        return asleep(counts_.load(std::memory_order_seq_cst));
    }

private:
    static constexpr std::uint64_t one_searching = 1;
    static constexpr std::uint64_t one_asleep = std::uint64_t{1} << 32;

    static constexpr std::uint64_t searching(std::uint64_t counts) noexcept {
        return counts % one_asleep;
    }
    static constexpr std::uint64_t asleep(std::uint64_t counts) noexcept {
        return counts / one_asleep;
    }

    void wake_one_of(std::uint64_t seen) noexcept;
    void permit(std::uint64_t sleepers) noexcept;

    // Who wakes a sleeper counts it as searching at once, so that the next submit wakes nobody
    // else, and leaves a permit for it. Workers on their way into or out of sleep: as many as are
    // counted asleep, and as there are permits.
    alignas(64) std::atomic<std::uint64_t> counts_ = 0;

    alignas(64) std::mutex mutex_;
    std::condition_variable woken_;
    std::uint64_t permits_ = 0;
};

}  // namespace eddy
