#include "downloads.hpp"

#include "session.hpp"
#include "start_workers.hpp"
#include "stopwatch.hpp"

#include <eddy/gather.hpp>
#include <eddy/per_thread.hpp>
#include <eddy/process_pool.hpp>
#include <eddy/run.hpp>
#include <eddy/semaphore.hpp>
#include <eddy/thread_pool.hpp>

#include <stdexcept>

namespace comparison {
namespace {

// What a mode has seen so far, and the line that shows it.
class tally {
public:
    tally(const std::string& mode, const download_settings& settings) : settings_(settings) {
        row_.mode = mode;
    }

    // Pages come in the order of the URLs or not; the digest of all does not depend on it.
    void add(const std::string& url, const page& got) {
        if (got.failure.empty()) {
            ++row_.pages;
            row_.bytes += got.size;
            row_.digest += got.digest;
        } else {
            ++row_.failures;
            row_.reasons.push_back(url + ": " + got.failure);
        }
        progress_.show(row_.mode, row_.pages + row_.failures, settings_.urls.size());
    }

    io_row& row() noexcept { return row_; }

private:
    const download_settings& settings_;
    io_row row_;
    progress_line progress_;
};

// One after the other.

void download_in_turn(tally& seen, const download_settings& settings) {
    stopwatch watch;
    blocking_session session(settings.authority);
    seen.row().start_seconds = watch.restart();
    for (const std::string& url : settings.urls)
        seen.add(url, session.download(url, settings.save_to));
    seen.row().seconds = watch.seconds();
}

// On threads and in processes: the same code, one session for each worker.

const eddy::per_thread<blocking_session> session_of_this_worker;

void open_session(std::string authority) {
    session_of_this_worker.emplace(authority);
}

page download_in_worker(std::pair<std::string, std::string> url_and_folder) {
    return session_of_this_worker.get()->download(url_and_folder.first, url_and_folder.second);
}

template <class Pool>
void download_on(Pool& pool, tally& seen, const download_settings& settings) {
    std::vector<std::pair<std::string, std::string>> jobs;
    for (const std::string& url : settings.urls) jobs.emplace_back(url, settings.save_to);
    stopwatch watch;
    auto url = settings.urls.begin();
    for (const page& got : pool.map(eddy::fn<&download_in_worker>, jobs)) seen.add(*url++, got);
    seen.row().seconds = watch.seconds();
}

void download_on_threads(tally& seen, const download_settings& settings) {
    stopwatch watch;
    eddy::thread_pool pool(eddy::thread_pool_options().threads(settings.workers).initializer([&] {
        open_session(settings.authority);
    }));
    seen.row().start_seconds = watch.seconds();
    download_on(pool, seen, settings);
}

void download_in_processes(tally& seen, const download_settings& settings) {
    stopwatch watch;
    eddy::process_pool pool(eddy::process_pool_options()
                                .workers(settings.workers)
                                .initializer(eddy::fn<&open_session>, settings.authority));
    start_workers(pool);
    seen.row().start_seconds = watch.seconds();
    download_on(pool, seen, settings);
}

// As coroutines on one loop.

eddy::task<> download_one(eddy::http::client& client, eddy::semaphore& places,
                          const std::string& url, const std::string& save_to, tally& seen) {
    const auto place = co_await places.acquire();
    seen.add(url, co_await fetch(client, url, save_to));
}

eddy::task<> download_beside_each_other(std::size_t at_once, tally& seen,
                                        const download_settings& settings) {
    stopwatch watch;
    eddy::http::client client = make_client(settings.authority, at_once);
    eddy::semaphore places(at_once);
    seen.row().start_seconds = watch.restart();

    std::vector<eddy::task<>> downloads;
    for (const std::string& url : settings.urls) {
        downloads.push_back(download_one(client, places, url, settings.save_to, seen));
    }
    co_await eddy::gather(std::move(downloads));
    seen.row().seconds = watch.seconds();
    co_await client.close();
}

std::string limited_mode(const download_settings& settings) {
    return "coroutines-" + std::to_string(settings.concurrency);
}

}  // namespace

std::vector<std::string> download_modes(const download_settings& settings) {
    return {"sync", "threads", "coroutines", limited_mode(settings), "processes"};
}

io_row download(const std::string& mode, const download_settings& settings) {
    tally seen(mode, settings);
    const usage_meter used;
    unsigned children = 0;
    if (mode == "sync") {
        download_in_turn(seen, settings);
    } else if (mode == "threads") {
        download_on_threads(seen, settings);
    } else if (mode == "coroutines") {
        eddy::run(download_beside_each_other(settings.urls.size(), seen, settings));
    } else if (mode == limited_mode(settings)) {
        eddy::run(download_beside_each_other(settings.concurrency, seen, settings));
    } else if (mode == "processes") {
        download_in_processes(seen, settings);
        children = settings.workers;
    } else {
        throw std::invalid_argument("unknown mode \"" + mode + "\"");
    }
    seen.row().cpu_seconds = used.cpu_seconds();
    seen.row().peak_rss_bytes = used.peak_memory(children);
    return seen.row();
}

void compare_pages(std::vector<io_row>& rows) {
    for (io_row& row : rows) row.differs = row.digest != rows.front().digest;
}

}  // namespace comparison
