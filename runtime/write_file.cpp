#include <eddy/file.hpp>

#include <eddy/file_path.hpp>
#include <eddy/timeout.hpp>
#include <eddy/to_thread.hpp>

#include "shown_path.hpp"

#include <array>
#include <charconv>
#include <exception>
#include <filesystem>
#include <random>

namespace eddy {
namespace {

namespace fs = std::filesystem;

fs::path checked(const std::string& path) {
    if (has_zero_byte(path))
        throw std::system_error(std::make_error_code(std::errc::invalid_argument));
    return to_path(path);
}

// A link may lead to a place where nothing is yet.
fs::path without_links(fs::path path) {
    constexpr int most = 40;  // as Linux
    for (int links = 0; fs::is_symlink(path); ++links) {
        if (links == most)
            throw std::system_error(std::make_error_code(std::errc::too_many_symbolic_link_levels));
        path = path.parent_path() / fs::read_symlink(path);
    }
    return path;
}

// Where the new content grows up, and where it will stand.
struct replacement {
    fs::path target;
    fs::path temporary;
    bool is_there;

    explicit replacement(const std::string& path) : target(without_links(checked(path))) {
        const fs::file_status before = fs::status(target);
        is_there = fs::exists(before);
        if (fs::is_directory(before))
            throw std::system_error(std::make_error_code(std::errc::is_a_directory));
        if (is_there && !fs::is_regular_file(before))
            throw std::system_error(std::make_error_code(std::errc::operation_not_supported));
        // In the same folder, because only within one file system a file moves in one step.
        std::random_device entropy;
        const std::uint64_t number = std::uint64_t{entropy()} << 32 | entropy();
        std::array<char, 16> digits{};
        const auto [end, ok] = std::to_chars(digits.begin(), digits.end(), number, 16);
        temporary = target;
        temporary.replace_filename(".eddy-" + std::string(digits.begin(), end) + ".tmp");
    }
};

// Nobody may read in it, not even while it is empty, who may not read the one that it replaces.
unique_handle make_temporary(const replacement& names) {
    const file_mode mode = names.is_there ? file_mode::create_private : file_mode::create;
    std::error_code error;
    unique_handle made = open_file(to_text(names.temporary), mode, error);
    if (!error && names.is_there) error = copy_access(made.get(), to_text(names.target));
    if (error) throw std::system_error(error);
    return made;
}

task<> write_durably(const replacement& names, const std::string& content) {
    unique_handle handle = co_await to_thread(make_temporary, names);
    file made(std::move(handle), to_text(names.temporary));
    co_await made.write_all(content);
    // Before it gets its name: a crash must not find the name and not the content.
    co_await made.sync();
    co_await made.close();
}

void move_into_place(const replacement& names) {
    const std::error_code error = move_file(to_text(names.temporary), to_text(names.target));
    if (error) throw std::system_error(error);
}

task<> replace(replacement names, const std::string& content) {
    std::exception_ptr failure;
    try {
        co_await write_durably(names, content);
        co_await to_thread(move_into_place, names);
        co_return;
    } catch (...) {
        failure = std::current_exception();
    }
    const auto remove = [](const fs::path& path) {
        std::error_code ignored;
        fs::remove(path, ignored);
    };
    co_await shield(to_thread(remove, names.temporary));
    std::rethrow_exception(failure);
}

}  // namespace

task<> write_file(std::string path, std::string content) {
    try {
        const auto plan = [](const std::string& at) { return replacement(at); };
        replacement names = co_await to_thread(plan, path);
        co_await replace(std::move(names), content);
    } catch (const std::system_error& error) {
        // It is about the temporary file, of which the caller knows nothing.
        throw std::system_error(error.code(), "write (" + shown_path(path) + ")");
    }
}

}  // namespace eddy
