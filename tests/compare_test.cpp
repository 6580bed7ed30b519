// Runs examples/compare as a user does, and holds its figures against its promises.

#include "support/foreign_server.hpp"
#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <sys/wait.h>

namespace {

using eddy::testing::foreign_server;
using eddy::testing::temporary_folder;

struct finished {
    int status = -1;
    std::string output;  // standard output and error
};

finished run(const std::string& command) {
    finished end;
    std::FILE* const pipe = ::popen((command + " 2>&1").c_str(), "r");
    std::array<char, 4096> buffer;
    while (const std::size_t size = std::fread(buffer.data(), 1, buffer.size(), pipe)) {
        end.output.append(buffer.data(), size);
    }
    const int status = ::pclose(pipe);
    if (WIFEXITED(status)) end.status = WEXITSTATUS(status);
    return end;
}

// The build says where the program is.
finished compare(const std::string& arguments) {
    const char* const program = std::getenv("EDDY_COMPARE");
    if (program == nullptr) return finished{-1, "EDDY_COMPARE does not name the program"};
    return run(std::string(program) + " " + arguments);
}

std::string read_file(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(in), {});
}

nlohmann::json read_json(const std::filesystem::path& file) {
    return nlohmann::json::parse(read_file(file));
}

std::vector<std::string> modes_of(const nlohmann::json& rows) {
    std::vector<std::string> modes;
    for (const auto& row : rows) modes.push_back(row["mode"]);
    return modes;
}

const std::vector<std::string> io_modes = {"sync", "threads", "coroutines", "coroutines-20",
                                           "processes"};

TEST(Compare, DownloadsAndComputesTheSameInEveryMode) {
    const temporary_folder folder;
    const finished end =
        compare("--latency 5 --pages 40 --scale 1 --rounds 2000 --json " + folder.path("out.json"));
    ASSERT_EQ(end.status, 0) << end.output;
    const nlohmann::json all = read_json(folder.path("out.json"));

    EXPECT_EQ(modes_of(all["io"]), io_modes);
    for (const auto& row : all["io"]) {
        EXPECT_EQ(row["pages"], 40) << row;
        EXPECT_EQ(row["failures"], 0) << row;
        EXPECT_EQ(row["bytes"], all["io"][0]["bytes"]) << row;
        EXPECT_GT(row["seconds"], 0.005) << "no answer comes before its latency is over: " << row;
    }
    EXPECT_EQ(all["cpu"].size(), 12u);
    for (const auto& row : all["cpu"]) {
        for (const auto& other : all["cpu"]) {
            if (row["job"] == other["job"]) {
                EXPECT_EQ(row["result"], other["result"]) << row["job"];
            }
        }
    }
    // Nothing but the table: progress is for terminals.
    EXPECT_EQ(end.output.find('\r'), std::string::npos);
    const char* const backend = std::getenv("EDDY_BACKEND");
    if (backend != nullptr) {
        EXPECT_EQ(all["backend"], backend);
    }
}

TEST(Compare, ComputesWhatPythonComputes) {
    const temporary_folder folder;
    const finished end =
        compare("--only cpu --modes sync --scale 1 --rounds 500 --json " + folder.path("out.json"));
    ASSERT_EQ(end.status, 0) << end.output;
    const nlohmann::json all = read_json(folder.path("out.json"));
    folder.write(
        "check.py",
        "import hashlib, json, sys\n"
        "def chained(text):\n"
        "    data = text.encode()\n"
        "    for _ in range(500): data = hashlib.sha512(data).hexdigest().encode()\n"
        "    return data.decode()\n"
        "def squares(n): return (n - 1) * n * (2 * n - 1) // 6\n"
        "def prime(n):\n"
        "    d = 3\n"
        "    while d * d <= n:\n"
        "        if n % d == 0: return 'composite'\n"
        "        d += 2\n"
        "    return 'prime'\n"
        "jobs = {row['job']: row['result'] for row in json.load(open(sys.argv[1]))['cpu']}\n"
        "passwords = ['password', '123456', 'qwerty', 'letmein', 'dragon', 'correct horse']\n"
        "assert jobs['hashes'] == [chained(each) for each in passwords]\n"
        "assert jobs['sums'] == [str(squares(5000000 + x)) for x in range(20)]\n"
        "assert jobs['primes'][5] == prime(1099726899285419)\n"
        "print('the same')\n");
    const finished checked =
        run("python3 " + folder.path("check.py") + " " + folder.path("out.json"));
    EXPECT_EQ(checked.output, "the same\n");
}

