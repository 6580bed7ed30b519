#include "random_steps.hpp"

#include "ending.hpp"
#include "transfer.hpp"

#include <eddy/async_generator.hpp>
#include <eddy/call_later.hpp>
#include <eddy/exception_group.hpp>
#include <eddy/gather.hpp>
#include <eddy/sleep.hpp>
#include <eddy/timeout.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <system_error>

namespace eddy::testing {
namespace {

// Says what happens at the end of a stretch of code, however it ends.
template <class F>
class at_end {
public:
    explicit at_end(F f) noexcept : f_(f) {}
    at_end(const at_end&) = delete;
    at_end& operator=(const at_end&) = delete;
    ~at_end() { f_(); }

private:
    F f_;
};

task<> sleep_a_while(world& in) {
    const time_point until = in.loop.kernel().now() + in.draw_time();
    co_await sleep_until(until);
    in.check_wake(until);
}

task<> let_others_run(world&) {
    co_await yield();
}

task<> compute(world& in) {
    simulation(in.loop).advance(in.draw_time() / 4);
    co_return;
}

// Holds the lock over a few waits. Whoever asked first must have it first.
task<> use_lock(world& in) {
    const std::uint64_t ticket = ++in.tickets;
    in.line.push_back(ticket);
    try {
        const lock::guard held = co_await in.mutex.acquire();
        in.model.note_step();
        if (in.is_in_promised_order()) {
            EXPECT_EQ(in.line.front(), ticket) << "was overtaken";
        }
        std::erase(in.line, ticket);
        EXPECT_FALSE(std::exchange(in.somebody_is_inside, true)) << "two hold one lock";
        const at_end leave([&in] { in.somebody_is_inside = false; });
        co_await sleep(in.draw_time());
        co_await yield();
    } catch (const cancelled&) {
        std::erase(in.line, ticket);
        throw;
    }
}

task<> use_permit(world& in) {
    const semaphore::permit held = co_await in.permits.acquire();
    in.model.note_step();
    EXPECT_LE(++in.permits_taken, 2U) << "more permits than there are";
    const at_end leave([&in] { --in.permits_taken; });
    co_await sleep(in.draw_time());
}

task<> wait_for_flag(world& in) {
    co_await in.flag.wait();
}

task<> change_flag(world& in) {
    const bool is_set = in.draw.flip();
    in.model.without_running([&in, is_set] { is_set ? in.flag.set() : in.flag.clear(); });
    co_return;
}

task<> meet(world& in) {
    co_await in.meeting.wait();
}

task<> wait_for_change(world& in) {
    lock::guard held = co_await in.changing.acquire();
    co_await with_timeout(in.draw_time(), in.changed.wait(in.changing, held));
    EXPECT_TRUE(in.changing.is_held());
}

task<> change(world& in) {
    const lock::guard held = co_await in.changing.acquire();
    in.model.without_running([&in] { in.changed.notify(in.draw.roll(3)); });
}

task<> put_item(world& in) {
    const int number = ++in.items_put;
    co_await in.items.put(counted(number));
}

task<> get_item(world& in) {
    const std::uint64_t number = ++in.gets;
    const std::optional<counted> item = co_await in.items.get();
    if (item) in.got.emplace_back(number, item->value);
}

task<> close_queue(world& in) {
    if (in.draw.roll(8) == 0) in.model.without_running([&in] { in.items.close(); });
    co_return;
}

task_handle<int> draw_independent(world& in) {
    return in.independent.at(in.draw.roll(in.independent.size()));
}

task<> await_other(world& in) {
    if (in.independent.empty()) co_return;
    task_handle<int> other = draw_independent(in);
    co_await other;
    EXPECT_TRUE(other.done());
}

task<> cancel_other(world& in) {
    if (in.independent.empty()) co_return;
    task_handle<int> other = draw_independent(in);
    in.model.without_running([&other] { other.cancel(); });
}

task<> call_back(world& in) {
    call_later(in.draw_time(), [](world* of) { of->flag.set(); }, &in);
    in.loop.post([] { EXPECT_FALSE(event_loop::is_in_task()); });
    co_return;
}

async_generator<counted> count_up(world& in, int end) {
    const presence here(in);
    for (int i = 0; i < end; ++i) {
        co_await sleep(in.draw_time() / 8);
        co_yield counted(i);
    }
}

task<> take_from_generator(world& in) {
    async_generator<counted> numbers = count_up(in, 4);
    for (std::uint64_t left = in.draw.roll(6); left > 0; --left) {
        const std::optional<counted> number = co_await numbers.next();
        if (!number) break;
    }
}

task<> send_and_end(native_handle to, std::string text) {
    co_await send_text(to, std::move(text));
    simulation().network().shut_down(to, event_loop::current()->kernel().now());
}

task<> reset_later(world& in, native_handle end) {
    if (in.draw.roll(4) > 0) co_return;
    co_await sleep(in.draw_time());
    simulation().network().reset(end);
}

task<> talk(world& in) {
    const auto [one, other] = simulation().network().open_pair();
    std::string sent(1 + in.draw.roll(9000), 'x');
    for (char& c : sent) c = static_cast<char>('a' + in.draw.roll(26));
    std::string received;
    co_await gather(send_and_end(one.get(), sent), receive_text(other.get(), received),
                    reset_later(in, other.get()));
    in.model.note_step();
    EXPECT_EQ(received, sent);
}

task<> wait_for_silence(world& in) {
    const auto [one, other] = simulation().network().open_pair();
    std::string nothing;
    co_await with_timeout(in.draw_time(), receive_text(one.get(), nothing));
}

task<> finish_in_spite_of_all(world& in) {
    bool has_finished = false;
    co_await shield([](world* of, bool* finished) -> task<> {
        const presence here(*of);
        co_await sleep(of->draw_time());
        *finished = true;
    }(&in, &has_finished));
    EXPECT_TRUE(has_finished);
}

task<> fail(world&) {
    throw deliberate("drawn");
    co_return;
}

using step = task<> (*)(world& in);

// Those that stand here more than once are more likely.
constexpr std::array<step, 33> all_steps{
    sleep_a_while,
    sleep_a_while,
    sleep_a_while,
    let_others_run,
    let_others_run,
    compute,
    use_lock,
    use_lock,
    use_lock,
    use_permit,
    use_permit,
    use_permit,
    wait_for_flag,
    change_flag,
    change_flag,
    meet,
    wait_for_change,
    change,
    change,
    put_item,
    put_item,
    put_item,
    get_item,
    get_item,
    close_queue,
    await_other,
    cancel_other,
    call_back,
    take_from_generator,
    talk,
    wait_for_silence,
    finish_in_spite_of_all,
    fail,
};

}  // namespace

task<> take_simple_step(world& in) {
    return all_steps.at(in.draw.roll(all_steps.size()))(in);
}

task<> forgive(task<> work) {
    try {
        co_await std::move(work);
    } catch (const deliberate&) {
    } catch (const exception_group&) {
    } catch (const timeout_error&) {
    } catch (const task_cancelled&) {
    } catch (const queue_closed&) {
    } catch (const std::system_error&) {
    }
}

}  // namespace eddy::testing
