#pragma once

#include <eddy/event_loop.hpp>
#include <eddy/http_client.hpp>

#include <cstdint>
#include <string>

namespace comparison {

/// One downloaded page, small enough to travel between processes.
struct page {
    std::uint64_t size = 0;
    std::uint64_t digest = 0;  // of the body: equal pages have equal digests
    std::string failure;       // the reason; empty if all went well

    template <class Archive>
    void serialize(Archive& archive) {
        archive(size, digest, failure);
    }
};

/// Keeps as many connections as it is asked to. Trusts the authorities in the PEM text `authority`,
/// or the system's if it is empty.
eddy::http::client make_client(const std::string& authority, std::size_t connections);

/// Downloads one page; `save_to` names a folder to write the body to, or is empty. Never throws but
/// `cancelled`: a failure is told in the page.
eddy::task<page> fetch(eddy::http::client& client, std::string url, std::string save_to);

/// A client for code that is no coroutine: a call blocks its thread until the page is there. It
/// runs an event loop of its own meanwhile.
class blocking_session {
public:
    explicit blocking_session(const std::string& authority);
    ~blocking_session();

    page download(const std::string& url, const std::string& save_to);

private:
    eddy::event_loop loop_;
    eddy::http::client client_;
};

}  // namespace comparison
