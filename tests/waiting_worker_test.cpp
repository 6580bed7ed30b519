#include <eddy/waiting_worker.hpp>

#include "support/latch.hpp"

#include <eddy/future.hpp>
#include <eddy/pool_job.hpp>
#include <eddy/thread_pool.hpp>

#include <gmock/gmock.h>

#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace eddy {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Makes the calling thread a worker of a pool, and writes down what it is asked for.
class noted_worker final : public waiting_worker {
public:
    explicit noted_worker(const void* pool) noexcept : waiting_worker(pool), here_(*this) {}

    void run_now(pool_job& job) noexcept override {
        notes.emplace_back("run now");
        job.run_ahead();
    }
    bool run_descendant() noexcept override {
        if (descendant == nullptr) return false;
        notes.emplace_back("run descendant");
        std::exchange(descendant, nullptr)->run();
        return true;
    }
    void begin_blocking() noexcept override { notes.emplace_back("begin"); }
    void end_blocking() noexcept override { notes.emplace_back("end"); }

    pool_job* descendant = nullptr;
    std::vector<std::string> notes;

private:
    here here_;
};

constexpr char a_pool = 'a';
constexpr char another_pool = 'b';

using call = submitted_call<int (*)()>;
int give() {
    return 7;
}

TEST(WaitingWorker, IsKnownToItsOwnThreadOnlyAndAsLongAsItLives) {
    EXPECT_EQ(waiting_worker::current(), nullptr);
    {
        noted_worker outer(&a_pool);
        EXPECT_EQ(waiting_worker::current(), &outer);
        std::thread([] { EXPECT_EQ(waiting_worker::current(), nullptr); }).join();
        {
            noted_worker inner(&another_pool);
            EXPECT_EQ(waiting_worker::current(), &inner);
            EXPECT_EQ(inner.pool(), &another_pool);
        }
        EXPECT_EQ(waiting_worker::current(), &outer);
    }
    EXPECT_EQ(waiting_worker::current(), nullptr);
}

TEST(WaitingWorker, IsWhatRunsTheJobsOfAPool) {
    thread_pool pool(1);
    const auto whose = [] {
        waiting_worker* const worker = waiting_worker::current();
        return worker != nullptr ? worker->pool() : nullptr;
    };
    const void* const seen = pool.submit(whose).result();
    EXPECT_NE(seen, nullptr);
    EXPECT_EQ(pool.submit(whose).result(), seen);
    thread_pool other(1);
    EXPECT_NE(other.submit(whose).result(), seen);
}

TEST(WaitingWorker, RunsAJobOfItsPoolInsteadOfBlockingOnIt) {
    noted_worker worker(&a_pool);
    auto* const job = new call(&a_pool, give);
    future<int> result(*job);
    EXPECT_EQ(result.result(), 7);
    EXPECT_THAT(worker.notes, ElementsAre("run now"));
    job->run();  // as its queue does at some time
}

TEST(WaitingWorker, RunsWhatItsJobHasSubmittedBeforeItBlocksOnAJobOfAnotherPool) {
    noted_worker worker(&a_pool);
    auto* const job = new call(&another_pool, give);
    auto* const child = new call(&a_pool, give);
    future<int> result(*job);
    future<int> of_child(*child);
    worker.descendant = child;
    testing::latch child_done(1);
    of_child.on_done([&child_done] { child_done.count_down(); });
    std::thread elsewhere([&] {
        child_done.wait();
        job->run();
    });
    EXPECT_EQ(result.result(), 7);
    elsewhere.join();
    EXPECT_EQ(worker.notes.front(), "run descendant");
    EXPECT_EQ(of_child.result(), 7);
}

TEST(BlockingSection, LetsAnotherThreadTakeThePlaceOfAWorkerUntilItIsLeft) {
    noted_worker worker(&a_pool);
    try {
        const blocking_section blocking;
        worker.notes.emplace_back("work");
        throw std::runtime_error("broken");
    } catch (const std::runtime_error&) {
        worker.notes.emplace_back("caught");
    }
    EXPECT_THAT(worker.notes, ElementsAre("begin", "work", "end", "caught"));
}

TEST(BlockingSection, DoesNothingOnAThreadOfNoPool) {
    std::optional<blocking_section> section(std::in_place);
    noted_worker later(&a_pool);
    section.reset();
    EXPECT_THAT(later.notes, IsEmpty()) << "it ends with the worker with which it has begun";
}

TEST(BlockingSection, GivesItsPlaceInAPoolToAnotherJob) {
    thread_pool pool(1);
    testing::latch other_runs(1);
    auto blocking = pool.submit([&other_runs] {
        const blocking_section section;
        other_runs.wait();
    });
    auto other = pool.submit([&other_runs] { other_runs.count_down(); });
    blocking.result();
    other.result();
}

}  // namespace
}  // namespace eddy