TEST(Compare, CountsAUrlThatFailsAndDownloadsTheOthers) {
    const foreign_server server(foreign_server::kind::nginx);
    server.write("page.html", "<p>here</p>");
    const temporary_folder folder;
    folder.write("urls", server.http("/page.html") + "\nhttp://127.0.0.1:1/refused\n" +
                             server.http("/absent") + "\n");
    const finished end = compare("--only io --modes coroutines --urls " + folder.path("urls") +
                                 " --json " + folder.path("out.json"));
    EXPECT_EQ(end.status, 1) << end.output;
    const nlohmann::json row = read_json(folder.path("out.json"))["io"][0];
    EXPECT_EQ(row["pages"], 1);
    EXPECT_EQ(row["failures"], 2);
    EXPECT_NE(end.output.find("Connection refused"), std::string::npos) << end.output;
    EXPECT_NE(end.output.find("HTTP status 404"), std::string::npos) << end.output;
}

// A folder of real pages, served by nginx over http and https, arrives byte for byte.
TEST(Compare, GetsEveryByteOfARealSite) {
    const std::filesystem::path documentation = "/usr/share/doc/python3.11/html";
    ASSERT_TRUE(std::filesystem::exists(documentation)) << "install python3.11-doc";
    std::vector<std::filesystem::path> pages;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(documentation)) {
        if (entry.path().extension() == ".html") pages.push_back(entry.path());
    }
    std::ranges::sort(pages);
    ASSERT_GE(pages.size(), 160u);
    pages.resize(160);

    const foreign_server server(foreign_server::kind::nginx);
    const temporary_folder folder;
    std::string urls;
    for (const auto& page : pages) {
        const std::string name = std::filesystem::relative(page, documentation).string();
        server.write(name, read_file(page));
        urls += server.http("/" + name) + "\n" + server.https("/" + name) + "\n";
    }
    folder.write("urls", urls);
    folder.write("authority.pem", server.authority_pem());

    for (const std::string& mode : io_modes) {
        const finished end =
            compare("--only io --modes " + mode + " --urls " + folder.path("urls") + " --ca " +
                    folder.path("authority.pem") + " --save " + folder.path(mode));
        ASSERT_EQ(end.status, 0) << mode << end.output;
        std::size_t saved = 0;
        for (const auto& entry : std::filesystem::directory_iterator(folder.path(mode))) {
            const std::string name = entry.path().filename().string();
            const auto is_page = [&](const std::filesystem::path& page) {
                std::string wanted = std::filesystem::relative(page, documentation).string();
                std::ranges::replace(wanted, '/', '_');
                return name.ends_with("_" + wanted) && read_file(page) == read_file(entry.path());
            };
            EXPECT_TRUE(std::ranges::any_of(pages, is_page)) << mode << ": " << name;
            ++saved;
        }
        EXPECT_EQ(saved, 320u) << mode;
    }
}

TEST(Compare, ServesTheFilesOfAFolder) {
    const temporary_folder site;
    site.write("a.html", "<p>a</p>");
    site.write("deep/b c.txt", "b");
    const finished end = compare("--only io --latency 0 --sites 1 --site " + site.path().string());
    EXPECT_EQ(end.status, 0) << end.output;
    EXPECT_NE(end.output.find("coroutines-20"), std::string::npos) << end.output;
}

TEST(Compare, RefusesWrongUsageWithStatusTwo) {
    const finished mode = compare("--modes sideways");
    EXPECT_EQ(mode.status, 2);
    EXPECT_NE(mode.output.find("unknown mode \"sideways\""), std::string::npos) << mode.output;
    EXPECT_EQ(compare("--latency never").status, 2);
    EXPECT_EQ(compare("--no-such-option").status, 2);
}

TEST(Compare, SaysThatABackendIsUnknown) {
    const finished end = compare("--backend teletype");
    EXPECT_EQ(end.status, 2);
    EXPECT_NE(end.output.find("teletype"), std::string::npos) << end.output;
}

TEST(Compare, ExplainsItsOptions) {
    const finished end = compare("--help");
    EXPECT_EQ(end.status, 0);
    for (const char* option :
         {"--latency", "--pages", "--sites", "--concurrency", "--only", "--modes", "--backend",
          "--tls", "--no-tls", "--site", "--urls", "--json"}) {
        EXPECT_NE(end.output.find(option), std::string::npos) << option;
    }
}

}  // namespace
