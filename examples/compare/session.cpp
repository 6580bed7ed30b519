#include "session.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace comparison {
namespace {

// FNV-1a: small, and good enough to tell pages apart.
std::uint64_t digest_of(std::string_view bytes) noexcept {
    std::uint64_t digest = 0xcbf2'9ce4'8422'2325;
    for (const char byte : bytes) {
        digest ^= static_cast<unsigned char>(byte);
        digest *= 0x0000'0100'0000'01b3;
    }
    return digest;
}

// A file name that says where a body came from and cannot lead out of its folder.
std::string file_name_of(std::string url) {
    const auto is_plain = [](unsigned char c) {
        return std::isalnum(c) || c == '.' || c == '-' || c == '_';
    };
    std::ranges::replace_if(
        url, [&](char c) { return !is_plain(static_cast<unsigned char>(c)); }, '_');
    return url;
}

void save(const std::string& folder, const std::string& url, std::string_view body) {
    const std::filesystem::path file = std::filesystem::path(folder) / file_name_of(url);
    std::ofstream out(file, std::ios::binary);
    out.write(body.data(), static_cast<std::streamsize>(body.size()));
    if (!out.flush()) throw std::runtime_error("cannot write " + file.string());
}

page failed(std::string reason) {
    page result;
    result.failure = std::move(reason);
    return result;
}

}  // namespace

eddy::http::client make_client(const std::string& authority, std::size_t connections) {
    eddy::http::client_limits limits;
    limits.connections = std::max<std::size_t>(connections, 1);
    limits.per_origin = limits.connections;
    eddy::http::client_options options;
    options.limits(limits);
    if (!authority.empty()) {
        eddy::tls_options tls;
        tls.authority_pem(authority);
        options.tls(eddy::tls_context::client(tls));
    }
    return eddy::http::client(options);
}

eddy::task<page> fetch(eddy::http::client& client, std::string url, std::string save_to) {
    try {
        const eddy::http::response response = co_await client.get(url);
        if (!response.ok()) co_return failed("HTTP status " + std::to_string(response.status));
        if (!save_to.empty()) save(save_to, url, response.body);
        page result;
        result.size = response.body.size();
        result.digest = digest_of(response.body);
        co_return result;
    } catch (const std::exception& error) {
        co_return failed(error.what());
    }
}

blocking_session::blocking_session(const std::string& authority)
    : client_(make_client(authority, 1)) {}

blocking_session::~blocking_session() {
    loop_.run_until_complete(client_.close());
}

page blocking_session::download(const std::string& url, const std::string& save_to) {
    return loop_.run_until_complete(fetch(client_, url, save_to));
}

}  // namespace comparison
