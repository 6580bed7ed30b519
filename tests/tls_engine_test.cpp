#include <eddy/tls_engine.hpp>

#include "support/tls_ends.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <string_view>

namespace {

using namespace eddy;
using namespace eddy::testing;

std::string noise(std::size_t size, unsigned seed) {
    std::mt19937 random(seed);
    std::string text(size, '\0');
    for (char& each : text) each = static_cast<char>(random());
    return text;
}

void receive(tls_engine& engine, std::string_view bytes) {
    const auto space = engine.input_space();
    ASSERT_LE(bytes.size(), space.size());
    std::memcpy(space.data(), bytes.data(), bytes.size());
    engine.received(bytes.size());
}

std::string take_output(tls_engine& engine) {
    const auto bytes = engine.output();
    std::string text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    engine.sent(bytes.size());
    return text;
}

TEST(TlsEngine, CarriesDataBothWays) {
    tls_ends ends;
    ends.settle();
    ends.client.send("question");
    ends.server.send("answer");
    ends.settle();
    EXPECT_EQ(ends.server.received, "question");
    EXPECT_EQ(ends.client.received, "answer");
    EXPECT_EQ(ends.client.engine.version(), tls_version::tls_1_3);
    EXPECT_FALSE(ends.client.engine.cipher().empty());
}

TEST(TlsEngine, SendsEachFlightOfTheHandshakeInOnePiece) {
    tls_ends ends;
    ends.settle();
    // Client hello; server's hello to finished; client's finished; the server's tickets.
    EXPECT_EQ(ends.flights, 4u);
}

TEST(TlsEngine, SendsAnyAmountOfDataInOnePieceUpTo64KiB) {
    tls_ends ends;
    ends.settle();
    const std::string text = noise(100'000, 1);
    const auto [progress, size] = ends.client.engine.write(std::as_bytes(std::span(text)));
    EXPECT_EQ(progress, tls_progress::done);
    EXPECT_EQ(size, 64u * 1024);
    EXPECT_GT(ends.client.engine.output().size(), size);
}

class TlsFragments : public ::testing::TestWithParam<std::size_t> {};

TEST_P(TlsFragments, ArriveWholeHoweverTheNetworkCutsThem) {
    tls_ends ends;
    ends.cut_into(GetParam()).settle();
    const std::string to_server = noise(40'000, 1);
    const std::string to_client = noise(50'000, 2);
    ends.client.send(to_server);
    ends.server.send(to_client);
    ends.settle();
    EXPECT_TRUE(ends.server.received == to_server);
    EXPECT_TRUE(ends.client.received == to_client);
}

INSTANTIATE_TEST_SUITE_P(Sizes, TlsFragments, ::testing::Values(1, 2, 5, 6, 1000, 16'406, 65'536));

TEST(TlsEngine, CarriesMegabytesInFragmentsOfRandomSize) {
    std::mt19937 random(3);
    tls_ends ends;
    ends.cut_into([&] { return 1 + random() % 40'000; }).settle();
    const std::string to_server = noise(3'000'000, 4);
    const std::string to_client = noise(2'000'000, 5);
    ends.client.send(to_server);
    ends.server.send(to_client);
    ends.settle();
    EXPECT_TRUE(ends.server.received == to_server);
    EXPECT_TRUE(ends.client.received == to_client);
}

TEST(TlsEngine, KeepsOutputInPlaceWhileMoreIsWritten) {
    tls_ends ends;
    ends.settle();
    ends.client.send("first");
    const auto lent = ends.client.engine.output();
    const std::string before(reinterpret_cast<const char*>(lent.data()), lent.size());
    ends.client.engine.close();  // refused: a record is on its way
    ends.client.engine.handshake();
    EXPECT_EQ(ends.client.engine.output().data(), lent.data());
    EXPECT_EQ(std::string(reinterpret_cast<const char*>(lent.data()), lent.size()), before);
}

TEST(TlsEngine, RefusesToWriteBehindARecordThatLeftByHalf) {
    tls_ends ends;
    ends.settle();
    ends.client.send("first");
    ends.client.engine.sent(ends.client.engine.output().size() - 1);
    EXPECT_TRUE(ends.client.engine.is_sending());
    ends.client.send("second");
    ASSERT_TRUE(ends.client.failure);
    EXPECT_EQ(ends.client.failure->code(), tls_errc::write_unfinished);
    ends.client.engine.close();
    EXPECT_EQ(ends.client.engine.output().size(), 1u) << "close_notify would tear the record";
}

TEST(TlsEngine, StillReadsAfterAWriteWasLeftUnfinished) {
    tls_ends ends;
    ends.settle();
    ends.client.send("first");
    ends.client.engine.sent(ends.client.engine.output().size() - 1);
    ends.server.send("answer");
    receive(ends.client.engine, take_output(ends.server.engine));
    ends.client.run();
    EXPECT_EQ(ends.client.received, "answer");
}

TEST(TlsEngine, ClosesOneDirectionAndLeavesTheOtherOpen) {
    tls_ends ends;
    ends.settle();
    ends.client.engine.close();
    ends.settle();
    EXPECT_TRUE(ends.server.is_closed);
    EXPECT_FALSE(ends.server.failure);
    ends.server.send("late answer");
    ends.settle();
    EXPECT_EQ(ends.client.received, "late answer");
}

TEST(TlsEngine, TellsAnEndWithoutCloseNotifyFromAProperOne) {
    tls_ends ends;
    ends.settle();
    ends.client.engine.received(0);
    ends.client.run();
    ASSERT_TRUE(ends.client.failure);
    EXPECT_EQ(ends.client.failure->code(), tls_errc::truncated);
    EXPECT_FALSE(ends.client.is_closed);

    ends.client.send("the other direction still works");
    ends.settle();
    EXPECT_EQ(ends.server.received, "the other direction still works");
}

TEST(TlsEngine, ReportsTruncationWhereverTheConnectionIsCut) {
    const auto client_context = tls_context::client(client_options().resume_sessions(false));
    const auto server_context = tls_context::server(server_options());
    for (std::size_t kept = 0;; kept += kept < 64 ? 1 : 37) {
        tls_ends ends(client_context, server_context);
        ends.client.run();
        receive(ends.server.engine, take_output(ends.client.engine));
        ends.server.run();
        const std::string flight = take_output(ends.server.engine);
        if (kept >= flight.size()) break;
        if (kept > 0) receive(ends.client.engine, std::string_view(flight).substr(0, kept));
        ends.client.run();
        ASSERT_FALSE(ends.client.failure) << kept;
        ends.client.engine.received(0);
        ends.client.run();
        ASSERT_TRUE(ends.client.failure) << kept;
        EXPECT_EQ(ends.client.failure->code(), tls_errc::truncated) << kept;
    }
}

TEST(TlsEngine, DeliversNothingFromARecordThatWasChanged) {
    const auto client_context = tls_context::client(client_options());
    const auto server_context = tls_context::server(server_options());
    for (std::size_t changed = 0; changed < 40; ++changed) {
        tls_ends ends(client_context, server_context);
        ends.settle();
        ends.server.send("secret text");
        std::string record = take_output(ends.server.engine);
        if (changed >= record.size()) break;
        record[changed] = static_cast<char>(record[changed] ^ 0x40);
        receive(ends.client.engine, record);
        ends.client.run();
        EXPECT_EQ(ends.client.received, "") << changed;
        // A longer length in the header leaves it waiting for the rest, which never comes.
        ends.client.engine.received(0);
        if (!ends.client.failure) ends.client.run();
        EXPECT_TRUE(ends.client.failure) << changed;
    }
}

TEST(TlsEngine, DeliversWhatCameBeforeABadRecordAndThenSaysWhatWasWrong) {
    tls_ends ends;
    ends.settle();
    ends.server.send("good");
    receive(ends.client.engine, take_output(ends.server.engine) + "no record of TLS at all");
    ends.client.run();
    EXPECT_EQ(ends.client.received, "good");
    ASSERT_TRUE(ends.client.failure);
    EXPECT_STREQ(ends.client.failure->what(),
                 "read from localhost (wrong version number): TLS protocol error");
}

TEST(TlsEngine, SurvivesNoiseInsteadOfAHandshake) {
    const auto client_context = tls_context::client(client_options());
    const auto server_context = tls_context::server(server_options());
    for (unsigned seed = 0; seed < 200; ++seed) {
        std::string bytes = noise(1 + seed * 7, seed);
        if (seed % 2 == 0)
            bytes.replace(0, 3, "\x16\x03\x01", std::min<std::size_t>(3, bytes.size()));
        tls_ends ends(client_context, server_context);
        ends.client.run();
        receive(ends.client.engine, bytes);
        ends.client.run();
        receive(ends.server.engine, bytes);
        ends.server.run();
        EXPECT_FALSE(ends.client.is_ready) << seed;
        EXPECT_FALSE(ends.server.is_ready) << seed;
    }
}

TEST(TlsEngine, ReportsTheSameFailureAgainWhenAskedAgain) {
    tls_ends ends;
    receive(ends.client.engine, "SSH-2.0-OpenSSH_9.2\r\n");
    ends.client.engine.handshake();
    EXPECT_EQ(ends.client.engine.error().code(), tls_errc::not_tls);
    EXPECT_EQ(ends.client.engine.handshake(), tls_progress::failed);
    char text[10];
    const auto again = ends.client.engine.read(std::as_writable_bytes(std::span(text)));
    EXPECT_EQ(again.progress, tls_progress::failed);
    EXPECT_EQ(ends.client.engine.error().code(), tls_errc::not_tls);
}

TEST(TlsEngine, TakesACloseNotifyInsteadOfAHandshakeForAFailure) {
    tls_ends ends;
    ends.client.run();
    receive(ends.client.engine, std::string_view("\x15\x03\x03\x00\x02\x01\x00", 7));
    ends.client.run();
    EXPECT_TRUE(ends.client.failure);
}

TEST(TlsEngine, RecognisesPlainHttpFromAServer) {
    tls_ends ends;
    receive(ends.client.engine, "HTTP/1.1 400 Bad Request\r\n\r\n");
    ends.client.run();
    ASSERT_TRUE(ends.client.failure);
    EXPECT_EQ(ends.client.failure->code(), tls_errc::plain_http);
    EXPECT_STREQ(ends.client.failure->what(),
                 "handshake with localhost: the peer speaks plain HTTP, not TLS");
}

TEST(TlsEngine, RecognisesPlainHttpFromAClientEvenByteByByte) {
    for (const char* request :
         {"GET / HTTP/1.1\r\n", "POST /a HTTP/1.1\r\n", "DELETE / HTTP/1.0\r\n"}) {
        tls_ends ends;
        for (const char* byte = request; *byte != '\0' && !ends.server.failure; ++byte) {
            receive(ends.server.engine, {byte, 1});
            ends.server.run();
        }
        ASSERT_TRUE(ends.server.failure) << request;
        EXPECT_EQ(ends.server.failure->code(), tls_errc::plain_http) << request;
    }
}

TEST(TlsEngine, RefusesNamesThatWouldSwitchTheHostCheckOff) {
    const auto context = tls_context::client(client_options());
    for (const std::string_view name : {"", ".", ".example.com", "%eth0"}) {
        EXPECT_THROW(tls_engine::connect(context, name), std::invalid_argument) << name;
    }
    const std::string_view with_zero("good.example\0.evil.example", 26);
    EXPECT_THROW(tls_engine::connect(context, with_zero), std::invalid_argument);
}

TEST(TlsEngine, MovesWithoutLosingItsConnection) {
    tls_ends ends;
    ends.settle();
    tls_end moved = std::move(ends.client);
    ends.client = std::move(moved);
    ends.client.send("still here");
    ends.settle();
    EXPECT_EQ(ends.server.received, "still here");
}

}  // namespace
