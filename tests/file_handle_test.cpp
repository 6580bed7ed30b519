#include <eddy/file_handle.hpp>

#include "support/files.hpp"
#include "support/sockets.hpp"
#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

namespace eddy::testing {
namespace {

class FileHandle : public ::testing::Test {
protected:
    // Opens a file of the folder and gives the error.
    std::error_code open(std::string_view name, file_mode mode, unique_handle& opened) const {
        std::error_code error = std::make_error_code(std::errc::io_error);
        opened = open_file(folder.path(name), mode, error);
        EXPECT_EQ(static_cast<bool>(opened), !error);
        return error;
    }

    const temporary_folder folder;
};

struct outcome {
    std::error_code error;
    std::uint64_t value;
};

// One transfer of one buffer at a place of a file.
outcome perform(opcode way, native_handle file, std::string& text, std::uint64_t offset) {
    const io_buffer piece = buffer_of(bytes_of(text));
    operation op;
    op.code = way;
    op.handle = file;
    op.buffers = std::span(&piece, 1);
    op.offset = offset;
    op.error = std::make_error_code(std::errc::io_error);
    op.value = 99;
    perform_on_file(op);
    return {op.error, op.value};
}

TEST_F(FileHandle, IsOpenedAsItsModeSaysIfTheFileIsNotThere) {
    unique_handle opened;
    EXPECT_EQ(open("1", file_mode::read, opened), std::errc::no_such_file_or_directory);
    EXPECT_EQ(open("2", file_mode::update, opened), std::errc::no_such_file_or_directory);
    EXPECT_EQ(open("3", file_mode::open_or_create, opened), std::error_code());
    EXPECT_EQ(open("4", file_mode::replace, opened), std::error_code());
    EXPECT_EQ(open("5", file_mode::create, opened), std::error_code());
}

TEST_F(FileHandle, IsOpenedAsItsModeSaysIfTheFileIsThere) {
    folder.write("file", "content");
    unique_handle opened;
    EXPECT_EQ(open("file", file_mode::create, opened), std::errc::file_exists);
    std::error_code error;
    for (const file_mode keeps : {file_mode::read, file_mode::update, file_mode::open_or_create}) {
        EXPECT_EQ(open("file", keeps, opened), std::error_code());
        EXPECT_EQ(file_size(opened.get(), error), 7U);
    }
    EXPECT_EQ(open("file", file_mode::replace, opened), std::error_code());
    EXPECT_EQ(file_size(opened.get(), error), 0U);
    EXPECT_FALSE(error);
}

TEST_F(FileHandle, IsClosedWhenAnotherProgramIsStarted) {
    unique_handle opened;
    ASSERT_FALSE(open("file", file_mode::create, opened));
    EXPECT_FALSE(is_inherited(opened.get()));
}

TEST_F(FileHandle, TransfersAtAPlace) {
    unique_handle file;
    ASSERT_FALSE(open("file", file_mode::create, file));
    std::string text = "at a place";
    const outcome write = perform(opcode::write_at, file.get(), text, 100);
    EXPECT_EQ(write.error, std::error_code()) << "an error of before is cleared";
    EXPECT_EQ(write.value, 10U);
    EXPECT_EQ(sync_file(file.get()), std::error_code());
    std::error_code error;
    EXPECT_EQ(file_size(file.get(), error), 110U);

    std::string back(20, ' ');
    EXPECT_EQ(perform(opcode::read_at, file.get(), back, 105).value, 5U);
    EXPECT_EQ(back.substr(0, 5), "place");
    const outcome behind = perform(opcode::read_at, file.get(), back, 110);
    EXPECT_EQ(behind.error, std::error_code());
    EXPECT_EQ(behind.value, 0U);
}

TEST_F(FileHandle, ReportsATransferThatItsModeForbids) {
    folder.write("file", "content");
    unique_handle file;
    ASSERT_FALSE(open("file", file_mode::read, file));
    std::string text = "x";
    const outcome write = perform(opcode::write_at, file.get(), text, 0);
    EXPECT_EQ(write.error, error_of_the_wrong_access) << write.error.message();
    EXPECT_EQ(write.value, 0U);
}

TEST_F(FileHandle, ReportsWhatIsNoFile) {
    std::error_code error;
    EXPECT_EQ(file_size(invalid_handle, error), 0U);
    EXPECT_EQ(error, std::errc::bad_file_descriptor);
    EXPECT_EQ(sync_file(invalid_handle), std::errc::bad_file_descriptor);
    const socket_pair pair = open_pair();
    EXPECT_TRUE(sync_file(pair.one.get())) << "a socket has no disk";
}

}  // namespace
}  // namespace eddy::testing
