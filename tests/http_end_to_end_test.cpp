// The client against nginx and Python's http.server, and the server against curl: over http and
// https.
#include "support/foreign_server.hpp"
#include "support/http_ending.hpp"

#include <eddy/certificate.hpp>
#include <eddy/create_task.hpp>
#include <eddy/gather.hpp>
#include <eddy/http_client.hpp>
#include <eddy/http_server.hpp>
#include <eddy/run.hpp>
#include <eddy/sleep.hpp>
#include <eddy/tcp_listener.hpp>
#include <eddy/tls_context.hpp>
#include <eddy/tls_stream.hpp>
#include <eddy/to_thread.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include <stdio.h>

namespace {

using namespace eddy;
using namespace eddy::testing;
using http::error_kind;
using http::method;

std::string random_bytes(std::size_t size) {
    std::mt19937_64 numbers(size);
    std::string bytes(size, '\0');
    for (char& each : bytes) each = static_cast<char>(numbers());
    return bytes;
}

http::client client_that_trusts(const foreign_server& server) {
    const auto context = tls_context::client(tls_options().authority_pem(server.authority_pem()));
    return http::client(http::client_options().tls(context));
}

class ForeignServer : public ::testing::TestWithParam<foreign_server::kind> {
protected:
    foreign_server server{GetParam()};
};
INSTANTIATE_TEST_SUITE_P(, ForeignServer,
                         ::testing::Values(foreign_server::kind::nginx,
                                           foreign_server::kind::python),
                         [](const auto& each) {
                             return each.param == foreign_server::kind::nginx ? "Nginx" : "Python";
                         });

task<> get_files(const foreign_server& server) {
    http::client client = client_that_trusts(server);
    for (const std::size_t size : {0u, 1u, 1000u, 16384u, 65537u, 1'000'000u}) {
        const std::string bytes = random_bytes(size);
        server.write("file", bytes);
        const auto plain = co_await client.get(server.http("/file"));
        EXPECT_EQ(plain.status, 200);
        EXPECT_TRUE(plain.body == bytes)
            << size << " bytes over http came as " << plain.body.size();
        const auto secure = co_await client.get(server.https("/file"));
        EXPECT_EQ(secure.status, 200);
        EXPECT_TRUE(secure.body == bytes)
            << size << " bytes over https came as " << secure.body.size();
    }
    EXPECT_EQ(client.stats().created, 2u) << "one connection each, kept alive";
}

TEST_P(ForeignServer, GivesFilesByteByByte) {
    run(get_files(server));
}

task<> use_methods(const foreign_server& server) {
    http::client client = client_that_trusts(server);
    const auto headed = co_await client.head(server.http("/index.html"));
    EXPECT_EQ(headed.headers.find("content-length"), "13");
    EXPECT_EQ(headed.body, "");
    EXPECT_EQ((co_await client.get(server.http("/"))).body, "<p>hello</p>\n");
    EXPECT_EQ((co_await client.get(server.https("/missing"))).status, 404);
    EXPECT_GE((co_await client.request(method::delete_, server.http("/"))).status, 400);
}

TEST_P(ForeignServer, AnswersOtherMethods) {
    run(use_methods(server));
}

task<> get_many(const foreign_server& server) {
    http::client client = client_that_trusts(server);
    std::vector<task<http::response>> requests;
    for (int number = 0; number < 100; ++number) {
        const std::string name = "/page-" + std::to_string(number);
        server.write(name.substr(1), "page " + std::to_string(number));
        requests.push_back(client.get(number % 2 == 0 ? server.http(name) : server.https(name)));
    }
    const auto answers = co_await gather(std::move(requests));
    for (std::size_t number = 0; number < answers.size(); ++number) {
        EXPECT_EQ(answers[number].body, "page " + std::to_string(number));
    }
    EXPECT_LE(client.stats().open, 16u) << "eight for each of two origins";
}

TEST_P(ForeignServer, GivesManyFilesAtOnce) {
    run(get_many(server));
}

task<> stream_large(const foreign_server& server) {
    http::client client = client_that_trusts(server);
    const std::string bytes = random_bytes(2'000'000);
    server.write("large", bytes);
    for (const std::string& where : {server.http("/large"), server.https("/large")}) {
        auto stream = co_await client.stream(method::get, where);
        EXPECT_EQ(stream.length(), bytes.size());
        std::string all;
        for (auto piece = co_await stream.next(); !piece.empty(); piece = co_await stream.next()) {
            all.append(reinterpret_cast<const char*>(piece.data()), piece.size());
        }
        EXPECT_TRUE(all == bytes) << all.size() << " bytes came";
    }
    EXPECT_EQ(client.stats().idle, 2u);
}

TEST_P(ForeignServer, StreamsALargeFile) {
    run(stream_large(server));
}

task<> refuse_certificate(const foreign_server& server) {
    const certificate_authority stranger;
    const auto context = tls_context::client(tls_options().authority_pem(stranger.pem()));
    http::client client(http::client_options().tls(context));
    const auto ending = co_await ending_of_request(client.get(server.https("/")));
    EXPECT_EQ(ending, error_kind::certificate_rejected);
    EXPECT_EQ(client.stats().open, 0u);
}

TEST_P(ForeignServer, IsRefusedIfItsCertificateIsNotTrusted) {
    run(refuse_certificate(server));
}

task<> speak_plainly_to_tls(const foreign_server& server) {
    http::client client = client_that_trusts(server);
    std::string swapped = server.http("/");
    swapped.replace(0, 4, "https");
    EXPECT_EQ(co_await ending_of_request(client.get(swapped)), error_kind::tls_failed);
}

TEST_P(ForeignServer, IsNotSpokenToIfItDoesNotSpeakTls) {
    run(speak_plainly_to_tls(server));
}

task<> follow_redirects(const foreign_server& server) {
    http::client client = client_that_trusts(server);
    server.write("large", "moved here");
    const auto answered = co_await client.get(server.https("/moved"));
    EXPECT_EQ(answered.body, "moved here");
    EXPECT_EQ(answered.url, server.https("/large"));
    EXPECT_EQ(answered.history, std::vector<std::string>{server.https("/moved")});
    EXPECT_EQ(co_await ending_of_request(client.get(server.https("/elsewhere"))),
              error_kind::redirect_downgrade);
}

TEST(Nginx, RedirectsTheClient) {
    const foreign_server server(foreign_server::kind::nginx);
    run(follow_redirects(server));
}

task<> outlive_keep_alive(const foreign_server& server) {
    http::client client = client_that_trusts(server);
    for (int round = 0; round < 25; ++round) {
        EXPECT_EQ((co_await client.get(server.http("/index.html"))).status, 200);
    }
    EXPECT_EQ(client.stats().created, 3u) << "nginx closes after ten requests";
}

TEST(Nginx, MayEndAConnectionAfterSomeRequests) {
    const foreign_server server(foreign_server::kind::nginx);
    run(outlive_keep_alive(server));
}

task<> post_to_python(const foreign_server& server) {
    http::client client = client_that_trusts(server);
    const std::string bytes = random_bytes(300'000);
    for (const std::string& where :
         {server.http("/echo"), server.https("/echo"), server.http("/old")}) {
        const auto answered = co_await client.post(where, http::options().body(bytes));
        EXPECT_TRUE(answered.body == bytes)
            << where << " gave " << answered.body.size() << " bytes back";
    }
    EXPECT_EQ(client.stats().idle, 1u)
        << "HTTP/1.0 is closed, the plain connection was used for both";
}

TEST(Python, EchoesBodiesOfEveryFraming) {
    const foreign_server server(foreign_server::kind::python);
    run(post_to_python(server));
}

// Lets a client write until it cannot go on, and only then sends an interim answer, reads what is
// left of the request, up to a "!", and answers it. Gives how many bytes it was.
task<std::size_t> answer_in_the_middle(tcp_listener& listener, tls_context secure) {
    tcp_stream plain = co_await listener.accept();
    auto peer = co_await tls_stream<tcp_stream>::accept(std::move(plain), std::move(secure));
    for (int turn = 0; turn < 1000; ++turn) co_await sleep(duration::zero());
    co_await write_all(peer, "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n");
    std::vector<std::byte> piece(64 * 1024);
    std::size_t came = 0;
    for (std::byte last{}; last != std::byte{'!'};) {
        const std::size_t size = co_await peer.read(piece);
        if (size == 0) co_return came;
        came += size;
        last = piece[size - 1];
    }
    co_await write_all(peer, "HTTP/1.1 204 No Content\r\n\r\n");
    co_return came;
}

TEST(HttpClient, SendsItsBodyToTheEndOverTlsWhateverInterimAnswersCome) {
    run([]() -> task<> {
        const certificate_authority authority;
        const auto secure =
            tls_context::server(tls_options().own_certificate(authority.issue("127.0.0.1")));
        const auto trusting = tls_context::client(tls_options().authority_pem(authority.pem()));
        tcp_listener listener = tcp_listener::bind(endpoint::loopback());
        constexpr std::size_t size = 16'000'000;
        auto serving = create_task(answer_in_the_middle(listener, secure));
        http::client client(http::client_options().tls(trusting));
        const std::string there = "https://" + listener.local().to_string() + "/";
        const std::string body = std::string(size, 'x') + '!';
        EXPECT_EQ(co_await ending_of_request(client.put(there, http::options().body(body))), 204);
        EXPECT_GT(co_await std::move(serving), size);
    });
}

// What a shell command prints.
std::string output_of(const std::string& command) {
    FILE* const pipe = ::popen(command.c_str(), "r");
    if (pipe == nullptr) throw std::runtime_error("cannot start " + command);
    std::string all;
    char piece[4096];
    while (const std::size_t size = ::fread(piece, 1, sizeof piece, pipe)) all.append(piece, size);
    ::pclose(pipe);
    return all;
}

task<std::string> curl(std::string arguments) {
    std::string command = "curl --silent --show-error --max-time 20 " + arguments + " 2>&1";
    co_return co_await to_thread(output_of, std::move(command));
}

task<http::response> echo(http::request asked) {
    if (asked.target == "/empty") co_return http::response(204);
    std::string told = std::string(to_string(asked.method)) + ' ' + asked.target + ' ' + asked.body;
    co_return http::response(200, std::move(told));
}

// An https and an http server for curl, with the certificate in a file.
struct curl_target {
    curl_target() : server(echo) {
        const auto context =
            tls_context::server(tls_options().own_certificate(authority.issue("127.0.0.1")));
        plain = "http://" + server.listen(endpoint::loopback()).to_string();
        secure = "https://" + server.listen(endpoint::loopback(), context).to_string();
        folder.write("authority.pem", authority.pem());
        trust = "--cacert " + folder.path("authority.pem") + ' ';
    }

    temporary_folder folder;
    certificate_authority authority;
    http::server server;
    std::string plain;
    std::string secure;
    std::string trust;
};

TEST(Curl, GetsPostsAndReusesItsConnectionOverHttpAndHttps) {
    run([]() -> task<> {
        curl_target target;
        auto serving = create_task(target.server.serve());
        for (const std::string& base : {target.plain, target.secure}) {
            EXPECT_EQ(co_await curl(target.trust + base + "/a?b=c"), "GET /a?b=c ");
            EXPECT_EQ(co_await curl(target.trust + "--data text " + base + "/"), "POST / text");
            EXPECT_EQ(co_await curl(target.trust + "--http1.0 " + base + "/"), "GET / ");
            const std::string one = target.trust + base + "/1 ";
            EXPECT_EQ(co_await curl(one + base + "/2 --write-out ' %{num_connects}\\n'"),
                      "GET /1  1\nGET /2  0\n");
        }
        co_await target.server.close();
        co_await serving;
        EXPECT_EQ(target.server.stats().refused, 0u);
    });
}

TEST(Curl, SeesHeadAndEmptyAnswersEnd) {
    run([]() -> task<> {
        curl_target target;
        auto serving = create_task(target.server.serve());
        const std::string head = co_await curl("--head " + target.plain + "/");
        EXPECT_TRUE(head.starts_with("HTTP/1.1 200 OK\r\n")) << head;
        EXPECT_NE(head.find("Content-Length: 7"), std::string::npos) << head;
        EXPECT_EQ(co_await curl("--write-out %{http_code} " + target.plain + "/empty"), "204");
        co_await target.server.close();
        co_await serving;
    });
}

TEST(Curl, UploadsWithExpectationAndInChunks) {
    run([]() -> task<> {
        curl_target target;
        auto serving = create_task(target.server.serve());
        const std::string large(2'000'000, 'x');
        target.folder.write("upload", large);
        const std::string file = "@" + target.folder.path("upload") + ' ';
        for (const std::string& base : {target.plain, target.secure}) {
            EXPECT_TRUE(co_await curl(target.trust + "--data-binary " + file + base + "/") ==
                        "POST / " + large);
            const std::string chunked =
                "--header 'Transfer-Encoding: chunked' --data-binary " + file;
            EXPECT_TRUE(co_await curl(target.trust + chunked + base + "/") == "POST / " + large);
        }
        co_await target.server.close();
        co_await serving;
    });
}

TEST(Curl, IsToldThatItsUploadIsTooLarge) {
    run([]() -> task<> {
        curl_target target;
        http::server_limits limits;
        limits.body = 1000;
        target.server.limits(limits);
        auto serving = create_task(target.server.serve());
        target.folder.write("upload", std::string(2'000'000, 'x'));
        const std::string upload =
            "--data-binary @" + target.folder.path("upload") + " --write-out %{http_code} ";
        const std::string patient = co_await curl(upload + target.plain + "/");
        EXPECT_TRUE(patient.ends_with("413")) << patient;
        const std::string hasty = co_await curl(upload + "--header Expect: " + target.plain + "/");
        EXPECT_TRUE(hasty.ends_with("413")) << hasty;
        co_await target.server.close();
        co_await serving;
    });
}

}  // namespace
