#include "openssl_command.hpp"

#include <eddy/socket.hpp>

#include <system_error>
#include <utility>

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace eddy::testing {

openssl_command::openssl_command(std::vector<std::string> arguments)
    : stream_(start(std::move(arguments))) {}

tcp_stream openssl_command::start(std::vector<std::string> arguments) {
    unique_handle ours;
    unique_handle theirs;
    if (const auto error = open_socket_pair(ours, theirs)) throw std::system_error(error);
    arguments.insert(arguments.begin(), "openssl");
    std::vector<char*> words;
    for (std::string& argument : arguments) words.push_back(argument.data());
    words.push_back(nullptr);

    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, theirs.get(), STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, theirs.get(), STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    pid_t started = 0;
    const int failure = posix_spawnp(&started, "openssl", &actions, nullptr, words.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    if (failure != 0) {
        throw std::system_error(failure, std::generic_category(), "start openssl");
    }
    process_ = started;
    return tcp_stream::adopt(std::move(ours), endpoint::local("openssl"));
}

task<> openssl_command::type(std::string text) {
    co_await write_all(stream_, text);
}

task<> openssl_command::read_past(std::string text) {
    static_cast<void>(co_await output_.read_until(std::move(text)));
}

task<std::uint16_t> openssl_command::read_port() {
    co_await read_past("ACCEPT 127.0.0.1:");
    const std::string port = co_await output_.read_until("\n");
    co_return static_cast<std::uint16_t>(std::stoi(port));
}

void openssl_command::kill() noexcept {
    const pid_t process = std::exchange(process_, 0);
    if (process == 0) return;
    ::kill(process, SIGKILL);
    ::waitpid(process, nullptr, 0);
}

}  // namespace eddy::testing
