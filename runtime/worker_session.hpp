#pragma once

#include <eddy/process.hpp>

#include "control_page.hpp"
#include "process_channel.hpp"

#include <cstdint>
#include <exception>
#include <optional>

namespace eddy {

/// The worker's side: runs calls one after the other, in the order in which they arrive, and
/// answers each before it takes the next; if it cannot answer, it takes none. So at any time at
/// most one call is without an answer and yet not on offer any more.
class worker_session {
public:
    /// Borrows both.
    worker_session(native_handle socket, control_page& page) noexcept
        : channel_(socket, parent_process()), page_(page) {}

    enum class ending : std::uint8_t {
        pool_closed,
        pool_not_reached,
        other_program,
        initializer_failed,
        nonsense
    };

    /// Until there are no more calls.
    ending run();

private:
    bool exchange_greetings();
    bool wait_for_messages();
    // Nothing: the session goes on.
    std::optional<ending> handle(const message& received);
    std::optional<ending> initialize(const message& received);
    std::optional<ending> answer(const message& received);
    bool send(message_header head, const payload& content);

    process_channel channel_;
    control_page& page_;
};

/// What a worker process does in place of the program's own `main`. The program ends with it.
[[noreturn]] void run_worker();

}  // namespace eddy
