// The main job: the same pages downloaded, and the same things computed, four ways.
//   compare [OPTIONS]      (compare --help explains them)

#include "computations.hpp"
#include "downloads.hpp"
#include "origin.hpp"

#include <eddy/event_loop.hpp>
#include <eddy/process_pool.hpp>
#include <eddy/tls_context.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <optional>

namespace comparison {
namespace {

struct settings {
    origin_settings origin;
    download_settings downloads;
    job_settings jobs;
    int latency_milliseconds = 50;
    bool tls = false;
    bool no_tls = false;
    std::vector<std::string> only = {"io", "cpu"};
    std::vector<std::string> modes;
    std::string backend;
    std::string urls_file;
    std::string authority_file;
    std::string json_file;

    bool wants(const std::string& part) const { return std::ranges::count(only, part) > 0; }
    bool wants_mode(const std::string& mode) const {
        return modes.empty() || std::ranges::count(modes, mode) > 0;
    }
};

void describe_options(CLI::App& app, settings& given) {
    app.add_option("--latency", given.latency_milliseconds,
                   "milliseconds before each answer of the sites")
        ->check(CLI::Range(0, 60'000))
        ->capture_default_str();
    app.add_option("--pages", given.origin.pages, "how many pages to download")
        ->check(CLI::Range(1, 100'000))
        ->capture_default_str();
    app.add_option("--sites", given.origin.sites, "how many sites they are spread over")
        ->check(CLI::Range(1, 1'000))
        ->capture_default_str();
    app.add_option("--concurrency", given.downloads.concurrency,
                   "how many downloads at once the limited coroutines make")
        ->check(CLI::Range(1, 100'000))
        ->capture_default_str();
    app.add_option("--workers", given.downloads.workers,
                   "how many threads, and how many processes, download")
        ->check(CLI::Range(1, 1'000))
        ->capture_default_str();
    app.add_option("--only", given.only,
                   "what to do: io (downloads), cpu (the CPU-bound jobs), or both")
        ->delimiter(',')
        ->check(CLI::IsMember({"io", "cpu"}));
    app.add_option("--modes", given.modes,
                   "the modes to run, such as sync,threads,coroutines,coroutines-20,processes; "
                   "default: all")
        ->delimiter(',');
    const auto names = eddy::backend_names();
    const std::vector<std::string> backends(names.begin(), names.end());
    app.add_option("--backend", given.backend,
                   "how the event loop talks to the kernel: io_uring or epoll; default: the best")
        ->check(CLI::IsMember(backends));
    CLI::Option* const tls =
        app.add_flag("--tls", given.tls, "all sites speak https (default: every other one)");
    app.add_flag("--no-tls", given.no_tls, "no site speaks https")->excludes(tls);
    CLI::Option* const folder =
        app.add_option("--site", given.origin.folder,
                       "serve the files of this folder instead of made-up pages")
            ->check(CLI::ExistingDirectory);
    app.add_option("--urls", given.urls_file,
                   "download the URLs in this file, one a line, and start no sites")
        ->check(CLI::ExistingFile)
        ->excludes(folder);
    app.add_option(
           "--ca", given.authority_file,
           "trust the certificate authorities in this PEM file, not the system's (with --urls)")
        ->check(CLI::ExistingFile);
    app.add_option("--save", given.downloads.save_to,
                   "write each body to a file in this folder, named after its URL");
    app.add_option("--scale", given.jobs.scale,
                   "how many times 5,000,000 squares a sum of squares adds up")
        ->check(CLI::Range(1, 100))
        ->capture_default_str();
    app.add_option("--rounds", given.jobs.rounds,
                   "how often the hash of each password is hashed again")
        ->check(CLI::Range(1, 100'000'000))
        ->capture_default_str();
    app.add_option("--json", given.json_file, "write all figures to this file as JSON");
    app.footer("Exit status: 0 all well, 1 something failed or the modes disagree, 2 wrong usage.");
}

std::string read_file(const std::string& file) {
    std::ifstream in(file, std::ios::binary);
    std::string text(std::istreambuf_iterator<char>(in), {});
    if (!in) throw std::runtime_error("cannot read " + file);
    return text;
}

std::vector<std::string> read_urls(const std::string& file) {
    std::vector<std::string> urls;
    std::istringstream lines(read_file(file));
    for (std::string line; std::getline(lines, line);) {
        if (!line.empty() && line.back() == '\r') line.pop_back();
        if (!line.empty() && line.front() != '#') urls.push_back(line);
    }
    if (urls.empty()) throw std::runtime_error("no URLs in " + file);
    return urls;
}

// The options as the parts want them.
void settle(settings& given) {
    given.origin.latency = std::chrono::milliseconds(given.latency_milliseconds);
    const bool none = given.no_tls || !eddy::has_tls();
    given.origin.secured = given.tls ? security::tls : none ? security::plain : security::mixed;
    // By the environment, so that worker processes have it too.
    if (!given.backend.empty()) ::setenv("EDDY_BACKEND", given.backend.c_str(), 1);
    if (!given.authority_file.empty()) given.downloads.authority = read_file(given.authority_file);
    if (!given.downloads.save_to.empty())
        std::filesystem::create_directories(given.downloads.save_to);

    std::vector<std::string> known = download_modes(given.downloads);
    for (const std::string& mode : given.modes) {
        if (std::ranges::count(known, mode) > 0) continue;
        std::string names;
        for (const std::string& name : known) names.append(names.empty() ? "" : ", ").append(name);
        throw CLI::ValidationError("--modes", "unknown mode \"" + mode + "\"; there are: " + names);
    }
}

void run_downloads(const settings& given, report& all) {
    download_settings downloads = given.downloads;
    std::optional<origin> sites;
    if (given.urls_file.empty()) {
        sites.emplace(given.origin);
        downloads.urls = sites->urls();
        downloads.authority = sites->authority();
    } else {
        downloads.urls = read_urls(given.urls_file);
    }
    for (const std::string& mode : download_modes(downloads)) {
        if (given.wants_mode(mode)) all.io.push_back(download(mode, downloads));
    }
    compare_pages(all.io);
}

void run_computations(const settings& given, report& all) {
    for (const std::string& job : job_names()) {
        for (const std::string& mode : computing_modes()) {
            if (given.wants_mode(mode)) all.cpu.push_back(compute(job, mode, given.jobs));
        }
    }
    compare_results(all.cpu);
}

int compare_all(const settings& given) {
    report all;
    all.backend = eddy::event_loop().backend_name();
    if (given.wants("io")) run_downloads(given, all);
    if (given.wants("cpu")) run_computations(given, all);
    print(std::cout, all);
    if (!given.json_file.empty()) write_json(given.json_file, all);
    return all.succeeded() ? EXIT_SUCCESS : EXIT_FAILURE;
}

int run_main(int argc, char** argv) {
    CLI::App app(
        "Downloads the same pages and computes the same things four ways: one after the other, on "
        "threads, as coroutines and in processes.");
    settings given;
    describe_options(app, given);
    // The process with the sites is this program again; the option is none of the user's.
    bool serves = false;
    app.add_flag(origin_option, serves)->group("");
    try {
        app.parse(argc, argv);
        settle(given);
        return serves ? serve_origin(given.origin) : compare_all(given);
    } catch (const CLI::ParseError& refused) {
        return app.exit(refused) == 0 ? 0 : 2;
    } catch (const std::exception& error) {
        std::cerr << "compare: " << error.what() << '\n';
        return EXIT_FAILURE;
    }
}

}  // namespace
}  // namespace comparison

int main(int argc, char** argv) {
    eddy::process_init(argc, argv);
    return comparison::run_main(argc, argv);
}
