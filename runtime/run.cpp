#include <eddy/run.hpp>

#include <eddy/signals.hpp>

#include <atomic>
#include <csignal>
#include <iostream>
#include <sstream>
#include <system_error>

namespace eddy {

class interrupt_guard::listener final : public signal_listener, public posted {
public:
    explicit listener(task_control& main) : main_(main) {
        main_.acquire();
        // Until the program watches for it itself.
        is_catching_ =
            has_default_effect(SIGINT) && !catch_signal(SIGINT, *this, signal_hold::loose);
    }
    ~listener() override {
        if (is_catching_) release_signal(SIGINT, *this);
        // No handler runs any more; what it has posted must not outlive us.
        main_.loop.run_posted();
        main_.release();
    }

    bool was_interrupted() const noexcept { return interrupts_ > 0; }

private:
    void on_signal(int number) noexcept override {
        if (interrupts_.fetch_add(1) == 0) {
            main_.loop.post(*this);
        } else {
            raise_by_default(number);
        }
    }

    void run() noexcept override {
        if (!main_.is_done()) main_.cancel();
    }

    task_control& main_;
    bool is_catching_ = false;
    std::atomic<int> interrupts_ = 0;  // written by the handler, on any thread
};

interrupt_guard::interrupt_guard(task_control& main)
    : listener_(std::make_unique<listener>(main)) {}

interrupt_guard::~interrupt_guard() = default;

bool interrupt_guard::was_interrupted() const noexcept {
    return listener_->was_interrupted();
}

// Prints all tasks on each quit signal.
class run_settings::task_printer final : public signal_listener, public posted {
public:
    explicit task_printer(event_loop& loop) : loop_(loop) {
        if (const std::error_code error = catch_signal(quit_signal(), *this))
            throw std::system_error(error, "catch the quit signal");
    }
    ~task_printer() override {
        release_signal(quit_signal(), *this);
        // No handler runs any more; what it has posted must not outlive us.
        loop_.run_posted();
    }

private:
    void on_signal(int) noexcept override {
        if (!is_posted_.exchange(true)) loop_.post(*this);
    }

    void run() noexcept override {
        is_posted_ = false;
        std::ostringstream text;
        print_tasks(text, loop_.tasks());
        std::cerr << text.str() << std::flush;
    }

    event_loop& loop_;
    // Set by the handler, cleared by the loop: while it stands in the queue it must not be posted.
    std::atomic<bool> is_posted_ = false;
};

run_settings::run_settings(event_loop& loop, const run_options& options) {
    if (options.debug()) loop.warn_about_slow_tasks();
    if (!options.trace_file().empty()) loop.trace_to(options.trace_file());
    if (options.print_tasks_on_quit()) printer_ = std::make_unique<task_printer>(loop);
}

run_settings::~run_settings() = default;

}  // namespace eddy
