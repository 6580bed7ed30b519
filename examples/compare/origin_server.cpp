#include "origin.hpp"
#include "sites.hpp"

#include <eddy/certificate.hpp>
#include <eddy/gather.hpp>
#include <eddy/http_server.hpp>
#include <eddy/race.hpp>
#include <eddy/run.hpp>
#include <eddy/sleep.hpp>
#include <eddy/url.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>

namespace comparison {
namespace {

struct content {
    std::string body;
    std::string type;
};

// What one site has to offer, by path.
using site = std::map<std::string, content, std::less<>>;

std::string type_of(const std::filesystem::path& file) {
    static const std::map<std::string, std::string> types = {
        {".html", "text/html; charset=utf-8"}, {".css", "text/css"},  {".js", "text/javascript"},
        {".txt", "text/plain; charset=utf-8"}, {".png", "image/png"}, {".svg", "image/svg+xml"},
        {".json", "application/json"},
    };
    const auto found = types.find(file.extension().string());
    return found != types.end() ? found->second : "application/octet-stream";
}

std::string read_whole(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    std::string text(std::istreambuf_iterator<char>(in), {});
    if (!in) throw std::runtime_error("cannot read " + file.string());
    return text;
}

std::vector<site> embedded_sites(const origin_settings& settings) {
    std::vector<site> sites(settings.sites);
    for (std::size_t page = 0; page < settings.pages; ++page) {
        const std::size_t where = page % settings.sites;
        sites[where].emplace(page_path(page),
                             content{page_body(where, page), "text/html; charset=utf-8"});
    }
    return sites;
}

std::vector<site> sites_of_folder(const origin_settings& settings) {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(settings.folder)) {
        if (entry.is_regular_file()) files.push_back(entry.path());
    }
    if (files.empty()) throw std::runtime_error("no files in " + settings.folder);
    std::ranges::sort(files);
    files.resize(std::min(files.size(), settings.pages));

    std::vector<site> sites(settings.sites);
    for (std::size_t i = 0; i < files.size(); ++i) {
        const std::string path =
            "/" + std::filesystem::relative(files[i], settings.folder).generic_string();
        sites[i % sites.size()].emplace(eddy::url("http://site" + path).path(),
                                        content{read_whole(files[i]), type_of(files[i])});
    }
    return sites;
}

eddy::task<eddy::http::response> answer(eddy::http::request asked, std::shared_ptr<const site> from,
                                        std::chrono::milliseconds latency) {
    co_await eddy::sleep(latency);
    const auto found = from->find(asked.path());
    if (found == from->end()) co_return eddy::http::response(404, "no such page\n");
    co_return eddy::http::response(200, found->second.body, found->second.type);
}

bool speaks_tls(security wanted, std::size_t number) {
    return wanted == security::tls || (wanted == security::mixed && number % 2 == 1);
}

// The parent holds the other end of the line, and closes it by ending, however it ends.
eddy::task<> parent_is_gone(eddy::tcp_stream& line) {
    std::array<std::byte, 16> nothing;
    while (co_await line.read(nothing) > 0) continue;
}

eddy::task<> tell(eddy::tcp_stream& line, const nlohmann::json& what) {
    const std::string text = what.dump() + "\n";
    co_await eddy::write_all(line, text);
}

eddy::task<> serve(const origin_settings& settings, eddy::tcp_stream& line) {
    std::vector<eddy::http::server> servers;
    std::optional<eddy::tls_context> secure;
    nlohmann::json told;
    told["authority"] = "";
    if (settings.secured != security::plain) {
        const eddy::certificate_authority authority("eddy compare");
        told["authority"] = authority.pem();
        secure = eddy::tls_context::server(
            eddy::tls_options().own_certificate(authority.issue("127.0.0.1")));
    }
    told["urls"] = nlohmann::json::array();
    for (site& each :
         settings.folder.empty() ? embedded_sites(settings) : sites_of_folder(settings)) {
        const bool tls = speaks_tls(settings.secured, servers.size());
        const auto pages = std::make_shared<const site>(std::move(each));
        eddy::http::server& server = servers.emplace_back(answer, pages, settings.latency);
        const eddy::endpoint any_port = eddy::endpoint::loopback();
        const eddy::endpoint at = tls ? server.listen(any_port, *secure) : server.listen(any_port);
        for (const auto& [path, page] : *pages) {
            told["urls"].push_back((tls ? "https://" : "http://") + at.to_string() + path);
        }
    }
    std::vector<eddy::task<>> serving;
    for (eddy::http::server& server : servers) serving.push_back(server.serve());
    co_await tell(line, told);
    co_await eddy::race(eddy::gather(std::move(serving)), parent_is_gone(line));
}

eddy::task<> serve_or_tell_why_not(origin_settings settings) {
    auto line = eddy::tcp_stream::adopt(eddy::unique_handle(origin_line), eddy::endpoint());
    std::string reason;
    try {
        co_await serve(settings, line);
    } catch (const std::exception& error) {
        reason = error.what();
    }
    if (reason.empty()) co_return;
    nlohmann::json told;
    told["error"] = reason;
    co_await tell(line, told);
}

}  // namespace

int serve_origin(const origin_settings& settings) {
    try {
        eddy::run(serve_or_tell_why_not(settings));
        return EXIT_SUCCESS;
    } catch (const std::exception&) {
        return EXIT_FAILURE;  // the parent is gone: nobody is there to be told
    }
}

}  // namespace comparison
