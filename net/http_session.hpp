#pragma once

#include <eddy/cancel_scope.hpp>
#include <eddy/http_error.hpp>
#include <eddy/http_server.hpp>
#include <eddy/intrusive_list.hpp>

#include "any_stream.hpp"
#include "http_body.hpp"
#include "http_parser.hpp"

#include <memory>
#include <optional>
#include <span>
#include <string>

namespace eddy::http {

/// The server's side of one connection: reads a request, has it answered, and so on until one side
/// wants no more. Lives in the frame of the connection's task.
class session final : public list_node<> {
public:
    session(server::state& of, any_stream stream, std::string peer);
    ~session();

    task<> run();

    /// The server closes: the request under way is the last one, and if there is none, it is over.
    void stop() noexcept;

private:
    task<bool> serve_one();
    task<bool> read_head();
    task<> read_rest_of_head();
    void feed();
    task<> read_body(request& into, const message_head& head);
    task<response> answer(request asked);
    void tell(const request& seen, const std::exception_ptr& failure) noexcept;
    task<> send(const response& answered, method asked, int minor_version);
    task<> refuse(error_kind why, method asked_by);
    task<> wait_for_request();
    task<> fill();
    task<> fill_body(duration limit);
    task<> write(std::string_view text);
    task<> linger();

    std::span<char> unread() noexcept { return {buffer_.get() + begin_, end_ - begin_}; }

    server::state& server_;
    any_stream stream_;
    std::string peer_;

    std::unique_ptr<char[]> buffer_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    bool ended_ = false;  // the client sends no more

    head_parser parser_;
    std::string out_;  // kept for its capacity
    bool keep_alive_;
    cancel_scope* idle_ = nullptr;  // around the wait for the next request
};

}  // namespace eddy::http
