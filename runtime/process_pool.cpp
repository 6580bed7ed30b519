#include <eddy/process_pool.hpp>

#include <eddy/event_loop.hpp>

#include "make_thread.hpp"
#include "process_scheduler.hpp"

#include <future>

namespace eddy {
namespace {

// The thread of a pool that was made where no loop runs. Returns once it has a loop.
std::thread serve_in_thread(std::shared_ptr<process_scheduler> scheduler) {
    std::promise<void> opened;
    std::future<void> is_open = opened.get_future();
    auto run_loop = [&opened, scheduler = std::move(scheduler)]() mutable {
        std::optional<event_loop> loop;
        try {
            loop.emplace();
            // While the pool has nothing to do, nobody waits for anything but a call from outside.
            loop->set_deadlock_handler({});
            scheduler->open(*loop);
        } catch (...) {
            opened.set_exception(std::current_exception());
            return;
        }
        opened.set_value();
        loop->run_until_complete(process_scheduler::serve(std::move(scheduler)));
    };
    std::thread thread = make_thread("the process pool", std::move(run_loop));
    try {
        is_open.get();
    } catch (...) {
        thread.join();
        throw;
    }
    return thread;
}

}  // namespace

process_pool::process_pool(const process_pool_options& options) {
    check_process_init();
    scheduler_ = std::make_shared<process_scheduler>(options);
    if (event_loop* const loop = event_loop::current()) {
        scheduler_->open(*loop);
        loop->start(process_scheduler::serve(scheduler_))->set_name("process pool");
    } else {
        thread_ = serve_in_thread(scheduler_);
    }
}

process_pool::~process_pool() {
    if (scheduler_->is_in_forked_child()) {
        // The thread and the workers are the parent's, and so is what they share.
        if (thread_.joinable()) thread_.detach();
        scheduler_->stay_for_ever();
        return;
    }
    scheduler_->close();
    if (!thread_.joinable()) return;
    // A callback that destroys the pool runs on its thread, which then ends by itself.
    const bool is_on_its_thread = thread_.get_id() == std::this_thread::get_id();
    if (is_on_its_thread)
        thread_.detach();
    else
        thread_.join();
}

unsigned process_pool::concurrency() const noexcept {
    return scheduler_->concurrency();
}

void process_pool::shutdown(shutdown_mode mode) {
    scheduler_->shut_down(mode).result();
}

future<void> process_pool::shutdown_async(shutdown_mode mode) {
    return scheduler_->shut_down(mode);
}

void process_pool_view::enqueue(process_job& job) {
    scheduler_->submit(job);
}

unsigned process_pool_view::concurrency() const noexcept {
    return scheduler_->concurrency();
}

}  // namespace eddy
