#include "worker_session.hpp"

#include <eddy/process.hpp>
#include <eddy/process_error.hpp>
#include <eddy/stop_requested.hpp>

#include "function_registry.hpp"
#include "remote_exception.hpp"
#include "worker_start.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <limits>
#include <thread>

namespace eddy {
namespace {

// The page of the worker that this process is.
constinit std::atomic<const control_page*> own_page = nullptr;

// Between attempts to send when the kernel is out of something.
constexpr std::chrono::milliseconds shortest_pause{1};
constexpr std::chrono::milliseconds longest_pause{64};

payload call_function(const message& received) {
    const message_header& head = received.head();
    const remote_function* const function = function_registry::find({head.check, head.ordinal});
    if (function == nullptr)
        throw worker_binary_mismatch("a worker was asked for a function that it does not know");
    payload_reader arguments(received.content());
    payload_writer result;
    function->call(arguments, result);
    return std::move(result).finish();
}

payload describe(const std::exception_ptr& error) {
    payload_writer writer;
    write_exception(writer, error);
    return std::move(writer).finish();
}

std::uint32_t microseconds(control_page::clock::duration time) noexcept {
    constexpr auto most = std::numeric_limits<std::uint32_t>::max();
    const auto count = std::chrono::duration_cast<std::chrono::microseconds>(time).count();
    return count < most ? static_cast<std::uint32_t>(count) : most;
}

}  // namespace

bool stop_requested() noexcept {
    const control_page* const page = own_page.load(std::memory_order_acquire);
    return page != nullptr && page->is_asked_to_stop();
}

worker_session::ending worker_session::run() {
    try {
        if (!exchange_greetings()) return ending::other_program;
        for (;;) {
            while (const auto received = channel_.take())
                if (const auto how = handle(*received)) return *how;
            if (!wait_for_messages()) return ending::pool_closed;
        }
    } catch (const std::exception& error) {
        std::cerr << "eddy: a worker process gives up: " << error.what() << std::endl;
        return ending::nonsense;
    }
}

// Both sides look: neither runs anything for a program that is not the same.
bool worker_session::exchange_greetings() {
    send({.kind = message_kind::greeting}, function_registry::fingerprint().to_payload());
    std::optional<message> first;
    while (!(first = channel_.take()))
        if (!wait_for_messages()) return false;
    return first->head().kind == message_kind::greeting &&
           program_fingerprint::from(first->content()) == function_registry::fingerprint();
}

// The pool has no messages any more, or has gone: all the same to a worker.
bool worker_session::wait_for_messages() {
    std::error_code error;
    return channel_.receive(when_not_ready::wait, error);
}

bool worker_session::send(message_header head, const payload& content) {
    channel_.put(head, content);
    std::error_code error;
    channel_.send(when_not_ready::wait, error);
    for (auto pause = shortest_pause; process_channel::is_shortage(error);
         pause = std::min(2 * pause, longest_pause)) {
        std::this_thread::sleep_for(pause);
        channel_.send(when_not_ready::wait, error);
    }
    return !error;
}

std::optional<worker_session::ending> worker_session::handle(const message& received) {
    const message_header& head = received.head();
    if (head.kind == message_kind::initialize) return initialize(received);
    // Otherwise the pool has taken the call back.
    if (head.kind == message_kind::call && page_.take(head.place, head.call))
        return answer(received);
    return std::nullopt;
}

std::optional<worker_session::ending> worker_session::initialize(const message& received) {
    try {
        call_function(received);
        return std::nullopt;
    } catch (...) {
        send({.kind = message_kind::initializer_failed}, describe(std::current_exception()));
        return ending::initializer_failed;
    }
}

std::optional<worker_session::ending> worker_session::answer(const message& received) {
    message_header head{.kind = message_kind::value, .call = received.head().call};
    payload content;
    const auto start = control_page::clock::now();
    page_.begin(head.call, start);
    try {
        content = call_function(received);
    } catch (...) {
        head.kind = message_kind::error;
        content = describe(std::current_exception());
    }
    page_.end();
    head.microseconds = microseconds(control_page::clock::now() - start);
    // The pool has gone, or the function has closed the way to it.
    if (!send(head, content)) return ending::pool_not_reached;
    return std::nullopt;
}

void run_worker() {
    const native_handle socket = inherited_handle(worker_start::socket);
    const native_handle page_memory = inherited_handle(worker_start::page);
    std::error_code error;
    const memory_mapping memory =
        memory_mapping::open(page_memory, mapping_access::read_and_write, error);
    if (error || memory.bytes().size() < sizeof(control_page)) {
        std::cerr << "eddy: " << worker_start::variable
                  << " is set, but this process was not started by a process pool\n";
        std::_Exit(EXIT_FAILURE);
    }
    close_handle(page_memory);
    // None of these is for the programs that this one may start.
    close_on_exec(socket);
    close_on_exec(inherited_handle(worker_start::executable));
    die_with_peer(socket);
    auto& page = *reinterpret_cast<control_page*>(memory.bytes().data());
    own_page.store(&page, std::memory_order_release);

    const auto ending = worker_session(socket, page).run();
    own_page.store(nullptr, std::memory_order_release);
    // A regular end, so that what the program's functions have printed and opened is completed.
    std::exit(ending == worker_session::ending::pool_closed ? EXIT_SUCCESS : EXIT_FAILURE);
}

}  // namespace eddy
