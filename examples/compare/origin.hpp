#pragma once

#include <eddy/event_loop.hpp>
#include <eddy/process.hpp>
#include <eddy/tcp_stream.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace comparison {

enum class security { mixed, tls, plain };

struct origin_settings {
    std::chrono::milliseconds latency{50};  // before each answer
    std::size_t pages = 160;
    std::size_t sites = 8;
    security secured = security::mixed;  // every other site speaks https
    std::string folder;                  // serve its files; empty: the embedded pages
};

/// The servers that the pages come from, in a process of their own.
class origin {
public:
    /// Starts the process and waits until all sites answer. Throws std::runtime_error with its
    /// reason.
    explicit origin(const origin_settings& settings);
    /// Ends the process.
    ~origin();

    const std::vector<std::string>& urls() const noexcept { return urls_; }
    /// The PEM text of the authority that has signed the sites' certificate.
    const std::string& authority() const noexcept { return authority_; }

private:
    eddy::task<> listen_to_child(eddy::unique_handle socket);

    eddy::child_process process_;
    eddy::event_loop loop_;
    std::optional<eddy::tcp_stream> line_;  // to the process, which serves until it is closed
    std::vector<std::string> urls_;
    std::string authority_;
};

/// What the process does: serves until its parent closes the line between them. Tells URLs and
/// authority there, as one line of JSON. Returns the exit status.
int serve_origin(const origin_settings& settings);

/// The option that makes this program call `serve_origin`.
inline constexpr const char* origin_option = "--serve-origin";

/// The handle of the process's end of the line.
inline constexpr eddy::native_handle origin_line = 3;

}  // namespace comparison
