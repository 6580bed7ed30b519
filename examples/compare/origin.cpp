#include "origin.hpp"

#include <eddy/buffered_reader.hpp>

#include <nlohmann/json.hpp>

#include <stdexcept>

namespace comparison {
namespace {

constexpr std::size_t most_that_is_told = 64 << 20;  // bytes: a URL for each of many pages

std::vector<std::string> arguments_for(const origin_settings& settings) {
    std::vector<std::string> arguments = {"compare",   origin_option,
                                          "--latency", std::to_string(settings.latency.count()),
                                          "--pages",   std::to_string(settings.pages),
                                          "--sites",   std::to_string(settings.sites)};
    if (settings.secured == security::tls) arguments.push_back("--tls");
    if (settings.secured == security::plain) arguments.push_back("--no-tls");
    if (!settings.folder.empty()) arguments.insert(arguments.end(), {"--site", settings.folder});
    return arguments;
}

void must(const std::error_code& error, const char* what) {
    if (error) throw std::system_error(error, what);
}

eddy::task<std::string> read_line(eddy::tcp_stream& from) {
    eddy::buffered_reader reader(from, most_that_is_told);
    try {
        co_return co_await reader.read_until("\n");
    } catch (const eddy::incomplete_read&) {
        throw std::runtime_error("the process with the sites ended before it told their URLs");
    }
}

}  // namespace

origin::origin(const origin_settings& settings) {
    std::error_code error;
    eddy::unique_handle ours;
    eddy::unique_handle theirs;
    must(eddy::open_socket_pair(ours, theirs), "open a line to the sites");
    const eddy::unique_handle program = eddy::open_own_executable(error);
    must(error, "find this program again");

    eddy::process_start start;
    start.executable = program.get();
    start.arguments = arguments_for(settings);
    start.environment = eddy::current_environment();
    start.handles = {theirs.get()};
    start.own_group = true;
    start.empty_input = true;
    process_ = eddy::child_process::start(start, error);
    must(error, "start a process for the sites");
    theirs.reset();  // so that its end is the child's alone

    loop_.run_until_complete(listen_to_child(std::move(ours)));
}

origin::~origin() {
    line_.reset();
    if (!process_.wait(std::chrono::seconds(2))) process_.send(eddy::process_signal::kill);
    process_.wait(std::chrono::hours(1));
    std::error_code ignored;
    process_.reap(ignored);
}

eddy::task<> origin::listen_to_child(eddy::unique_handle socket) {
    line_.emplace(eddy::tcp_stream::adopt(std::move(socket), eddy::endpoint()));
    const auto told = nlohmann::json::parse(co_await read_line(*line_));
    if (told.contains("error"))
        throw std::runtime_error("the sites cannot be served: " + told["error"].get<std::string>());
    urls_ = told["urls"].get<std::vector<std::string>>();
    authority_ = told["authority"].get<std::string>();
}

}  // namespace comparison
