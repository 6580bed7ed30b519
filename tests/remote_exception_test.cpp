#include "remote_exception.hpp"

#include <eddy/cancelled.hpp>
#include <eddy/process_error.hpp>

#include <gtest/gtest.h>

#include <filesystem>
#include <new>
#include <stdexcept>
#include <system_error>

namespace eddy {

struct homemade_error : std::runtime_error {
    using std::runtime_error::runtime_error;
};

namespace {

std::exception_ptr there_and_back(const std::exception_ptr& error) {
    payload_writer writer;
    write_exception(writer, error);
    const payload written = std::move(writer).finish();
    payload_reader reader(written.bytes);
    return read_exception(reader);
}

template <class Exception>
void expect_kept(const Exception& thrown) {
    try {
        std::rethrow_exception(there_and_back(std::make_exception_ptr(thrown)));
    } catch (const Exception& caught) {
        EXPECT_EQ(typeid(caught), typeid(thrown));
        EXPECT_STREQ(caught.what(), thrown.what());
    }
}

TEST(RemoteException, KeepsTheCommonTypesOfTheStandardLibrary) {
    expect_kept(std::logic_error("why"));
    expect_kept(std::domain_error("why"));
    expect_kept(std::invalid_argument("why"));
    expect_kept(std::length_error("why"));
    expect_kept(std::out_of_range("why"));
    expect_kept(std::runtime_error("why"));
    expect_kept(std::range_error("why"));
    expect_kept(std::overflow_error("why"));
    expect_kept(std::underflow_error(""));
    expect_kept(std::bad_alloc());
    expect_kept(timeout_error("why"));
    expect_kept(serialization_error("why"));
}

TEST(RemoteException, KeepsTheCodeOfASystemError) {
    const auto code = std::make_error_code(std::errc::no_such_file_or_directory);
    const std::error_code native(code.value(), std::system_category());
    for (const std::error_code& each : {code, native}) {
        expect_kept(std::system_error(each, "open a file"));
        expect_kept(std::system_error(each));
        try {
            std::rethrow_exception(
                there_and_back(std::make_exception_ptr(std::system_error(each))));
        } catch (const std::system_error& caught) {
            EXPECT_EQ(caught.code(), each);
        }
    }
}

TEST(RemoteException, TellsTheNameAndTheMessageOfOtherTypes) {
    try {
        std::rethrow_exception(there_and_back(std::make_exception_ptr(homemade_error("why"))));
    } catch (const remote_error& error) {
        EXPECT_EQ(error.type_name(), "eddy::homemade_error");
        EXPECT_EQ(error.message(), "why");
        EXPECT_STREQ(error.what(), "eddy::homemade_error: why");
    }
    const std::filesystem::filesystem_error derived("why", std::error_code());
    EXPECT_THROW(std::rethrow_exception(there_and_back(std::make_exception_ptr(derived))),
                 remote_error);
}

TEST(RemoteException, TellsTheNameOfWhatIsNoException) {
    try {
        std::rethrow_exception(there_and_back(std::make_exception_ptr(7)));
    } catch (const remote_error& error) {
        EXPECT_EQ(error.type_name(), "int");
        EXPECT_EQ(error.message(), "not derived from std::exception");
    }
}

TEST(RemoteException, ThatIsCutOffIsFoundOut) {
    payload_writer writer;
    write_exception(writer, std::make_exception_ptr(std::runtime_error("why")));
    const payload written = std::move(writer).finish();
    payload_reader reader(std::span(written.bytes).first(written.bytes.size() - 1));
    EXPECT_THROW(read_exception(reader), serialization_error);
}

}  // namespace
}  // namespace eddy
