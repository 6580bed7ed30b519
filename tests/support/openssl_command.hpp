#pragma once

#include <eddy/buffered_reader.hpp>
#include <eddy/tcp_stream.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace eddy::testing {

/// The `openssl` command line tool as a process beside the test. The other end of its standard
/// input and output is a stream. Needs a running loop; the destructor kills the process.
class openssl_command {
public:
    /// `arguments` without the "openssl" in front. Throws std::system_error.
    explicit openssl_command(std::vector<std::string> arguments);
    openssl_command(const openssl_command&) = delete;
    openssl_command& operator=(const openssl_command&) = delete;
    ~openssl_command() { kill(); }

    /// Sends text to its standard input. What arrives at once it takes for one line.
    task<> type(std::string text);

    /// Reads its standard output up to and with a text.
    task<> read_past(std::string text);

    /// What a server says once it listens at a port of its choice.
    task<std::uint16_t> read_port();

    /// Ends it at once, as a crash would.
    void kill() noexcept;

private:
    tcp_stream start(std::vector<std::string> arguments);

    int process_ = 0;  // 0: it is gone
    tcp_stream stream_;
    buffered_reader<tcp_stream> output_{stream_};
};

}  // namespace eddy::testing
