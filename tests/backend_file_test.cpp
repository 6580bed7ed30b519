#include "support/backend_fixture.hpp"
#include "support/files.hpp"

// The conformance suite: files.
namespace eddy::testing {
namespace {

using BackendFile = backend_fixture;
INSTANTIATE_TEST_SUITE_P(All, BackendFile, ::testing::ValuesIn(backend_names()), name_of_backend);

class file_request : public request {
public:
    file_request(opcode way, const unique_handle& file, std::string& text, std::uint64_t from)
        : request(way, file.get(), bytes_of(text)) {
        offset = from;
    }
};

TEST_P(BackendFile, WritesAndReadsAtAPlace) {
    const unique_handle file = open_temporary_file();
    ASSERT_TRUE(file);
    attach(file.get());
    std::string text = "at a place";
    file_request write(opcode::write_at, file, text, 1000);
    perform(write);
    EXPECT_EQ(write.error, std::error_code()) << write.error.message();
    EXPECT_EQ(write.value, 10U);

    std::string back(5, ' ');
    file_request read(opcode::read_at, file, back, 1005);
    perform(read);
    EXPECT_EQ(read.value, 5U);
    EXPECT_EQ(back, "place");
    kernel().detach(file.get());
}

TEST_P(BackendFile, ReadsZeroesWhereNothingWasWrittenAndNothingBehindTheEnd) {
    const unique_handle file = open_temporary_file();
    attach(file.get());
    std::string text = "x";
    file_request write(opcode::write_at, file, text, 3);
    perform(write);

    std::string back(10, ' ');
    file_request read(opcode::read_at, file, back, 0);
    perform(read);
    EXPECT_EQ(back.substr(0, read.value), std::string("\0\0\0x", 4));
    file_request behind(opcode::read_at, file, back, 4);
    perform(behind);
    EXPECT_EQ(behind.error, std::error_code());
    EXPECT_EQ(behind.value, 0U);
    kernel().detach(file.get());
}

TEST_P(BackendFile, WritesAndReadsSeveralBuffersAsOne) {
    const unique_handle file = open_temporary_file();
    attach(file.get());
    std::string one = "one,";
    std::string two = "two";
    const io_buffer outgoing[] = {{one.data(), 4}, {two.data(), 3}};
    request write(opcode::write_at, file.get());
    write.buffers = outgoing;
    perform(write);
    EXPECT_EQ(write.value, 7U);

    std::string first(2, ' ');
    std::string second(20, ' ');
    const io_buffer incoming[] = {{first.data(), 2}, {second.data(), 20}};
    request read(opcode::read_at, file.get());
    read.buffers = incoming;
    perform(read);
    EXPECT_EQ(first + second.substr(0, read.value - 2), "one,two");
    kernel().detach(file.get());
}

TEST_P(BackendFile, WritesAndReadsBehindFiveGibibytes) {
    constexpr std::uint64_t far = 5ULL << 30;
    const unique_handle file = open_temporary_file();
    attach(file.get());
    std::string text = "far out";
    file_request write(opcode::write_at, file, text, far);
    perform(write);
    EXPECT_EQ(write.error, std::error_code()) << write.error.message();
    std::string back(16, ' ');
    file_request read(opcode::read_at, file, back, far + 4);
    perform(read);
    EXPECT_EQ(back.substr(0, read.value), "out");
    kernel().detach(file.get());
}

TEST_P(BackendFile, ReportsAReadOfAFileThatIsOpenForWritingOnly) {
    const unique_handle file = open_for_writing_only();
    attach(file.get());
    std::string text(4, ' ');
    file_request read(opcode::read_at, file, text, 0);
    perform(read);
    EXPECT_EQ(read.error, error_of_the_wrong_access) << read.error.message();
    kernel().detach(file.get());
}

TEST_P(BackendFile, KnowsNoPlaceBeyondTheLargestFile) {
    const unique_handle file = open_temporary_file();
    attach(file.get());
    std::string text = "start";
    file_request write(opcode::write_at, file, text, 0);
    perform(write);
    // As numbers of 64 bits with a sign: -1, and the smallest.
    for (const std::uint64_t place : {~std::uint64_t{0}, std::uint64_t{1} << 63}) {
        std::string other = "wrong";
        file_request astray(opcode::write_at, file, other, place);
        perform(astray);
        EXPECT_EQ(astray.error, std::errc::invalid_argument) << astray.error.message();
        file_request read(opcode::read_at, file, other, place);
        perform(read);
        EXPECT_EQ(read.error, std::errc::invalid_argument) << read.error.message();
    }
    std::string back(5, ' ');
    file_request read(opcode::read_at, file, back, 0);
    perform(read);
    EXPECT_EQ(back, "start");
    kernel().detach(file.get());
}

}  // namespace
}  // namespace eddy::testing
