#include <eddy/file.hpp>

#include <eddy/timeout.hpp>
#include <eddy/to_thread.hpp>

#include <array>
#include <charconv>
#include <exception>
#include <filesystem>
#include <random>

namespace eddy {
namespace {

namespace fs = std::filesystem;

// Where the new content grows up, and where it will stand.
struct replacement {
    fs::path target;
    fs::path temporary;

    explicit replacement(const std::string& path) : target(path) {
        if (fs::is_symlink(target)) target = fs::weakly_canonical(target);
        // In the same folder, because only within one file system a file moves in one step.
        std::random_device entropy;
        const std::uint64_t number = std::uint64_t{entropy()} << 32 | entropy();
        std::array<char, 16> digits{};
        const auto [end, ok] = std::to_chars(digits.begin(), digits.end(), number, 16);
        temporary = target;
        temporary.replace_filename(".eddy-" + std::string(digits.begin(), end) + ".tmp");
    }
};

task<> write_durably(std::string path, const std::string& content) {
    file made = co_await file::open(std::move(path), file_mode::create);
    co_await made.write_all(content);
    // Before it gets its name: a crash must not find the name and not the content.
    co_await made.sync();
    co_await made.close();
}

void move_into_place(const replacement& names) {
    const fs::file_status before = fs::status(names.target);
    if (fs::exists(before)) fs::permissions(names.temporary, before.permissions());
    fs::rename(names.temporary, names.target);
}

task<> replace(replacement names, const std::string& content) {
    std::exception_ptr failure;
    try {
        co_await write_durably(names.temporary.string(), content);
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

task<std::string> read_file(std::string path) {
    const file opened = co_await file::open(std::move(path));
    co_return co_await opened.read_all();
}

task<> write_file(std::string path, std::string content) {
    try {
        const auto plan = [](const std::string& at) { return replacement(at); };
        replacement names = co_await to_thread(plan, path);
        co_await replace(std::move(names), content);
    } catch (const std::system_error& error) {
        // It is about the temporary file, of which the caller knows nothing.
        throw std::system_error(error.code(), "write (" + path + ")");
    }
}

}  // namespace eddy
