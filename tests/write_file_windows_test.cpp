#include <eddy/file.hpp>

#include "support/file_fixture.hpp"

#include <eddy/file_path.hpp>

#include <gtest/gtest.h>

#include <filesystem>

#include <windows.h>

namespace eddy::testing {
namespace {

using WriteFile = file_fixture;
INSTANTIATE_TEST_SUITE_P(All, WriteFile, ::testing::ValuesIn(backend_names()), name_of_loop);

TEST_P(WriteFile, WritesTheFileThatIsNamedInUtf8) {
    const std::string at = path("caf\xc3\xa9 \xe6\x97\xa5");
    run(write_file(at, "old"));
    run(write_file(at, "new"));
    EXPECT_EQ(run(read_file(at)), "new");
    EXPECT_TRUE(std::filesystem::exists(to_path(at)));
    const auto begin = std::filesystem::directory_iterator(folder().path());
    EXPECT_EQ(std::distance(begin, std::filesystem::directory_iterator()), 1);
}

task<std::string> replace_what_is_open(std::string path) {
    file old = co_await file::open(path);
    co_await write_file(path, "new");
    const std::string before = co_await old.read_all();
    const std::string after = co_await read_file(path);
    co_return before + ", " + after;
}

TEST_P(WriteFile, ReplacesAFileThatSomebodyReads) {
    if (::GetProcAddress(::GetModuleHandleW(L"ntdll.dll"), "wine_get_version") != nullptr)
        GTEST_SKIP() << "Wine 8 cannot rename as POSIX does (FileRenameInfoEx)";
    EXPECT_EQ(run(replace_what_is_open(write("file", "old"))), "old, new");
}

}  // namespace
}  // namespace eddy::testing
